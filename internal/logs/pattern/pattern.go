package pattern

import "unicode/utf8"

// MaxLength is the largest number of characters of a pattern. [CloudWatch Logs: PutMetricFilter]
const MaxLength = 1024

// Kind is the form of a pattern.
type Kind int

// The forms of patterns.
const (
	Everything Kind = iota // empty, blank, or an empty phrase: matches each event
	Terms                  // words and phrases
	Regex                  // one regular expression over the message
	JSON                   // conditions on members of a JSON object
	Delimited              // conditions on blank-separated fields
)

// matcher is one form at work.
type matcher interface {
	match(message []byte) bool
	extract(message []byte, into map[string]string)
	print(b []byte) []byte
	regexes() int
}

// Pattern is a compiled filter pattern. It is immutable and safe for concurrent use.
type Pattern struct {
	text string
	kind Kind
	m    matcher // nil for Everything
}

// Parse compiles text. The error is a *SyntaxError whose message is AWS's.
func Parse(text string) (*Pattern, error) {
	if !utf8.ValidString(text) {
		return nil, invalid(0, "not UTF-8")
	}
	if utf8.RuneCountInString(text) > MaxLength {
		return nil, invalid(0, "more than %d characters", MaxLength)
	}
	p := &Pattern{text: text}
	s := &source{text: text}
	s.blanks()
	var err *SyntaxError
	switch s.peek() {
	case 0:
		if s.pos < len(text) {
			return nil, badTerm(s.pos, "\x00")
		}
		return p, nil
	case '{':
		p.kind = JSON
		p.m, err = parseJSON(s)
	case '[':
		p.kind = Delimited
		p.m, err = parseDelimited(s)
	case '%':
		p.kind = Regex
		p.m, err = parseRegexForm(s)
	default:
		var t *terms
		t, err = parseTerms(s)
		if err == nil && t.empty() {
			return p, nil
		}
		p.kind, p.m = Terms, t
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// Text returns the pattern letter for letter as it was given to Parse: AWS shows stored patterns verbatim.
func (p *Pattern) Text() string { return p.text }

// Kind tells the form.
func (p *Pattern) Kind() Kind { return p.kind }

// String prints the pattern in one normal form; parsing it gives an equal pattern.
func (p *Pattern) String() string {
	if p.m == nil {
		return ""
	}
	return string(p.m.print(nil))
}

// Regexes counts the regular expressions of the pattern. At most five filters of a log group may have any.
func (p *Pattern) Regexes() int {
	if p.m == nil {
		return 0
	}
	return p.m.regexes()
}

// Match tells whether the event is chosen. It keeps no reference to message.
func (p *Pattern) Match(message []byte) bool {
	return p.m == nil || p.m.match(message)
}

// Extract returns the values that TestMetricFilter shows for an event that Match has chosen; never nil, empty for patterns
// of words. Keys begin with "$": "$.path" of JSON patterns, "$name" or "$3" of space-delimited ones.
func (p *Pattern) Extract(message []byte) map[string]string {
	values := make(map[string]string)
	if p.m != nil {
		p.m.extract(message, values)
	}
	return values
}
