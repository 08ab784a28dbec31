package expression

import (
	"strings"
	"unicode"
)

// MaxFound is how many series a search returns. [CloudWatch: Search expression quotas]
const MaxFound = 500

// maxTerms bounds the words of a search.
const maxTerms = 100

// Metric is a metric as a search looks at it.
type Metric struct {
	Namespace, Name string
	Names, Values   []string // of its dimensions, in the same order
}

// Search is a parsed search: `{Namespace,Dim} MetricName="x"`. It is immutable.
type Search struct {
	Namespace string   // of the schema; empty without one
	schema    []string // names of dimensions, all of them; nil without a schema
	hasSchema bool
	root      *condition // nil takes all
}

// condition is a term, or and, or, not.
type condition struct {
	op    string // "", AND, OR, NOT
	args  []*condition
	field string // MetricName, Namespace, a dimension's name; empty for any
	text  string
	exact bool // in double quotes
}

// ParseSearch reads a search. The error is an *Error.
func ParseSearch(text string) (*Search, error) {
	s := &Search{}
	rest := strings.TrimSpace(text)
	if strings.HasPrefix(rest, "{") {
		inner, after, ok := strings.Cut(rest[1:], "}")
		if !ok {
			return nil, fault(0, "the schema of a search has no end")
		}
		parts, err := schemaParts(inner)
		if err != nil {
			return nil, err
		}
		s.Namespace, s.schema, s.hasSchema, rest = parts[0], parts[1:], true, after
	}
	words, err := searchWords(rest)
	if err != nil {
		return nil, err
	}
	p := &searchParser{words: words}
	if len(words) > 0 {
		if s.root, err = p.or(0); err != nil {
			return nil, err
		}
		if p.at < len(p.words) {
			return nil, fault(0, "unexpected %q in a search", p.words[p.at].text)
		}
	}
	if s.root == nil && !s.hasSchema {
		return nil, fault(0, "a search must not be empty")
	}
	return s, nil
}

// schemaParts splits Namespace,Dim1,"Dim 2".
func schemaParts(inner string) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(inner, ",") {
		part = strings.TrimSpace(part)
		if len(part) > 1 && part[0] == '"' && part[len(part)-1] == '"' {
			part = part[1 : len(part)-1]
		}
		if part == "" {
			return nil, fault(0, "the schema of a search has an empty name")
		}
		out = append(out, part)
	}
	return out, nil
}

type searchWord struct {
	text   string
	quoted bool
}

// searchWords splits at blanks; brackets and = are words of their own.
func searchWords(text string) ([]searchWord, error) {
	var out []searchWord
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			i++
		case c == '(' || c == ')' || c == '=':
			out = append(out, searchWord{text: string(c)})
			i++
		case c == '"':
			n := strings.IndexByte(text[i+1:], '"')
			if n < 0 {
				return nil, fault(0, "a quoted term of a search has no end")
			}
			out = append(out, searchWord{text: text[i+1 : i+1+n], quoted: true})
			i += n + 2
		default:
			n := 1
			for i+n < len(text) && strings.IndexByte(" \t\r\n()=\"", text[i+n]) < 0 {
				n++
			}
			out = append(out, searchWord{text: text[i : i+n]})
			i += n
		}
		if len(out) > maxTerms {
			return nil, fault(0, "a search has more than %d terms", maxTerms)
		}
	}
	return out, nil
}

type searchParser struct {
	words []searchWord
	at    int
}

// word tells whether the next word is this operator or bracket.
func (p *searchParser) word(s string) bool {
	return p.at < len(p.words) && !p.words[p.at].quoted && p.words[p.at].text == s
}

func (p *searchParser) take(s string) bool {
	if p.word(s) {
		p.at++
		return true
	}
	return false
}

func (p *searchParser) or(depth int) (*condition, error) {
	if depth > maxDepth {
		return nil, fault(0, "a search is nested too deeply")
	}
	left, err := p.and(depth)
	if err != nil {
		return nil, err
	}
	for p.take("OR") {
		right, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		left = &condition{op: "OR", args: []*condition{left, right}}
	}
	return left, nil
}

// and joins terms, which need no word between them.
func (p *searchParser) and(depth int) (*condition, error) {
	left, err := p.term(depth)
	if err != nil {
		return nil, err
	}
	for p.at < len(p.words) && !p.word("OR") && !p.word(")") {
		p.take("AND")
		right, err := p.term(depth)
		if err != nil {
			return nil, err
		}
		left = &condition{op: "AND", args: []*condition{left, right}}
	}
	return left, nil
}

