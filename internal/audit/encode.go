package audit

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// Size limits of a record. [CloudTrail: record contents, 2026]
const (
	maxElements   = 100 << 10 // requestParameters, responseElements each
	maxAdditional = 28 << 10
	maxText       = 1 << 10 // userAgent, errorCode, errorMessage, requestID
)

// Version is the eventVersion of cogtrail's records.
const Version = "1.11"

// Encoder writes records. It is immutable and may be used concurrently.
type Encoder struct {
	// Hidden replaces private values.
	Hidden string
}

// Append appends the record of e as one line of JSON without a newline, members
// in AWS's order.
func (enc *Encoder) Append(dst []byte, e *Event) []byte {
	dst = enc.head(dst, e)
	dst = outcome(dst, e.ErrorCode, e.ErrorMessage)
	return enc.tail(dst, e, e.Response)
}

// head is what comes before the outcome.
func (enc *Encoder) head(dst []byte, e *Event) []byte {
	dst = append(dst, `{"eventVersion":"`+Version+`","userIdentity":`...)
	dst = e.Caller.AppendUserIdentity(dst)
	dst = append(dst, `,"eventTime":"`...)
	dst = e.Time.UTC().AppendFormat(dst, "2006-01-02T15:04:05Z")
	dst = append(dst, '"')
	dst = member(dst, "eventSource", e.Source)
	dst = member(dst, "eventName", e.Name)
	dst = member(dst, "awsRegion", e.Region)
	dst = member(dst, "sourceIPAddress", e.SourceIP)
	if e.UserAgent != "" {
		dst = member(dst, "userAgent", cut(e.UserAgent))
	}
	return dst
}

// outcome is nothing for success.
func outcome(dst []byte, code, message string) []byte {
	if code == "" {
		return dst
	}
	dst = member(dst, "errorCode", cut(code))
	if message != "" {
		dst = member(dst, "errorMessage", cut(message))
	}
	return dst
}

// tail is what comes behind the outcome.
func (enc *Encoder) tail(dst []byte, e *Event, response *schema.Struct) []byte {
	dst = append(dst, `,"requestParameters":`...)
	dst = enc.elements(dst, "requestParameters", e.Request, e.Parameters...)
	dst = append(dst, `,"responseElements":`...)
	dst = enc.elements(dst, "responseElements", response)
	if e.Endpoint != nil {
		dst = enc.endpoint(dst, e.Endpoint, e.Builder)
	} else {
		dst = additional(dst, e.Builder)
	}
	dst = member(dst, "requestID", cut(e.RequestID))
	dst = member(dst, "eventID", e.ID)
	dst = append(dst, `,"readOnly":`...)
	dst = strconv.AppendBool(dst, e.ReadOnly)
	dst = resources(dst, e.Builder)
	dst = member(dst, "eventType", e.Type)
	dst = append(dst, `,"managementEvent":`...)
	dst = strconv.AppendBool(dst, e.Category == "Management")
	dst = member(dst, "recipientAccountId", e.Account)
	if e.SharedID != "" {
		dst = member(dst, "sharedEventID", e.SharedID)
	}
	if e.Endpoint != nil {
		dst = append(dst, `,"serviceEventDetails":{"serviceAccountId":"`+serviceAccount+`"}`...)
	}
	dst = member(dst, "eventCategory", e.Category)
	if e.TLS != nil {
		dst = append(dst, `,"tlsDetails":{"tlsVersion":`...)
		dst = AppendString(dst, e.TLS.Version)
		dst = member(dst, "cipherSuite", e.TLS.CipherSuite)
		dst = member(dst, "clientProvidedHostHeader", e.TLS.HostHeader)
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

// elements writes a redacted tree, or AWS's notice that it was too large.
func (enc *Encoder) elements(dst []byte, name string, v *schema.Struct, more ...schema.Parameter) []byte {
	start, any := len(dst), false
	if v != nil {
		dst, any = enc.structure(dst, v)
	}
	if !any && len(more) == 0 {
		return append(dst[:start], "null"...)
	}
	if len(more) > 0 {
		dst = parameters(dst, start, any, more)
	}
	if n := len(dst) - start; n > maxElements {
		dst = append(dst[:start], `{"reason":"`+name+` too large","omitted":true,"originalSize":`...)
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(dst, '}')
	}
	return dst
}

// parameters adds to the object that begins at start, or begins it.
func parameters(dst []byte, start int, any bool, more []schema.Parameter) []byte {
	if any {
		dst = dst[:len(dst)-1] // its brace
	} else {
		dst = append(dst[:start], '{')
	}
	for _, p := range more {
		if any {
			dst = append(dst, ',')
		}
		any = true
		dst = AppendString(dst, p.Name)
		dst = append(dst, ':')
		dst = AppendString(dst, cut(p.Value))
	}
	return append(dst, '}')
}

// structure writes the members that are present; any tells whether there were some.
func (enc *Encoder) structure(dst []byte, v *schema.Struct) (out []byte, any bool) {
	dst = append(dst, '{')
	for i, m := range v.Shape.Members {
		x := v.Fields[i]
		if x == nil || m.Drop || m.Streaming || m.Shape.Streaming {
			continue
		}
		if any {
			dst = append(dst, ',')
		}
		any = true
		name := m.Recorded
		if name == "" {
			name = schema.LowerFirst(m.Name)
		}
		dst = AppendString(dst, name)
		dst = append(dst, ':')
		if m.Hide {
			dst = AppendString(dst, enc.Hidden)
			continue
		}
		dst = enc.value(dst, x, m.Shape)
	}
	return append(dst, '}'), any
}

func (enc *Encoder) value(dst []byte, x any, s *schema.Shape) []byte {
	if s.Sensitive || s.Hidden || (s.MapKey != nil && (s.MapKey.Shape.Sensitive || s.MapKey.Shape.Hidden)) {
		return AppendString(dst, enc.Hidden)
	}
	switch v := x.(type) {
	case string:
		return AppendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		raw, err := json.Marshal(v)
		if err != nil { // NaN and infinities have no JSON form
			return AppendString(dst, strconv.FormatFloat(v, 'g', -1, 64))
		}
		return append(dst, raw...)
	case time.Time:
		// The form of Cognito's own samples: Jan 19, 2023 5:55:08 PM.
		dst = append(dst, '"')
		dst = v.UTC().AppendFormat(dst, "Jan 2, 2006 3:04:05 PM")
		return append(dst, '"')
	case []byte:
		return AppendString(dst, base64.StdEncoding.EncodeToString(v))
	case *schema.Struct:
		dst, _ = enc.structure(dst, v)
		return dst
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			if e == nil {
				dst = append(dst, "null"...)
				continue
			}
			dst = enc.value(dst, e, s.Elem.Shape)
		}
		return append(dst, ']')
	case *schema.Pairs:
		dst = append(dst, '{')
		for i, k := range v.Keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, k)
			dst = append(dst, ':')
			switch {
			case s.HidesValue(k):
				dst = AppendString(dst, enc.Hidden)
			case v.Values[i] == nil:
				dst = append(dst, "null"...)
			default:
				dst = enc.value(dst, v.Values[i], s.Elem.Shape)
			}
		}
		return append(dst, '}')
	default:
		// Documents, streams and whatever comes later cannot be looked into.
		return AppendString(dst, enc.Hidden)
	}
}

