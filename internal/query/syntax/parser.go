package syntax

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Query is a pipeline of commands.
type Query struct {
	Pos
	Commands []Command
	// Text is the text the query was parsed from; empty for built trees.
	Text string
}

func (q *Query) String() string {
	parts := make([]string, len(q.Commands))
	for i, c := range q.Commands {
		parts[i] = c.String()
	}
	return strings.Join(parts, " | ")
}

// Command is one stage as written.
type Command interface {
	Node
	command()
}

// commands maps the lower-case name to its parser. It is filled here, once, so that the reader finds every command;
// the functions live in the file of their command.
func (p *parser) commandTable() map[string]func(*parser, Pos) Command {
	return map[string]func(*parser, Pos) Command{
		"fields": parseFields, "display": parseDisplay, "filter": parseFilter, "where": parseFilter,
		"parse": parseParse, "sort": parseSort, "order": parseSort, "stats": parseStats,
		"limit": parseLimit, "head": parseHead, "tail": parseTail, "dedup": parseDedup,
		"pattern": parsePattern, "diff": parseDiff, "anomaly": parseAnomaly, "unmask": parseUnmask,
		"unnest": parseUnnest, "filterindex": parseFilterIndex, "source": parseSource, "search": parseSearch,
		"lookup": parseLookup, "join": parseJoin, "cidrlookup": parseCidrLookup, "expand": parseExpand,
		"addtotals": parseAddTotals, "relevantfields": parseRelevantFields, "autoregress": parseAutoregress,
		"logcompare": parseLogCompare, "filldown": parseFillDown, "fillmissing": parseFillMissing,
		"outlier": parseOutlier, "accum": parseAccum, "appendcols": parseAppendCols, "sessionize": parseSessionize,
		"countfrequent": parseCountFrequent, "count_frequent": parseCountFrequent, "estimate": parseEstimate,
	}
}

type parser struct {
	lex   lexer
	tok   token
	prev  Pos // of the token before tok
	depth int
	cmds  map[string]func(*parser, Pos) Command
}

// Parse reads a query. The error is always an *Error. A text without commands gives a query without commands.
func Parse(text string) (q *Query, err error) {
	if utf8.RuneCountInString(text) > MaxLength {
		return nil, NewError(text, Pos{0, len(text)}, fmt.Sprintf("Query cannot be compiled: longer than %d characters", MaxLength))
	}
	p := &parser{lex: lexer{src: text}}
	p.cmds = p.commandTable()
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			q, err = nil, e
		}
	}()
	p.tok = p.lex.next()
	q = p.pipeline(true)
	if p.tok.kind != tEOF {
		p.mismatch("{<EOF>, '|'}")
	}
	q.Text = text
	return q, nil
}

// pipeline reads commands up to the end or a closing parenthesis.
func (p *parser) pipeline(top bool) *Query {
	defer p.enter()()
	q := &Query{Pos: Pos{p.tok.Start, p.tok.Start}}
	if top && p.tok.kind == tEOF {
		return q
	}
	if p.tok.is("|") { // after a comment line a leading bar is normal
		p.advance()
	}
	for {
		q.Commands = append(q.Commands, p.command())
		if !p.tok.is("|") {
			break
		}
		p.advance()
	}
	q.End = p.prev.End
	return q
}

func (p *parser) subquery() *Query { return p.pipeline(false) }

func (p *parser) atCommand() bool {
	return p.tok.kind == tName && !p.tok.quoted && p.cmds[strings.ToLower(p.tok.text)] != nil && !p.followedByOperator()
}

// followedByOperator tells a field named like a command from a command, inside the parentheses of in ( … ).
func (p *parser) followedByOperator() bool {
	l := p.lex
	t := l.next()
	return t.is(",") || t.is(")")
}

