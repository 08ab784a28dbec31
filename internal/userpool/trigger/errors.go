package trigger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

const (
	// maxMessage is how much of a function's text the caller sees, maxRecorded how much a record keeps, in bytes.
	maxMessage  = 4 << 10
	maxRecorded = 256
	// hidden stands in a record for a value of the event.
	hidden = "***"
	// shortest is the length from which a value of an event is hidden within longer words too.
	shortest = 3
)

// Unrecognizable answers for a function whose answer has not the shape it must have.
func Unrecognizable() *schema.Error {
	return cognitoidp.InvalidLambdaResponseException("Unrecognizable lambda output")
}

// failed is why a question was not answered, in AWS's words.
func (q *question) failed(err error, payload []byte) error {
	var failed *FunctionError
	var not *InvokeError
	switch {
	case errors.As(err, &failed):
		e := cognitoidp.UserLambdaValidationException(q.trigger + " failed with error " + cut(failed.Message, maxMessage) + ".")
		e.Recorded = q.trigger + " failed with error " + cut(mask(cut(failed.Message, maxMessage), payload), maxRecorded) + "."
		return e
	case errors.As(err, &not):
		return q.unexpected(not.Code, err)
	case errors.Is(err, context.DeadlineExceeded):
		return q.unexpected("Socket timeout while invoking Lambda function", err) // from public reports
	default:
		return q.unexpected("ServiceException", err) // (inferred)
	}
}

func (q *question) unexpected(reason string, cause error) *schema.Error {
	e := cognitoidp.UnexpectedLambdaException(q.trigger + " invocation failed due to error " + reason + ".")
	e.Cause = cause
	return e
}

// cut is at most n bytes of a text, in whole characters.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// mask hides in a function's text what the event told it: names, attributes, passwords, whatever clients passed on, as they are or as
// JSON writes them. Letters of either case count as equal.
func mask(text string, payload []byte) string {
	var tree any
	if err := json.Unmarshal(payload, &tree); err != nil {
		return hidden
	}
	e, _ := tree.(map[string]any)
	var values []string
	gather(e["request"], &values)
	gather(e["userName"], &values)
	slices.SortFunc(values, func(a, b string) int { return cmp.Compare(len(b), len(a)) }) // a part must not spoil the whole
	for _, v := range values {
		text = replaceFold(text, v)
	}
	return text
}

func gather(v any, out *[]string) {
	switch v := v.(type) {
	case string:
		if strings.Trim(v, "*") == "" || v == "true" || v == "false" {
			return // nothing to hide, and what hides does not grow
		}
		*out = append(*out, v)
		if e := escaped(v); e != v {
			*out = append(*out, e)
		}
	case map[string]any:
		for _, x := range v {
			gather(x, out)
		}
	case []any:
		for _, x := range v {
			gather(x, out)
		}
	}
}

// escaped is a text as it stands between the quotes of JSON.
func escaped(v string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("BUG: encode a string: " + err.Error())
	}
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}

// replaceFold puts hidden for every occurrence of v in text, in any case of letters; for those of a short one if they are words.
func replaceFold(text, v string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end := i + len(v)
		if end <= len(text) && strings.EqualFold(text[i:end], v) && (len(v) >= shortest || isWord(text, i, end)) {
			b.WriteString(hidden)
			i = end
			continue
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// isWord tells that no letter or digit stands beside a part of a text.
func isWord(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return !isLetter(before) && !isLetter(after)
}

func isLetter(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