func additional(dst []byte, b *Builder) []byte {
	if b == nil || (b.sub == "" && len(b.extra) == 0) {
		return dst
	}
	start := len(dst)
	dst = append(dst, `,"additionalEventData":{`...)
	first := len(dst)
	add := func(key string) {
		if len(dst) > first {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, key)
		dst = append(dst, ':')
	}
	if b.sub != "" {
		add("sub")
		dst = AppendString(dst, b.sub)
	}
	for _, p := range b.extra {
		add(p.key)
		switch v := p.value.(type) {
		case string:
			dst = AppendString(dst, v)
		case bool:
			dst = strconv.AppendBool(dst, v)
		case int64:
			dst = strconv.AppendInt(dst, v, 10)
		default:
			panic("BUG: additionalEventData takes text, truth and whole numbers")
		}
	}
	dst = append(dst, '}')
	if n := len(dst) - start; n > maxAdditional {
		dst = append(dst[:start], `,"additionalEventData":{"reason":"additionalEventData too large","omitted":true,"originalSize":`...)
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(dst, '}')
	}
	return dst
}

func resources(dst []byte, b *Builder) []byte {
	if b == nil || len(b.resources) == 0 {
		return dst
	}
	dst = append(dst, `,"resources":[`...)
	for i, r := range b.resources {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '{')
		if r.Account != "" {
			dst = append(dst, `"accountId":`...)
			dst = AppendString(dst, r.Account)
			dst = append(dst, ',')
		}
		dst = append(dst, `"type":`...)
		dst = AppendString(dst, r.Type)
		switch {
		case r.ARN == "":
		case r.Prefix:
			dst = member(dst, "ARNPrefix", r.ARN)
		default:
			dst = member(dst, "ARN", r.ARN)
		}
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func member(dst []byte, name, value string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, name...)
	dst = append(dst, '"', ':')
	return AppendString(dst, value)
}

// cut shortens a text to 1 KB, ending in "..." as AWS's own records do.
func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText - 3
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}

const hex = "0123456789abcdef"

// AppendString appends s as a JSON string: control characters escaped, invalid
// UTF-8 replaced, so that a record is always one valid line whatever a client sent.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' && c != 0x7f {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		// U+2028 and U+2029 end lines in some readers; C1 controls drive terminals.
		if (r == utf8.RuneError && n == 1) || r == 0x2028 || r == 0x2029 || (r >= 0x80 && r < 0xa0) {
			dst = append(dst, s[start:i]...)
			if r == utf8.RuneError {
				r = 0xfffd
			}
			dst = append(dst, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
			i += n
			start = i
			continue
		}
		i += n
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