func (p *parser) command() Command {
	t := p.tok
	if t.kind == tName && !t.quoted {
		if f := p.cmds[strings.ToLower(t.text)]; f != nil {
			p.advance()
			c := f(p, t.Pos)
			if !p.tok.is("|") && !p.tok.is(")") && p.tok.kind != tEOF {
				p.mismatch("{<EOF>, '|'}")
			}
			return c
		}
	}
	p.mismatch("{K_PARSE, K_SEARCH, K_FIELDS, K_DISPLAY, K_FILTER, K_SORT, K_ORDER, K_HEAD, K_LIMIT, K_TAIL, K_STATS}")
	return nil
}

// CommandNames lists every command in lower case, for completion and help.
func CommandNames() []string {
	var names []string
	for n := range (*parser)(nil).commandTable() {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func (p *parser) advance() {
	p.prev = p.tok.Pos
	p.tok = p.lex.next()
}

// relexRegex reads the current slash as the beginning of a regex.
func (p *parser) relexRegex() { p.tok = p.lex.regex(p.tok.Start) }

func (p *parser) expect(op string) Pos {
	if !p.tok.is(op) {
		p.mismatch("'" + op + "'")
	}
	at := p.tok.Pos
	p.advance()
	return at
}

func (p *parser) expectWord(w string) {
	if !p.tok.word(w) {
		p.mismatch("K_" + strings.ToUpper(w))
	}
	p.advance()
}

// accept skips the keyword if it is next.
func (p *parser) accept(w string) bool {
	if p.tok.word(w) {
		p.advance()
		return true
	}
	return false
}

func (p *parser) mismatch(expecting string) {
	t := p.tok
	text := t.text
	if t.kind != tEOF {
		text = p.lex.src[t.Start:t.End]
	}
	p.failAt(t.Pos, fmt.Sprintf("mismatched input '%s' expecting %s", text, expecting))
}

func (p *parser) failAt(at Pos, message string) { panic(NewError(p.lex.src, at, message)) }

// since is the range of a command that began at start.
func (p *parser) since(start Pos) Pos { return Pos{start.Start, p.prev.End} }

// field reads a plain field or alias.
func (p *parser) field() *Field {
	if p.tok.kind != tName {
		p.mismatch("FIELD")
	}
	f := &Field{Pos: p.tok.Pos, Segments: p.tok.segments}
	p.advance()
	return f
}

func (p *parser) fieldList() []*Field {
	fs := []*Field{p.field()}
	for p.tok.is(",") {
		p.advance()
		fs = append(fs, p.field())
	}
	return fs
}

// fieldsBlank reads fields separated by blanks or commas.
func (p *parser) fieldsBlank(stop ...string) []*Field {
	var fs []*Field
	for p.tok.kind == tName {
		for _, w := range stop {
			if p.tok.word(w) {
				return fs
			}
		}
		fs = append(fs, p.field())
		if p.tok.is(",") {
			p.advance()
		}
	}
	return fs
}

// option reads name=… if the next tokens are exactly that, and leaves the value as the current token.
func (p *parser) option(name string) bool {
	if !p.tok.word(name) {
		return false
	}
	l := p.lex
	if t := l.next(); !t.is("=") {
		return false
	}
	p.advance()
	p.advance()
	return true
}

func (p *parser) flag() bool {
	switch {
	case p.accept("true"):
		return true
	case p.accept("false"):
		return false
	}
	p.mismatch("{true, false}")
	return false
}

func (p *parser) number() float64 {
	if p.tok.kind != tNumber {
		p.mismatch("NUMBER")
	}
	n := p.primary().(*Number)
	return n.Value
}

func (p *parser) integer() int {
	at := p.tok.Pos
	f := p.number()
	if f != float64(int(f)) || f < 0 || f > 1<<40 {
		p.failAt(at, "Query cannot be compiled")
	}
	return int(f)
}

func names(fs []*Field, sep string) string {
	parts := make([]string, len(fs))
	for i, f := range fs {
		parts[i] = f.String()
	}
	return strings.Join(parts, sep)
}