func (p *searchParser) term(depth int) (*condition, error) {
	switch {
	case p.at == len(p.words):
		return nil, fault(0, "a search ends too early")
	case p.take("NOT"):
		if depth > maxDepth {
			return nil, fault(0, "a search is nested too deeply")
		}
		inner, err := p.term(depth + 1)
		return &condition{op: "NOT", args: []*condition{inner}}, err
	case p.take("("):
		inner, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.take(")") {
			return nil, fault(0, "unmatched parenthesis in a search")
		}
		return inner, nil
	}
	w := p.words[p.at]
	if !w.quoted && (w.text == "=" || w.text == ")" || w.text == "AND" || w.text == "OR") {
		return nil, fault(0, "unexpected %q in a search", w.text)
	}
	p.at++
	field := ""
	if p.take("=") {
		if field = w.text; p.word("(") { // MetricName=(a OR b)
			p.at++
			inner, err := p.or(depth + 1)
			if err != nil {
				return nil, err
			}
			if !p.take(")") {
				return nil, fault(0, "unmatched parenthesis in a search")
			}
			inner.in(field)
			return inner, nil
		}
		if p.at == len(p.words) {
			return nil, fault(0, "a search ends too early")
		}
		w = p.words[p.at]
		p.at++
	}
	return &condition{field: field, text: w.text, exact: w.quoted}, nil
}

// in limits the terms below to a field.
func (c *condition) in(field string) {
	if c.op == "" && c.field == "" {
		c.field = field
	}
	for _, a := range c.args {
		a.in(field)
	}
}

// Match tells whether a search finds a metric.
func (s *Search) Match(m *Metric) bool {
	if s.hasSchema {
		if m.Namespace != s.Namespace || len(m.Names) != len(s.schema) {
			return false
		}
		for _, want := range s.schema {
			found := false
			for _, n := range m.Names {
				found = found || n == want
			}
			if !found {
				return false
			}
		}
	}
	return s.root == nil || s.root.match(m)
}

func (c *condition) match(m *Metric) bool {
	switch c.op {
	case "AND":
		return c.args[0].match(m) && c.args[1].match(m)
	case "OR":
		return c.args[0].match(m) || c.args[1].match(m)
	case "NOT":
		return !c.args[0].match(m)
	}
	if c.field == "" || c.field == "Namespace" {
		if c.has(m.Namespace) {
			return true
		}
	}
	if c.field == "" || c.field == "MetricName" {
		if c.has(m.Name) {
			return true
		}
	}
	for i := range m.Names {
		if c.field == "" && (c.has(m.Names[i]) || c.has(m.Values[i])) || c.field == m.Names[i] && c.has(m.Values[i]) {
			return true
		}
	}
	return false
}

// has compares exactly, or looks for the term's tokens among those of a text.
func (c *condition) has(text string) bool {
	if c.exact {
		return text == c.text
	}
	have := searchTokens(text)
	for _, want := range searchTokens(c.text) {
		found := false
		for _, t := range have {
			found = found || t == want
		}
		if !found {
			return false
		}
	}
	return true
}

// searchTokens are the parts of a text: split where letters change from small to capital, and at anything else; both the whole words and
// their parts count, without regard to case. [CloudWatch: search expression syntax, tokens]
func searchTokens(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out = append(out, strings.ToLower(word))
		start, previous := 0, rune(0)
		parts := 0
		for i, r := range word {
			if i > start && (unicode.IsUpper(r) && !unicode.IsUpper(previous) || unicode.IsDigit(r) != unicode.IsDigit(previous)) {
				out = append(out, strings.ToLower(word[start:i]))
				start = i
				parts++
			}
			previous = r
		}
		if parts > 0 {
			out = append(out, strings.ToLower(word[start:]))
		}
	}
	return out
}

func searchKind(args []Kind, nodes []*node) (Kind, bool) {
	if args[0] != Text || nodes[0].kind != text || args[1] != Text || nodes[1].kind != text || len(args) > 2 && args[2] != Scalar {
		return 0, false
	}
	_, err := ParseSearch(nodes[0].text)
	return Array, err == nil
}

func search(env *Env, args []Value) (Value, error) {
	s, err := ParseSearch(args[0].text)
	if err != nil {
		return Value{}, err
	}
	if env.Search == nil {
		return Value{}, fault(0, "SEARCH is not supported here")
	}
	period := max(env.Period, 1)
	if len(args) > 2 {
		period = int64(args[2].Number)
	}
	ls, err := env.Search(s, args[1].text, period)
	return Value{Kind: Array, Lines: ls}, err
}
