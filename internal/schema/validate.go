package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Violation is one broken constraint of an input.
type Violation struct {
	Path string // userAttributes.1.member.name
	// Value as AWS prints it; not printed when Sensitive.
	Value     string
	Null      bool
	Sensitive bool
	Rule      string // "have length less than or equal to 5"
}

// String is one clause of AWS's validation message.
func (v Violation) String() string {
	switch {
	case v.Sensitive:
		return "Value at '" + v.Path + "' failed to satisfy constraint: Member must " + v.Rule
	case v.Null:
		return "Value null at '" + v.Path + "' failed to satisfy constraint: Member must " + v.Rule
	default:
		return "Value '" + v.Value + "' at '" + v.Path + "' failed to satisfy constraint: Member must " + v.Rule
	}
}

// maxViolations bounds the message; AWS reports all, inputs are bounded anyway.
const maxViolations = 50

// Validate checks an input against the constraints of its shape: required
// members, lengths, ranges, patterns, enums, nested to any depth. It returns
// the violations in the order of the model.
func Validate(v *Struct) []Violation {
	c := checker{}
	c.structure(v, "")
	return c.found
}

// Message joins violations the way AWS's services answer them.
func Message(vs []Violation) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = v.String()
	}
	noun := "errors"
	if len(vs) == 1 {
		noun = "error"
	}
	return fmt.Sprintf("%d validation %s detected: %s", len(vs), noun, strings.Join(parts, "; "))
}

// checker collects violations. quiet counts how many shapes and members around
// the present value hide it in records; its text then stays out of the message,
// since the message is recorded too.
type checker struct {
	found []Violation
	quiet int
}

func (c *checker) add(v Violation) {
	v.Sensitive = v.Sensitive || (c.quiet > 0 && !v.Null)
	if len(c.found) < maxViolations {
		c.found = append(c.found, v)
	}
}

func (c *checker) structure(v *Struct, path string) {
	for i, m := range v.Shape.Members {
		x := v.Fields[i]
		if x == nil {
			if m.Required {
				c.add(Violation{Path: join(path, LowerFirst(m.Name)), Null: true, Sensitive: m.Shape.Sensitive, Rule: "not be null"})
			}
			continue
		}
		c.below(m.Hide || m.Drop, x, m.Shape, join(path, LowerFirst(m.Name)))
	}
}

// below checks a value that private places may surround.
func (c *checker) below(private bool, x any, s *Shape, at string) {
	if private || s.Hidden || s.Sensitive {
		c.quiet++
		defer func() { c.quiet-- }()
	}
	c.value(x, s, at)
}

func (c *checker) value(x any, s *Shape, at string) {
	switch v := x.(type) {
	case string:
		c.text(v, s, at)
	case int64:
		c.number(float64(v), strconv.FormatInt(v, 10), s, at)
	case float64:
		c.number(v, strconv.FormatFloat(v, 'g', -1, 64), s, at)
	case []byte:
		c.length(len(v), "java.nio.HeapByteBuffer[pos=0 lim="+strconv.Itoa(len(v))+" cap="+strconv.Itoa(len(v))+"]", s, at)
	case *Struct:
		c.structure(v, at)
	case []any:
		c.length(len(v), listText(v, s), s, at)
		for i, e := range v {
			el := at + "." + strconv.Itoa(i+1) + ".member"
			if e == nil {
				c.add(Violation{Path: el, Null: true, Sensitive: s.Elem.Shape.Sensitive, Rule: "not be null"})
				continue
			}
			c.below(false, e, s.Elem.Shape, el)
		}
	case *Pairs:
		c.length(len(v.Keys), "{}", s, at)
		for i, k := range v.Keys {
			el := at + "." + k + ".member"
			if s.MapKey != nil {
				c.below(false, k, s.MapKey.Shape, at+".key")
				if s.MapKey.Shape.Sensitive || s.MapKey.Shape.Hidden || c.quiet > 0 {
					el = at + ".member"
				}
			}
			if v.Values[i] != nil {
				c.below(s.HidesValue(k), v.Values[i], s.Elem.Shape, el)
			}
		}
	}
}

func (c *checker) text(v string, s *Shape, at string) {
	fail := func(rule string) {
		c.add(Violation{Path: at, Value: v, Sensitive: s.Sensitive, Rule: rule})
	}
	n := utf8.RuneCountInString(v)
	if s.Max != nil && float64(n) > *s.Max {
		fail("have length less than or equal to " + number(*s.Max))
	}
	if s.Min != nil && float64(n) < *s.Min {
		fail("have length greater than or equal to " + number(*s.Min))
	}
	if re := s.Regexp(); re != nil && !re.MatchString(v) {
		fail("satisfy regular expression pattern: " + s.Pattern)
	}
	if len(s.Enum) > 0 && !has(s.Enum, v) {
		fail("satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]")
	}
}

func (c *checker) length(n int, text string, s *Shape, at string) {
	if s.Max != nil && float64(n) > *s.Max {
		c.add(Violation{Path: at, Value: text, Sensitive: holdsSensitive(s, 0), Rule: "have length less than or equal to " + number(*s.Max)})
	}
	if s.Min != nil && float64(n) < *s.Min {
		c.add(Violation{Path: at, Value: text, Sensitive: holdsSensitive(s, 0), Rule: "have length greater than or equal to " + number(*s.Min)})
	}
}

func (c *checker) number(v float64, text string, s *Shape, at string) {
	if s.Max != nil && v > *s.Max {
		c.add(Violation{Path: at, Value: text, Sensitive: s.Sensitive, Rule: "have value less than or equal to " + number(*s.Max)})
	}
	if s.Min != nil && v < *s.Min {
		c.add(Violation{Path: at, Value: text, Sensitive: s.Sensitive, Rule: "have value greater than or equal to " + number(*s.Min)})
	}
}

// listText prints a list of plain strings as Java does; anything deeper stays out.
func listText(v []any, s *Shape) string {
	if s.Elem.Shape.Kind != String || s.Elem.Shape.Sensitive || s.Elem.Shape.Hidden {
		return "[]"
	}
	parts := make([]string, 0, len(v))
	for _, e := range v {
		t, _ := e.(string)
		parts = append(parts, t)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// holdsSensitive tells whether a value of this shape could hold a secret.
func holdsSensitive(s *Shape, depth int) bool {
	if s.Sensitive || depth > 8 {
		return true
	}
	switch s.Kind {
	case List, Map:
		return holdsSensitive(s.Elem.Shape, depth+1)
	case Structure:
		for _, m := range s.Members {
			if holdsSensitive(m.Shape, depth+1) {
				return true
			}
		}
	}
	return false
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// LowerFirst lower-cases the first letter only, as AWS does in records and
// messages: SAMLAssertion becomes sAMLAssertion.
func LowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]+'a'-'A') + s[1:]
}

func has(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
