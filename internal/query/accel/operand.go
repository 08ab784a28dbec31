package accel

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// errInexpressible says that SQL has no expression with exactly the meaning of this part of the query.
var errInexpressible = errors.New("no exact SQL")

func inexpressible(what any) error { return fmt.Errorf("%v: %w", what, errInexpressible) }

// kind is the kind of an operand's values.
type kind uint8

const (
	textKind kind = iota // texts, perhaps null
	boolKind             // texts 1 and 0 that stand for booleans, perhaps null
	timeKind             // milliseconds, never null
)

// operand is a value per row. The SQL holds no placeholder, so that it may be repeated.
type operand struct {
	sql  string
	kind kind
	// full says that there is a value in every row.
	full bool
}

// translator holds the names at a place of stage 0.
type translator struct {
	*writer
	scope *Scope
	// names are aliases by name; nil stands for a value that SQL cannot express.
	names map[string]*operand
	// messages says that the text of messages is looked into.
	messages bool
}

// define lets an alias stand for x.
func (t *translator) define(name string, x syntax.Expr) {
	o, err := t.operand(x)
	if err != nil {
		t.names[name] = nil
		return
	}
	t.names[name] = &o
}

// items follows package run: a plain field without alias keeps its own meaning.
func (t *translator) items(items []*syntax.Item) error {
	for _, it := range items {
		if err := noQuery(it.X); err != nil {
			return err
		}
		f, plain := it.X.(*syntax.Field)
		if plain && it.Alias == nil && !strings.Contains(strings.Join(f.Segments, ""), ".") {
			continue
		}
		t.define(it.Name(), it.X)
	}
	return nil
}

// noQuery refuses subqueries, which have effects and errors of their own.
func noQuery(x syntax.Expr) error {
	var err error
	syntax.Walk(x, func(x syntax.Expr) bool {
		if in, ok := x.(*syntax.In); ok && in.Query != nil {
			err = inexpressible(x)
		}
		return err == nil
	})
	return err
}

func (t *translator) operand(x syntax.Expr) (operand, error) {
	switch x := x.(type) {
	case *syntax.Field:
		return t.field(x.Segments)
	case *syntax.Call:
		if strings.EqualFold(x.Name, "bin") && len(x.Args) == 1 {
			return t.bin(x)
		}
	}
	return operand{}, inexpressible(x)
}

func (t *translator) field(segments []string) (operand, error) {
	name := strings.Join(segments, ".")
	if o, ok := t.names[name]; ok {
		if o == nil {
			return operand{}, inexpressible(name)
		}
		return *o, nil
	}
	for n := len(segments) - 1; n > 0; n-- {
		if _, ok := t.names[strings.Join(segments[:n], ".")]; ok {
			return operand{}, inexpressible(name)
		}
	}
	if len(strings.Split(name, ".")) != len(segments) {
		return operand{}, inexpressible(name) // a key that contains a dot
	}
	id := t.d.Ident
	switch name {
	case block.Timestamp, block.IngestionTime:
		return operand{id(name), timeKind, true}, nil
	case block.Message:
		t.messages = true
		return operand{t.d.message(), textKind, true}, nil
	case block.LogStream:
		return operand{id(name), textKind, true}, nil
	case block.Log:
		return operand{t.d.Concat(t.d.Quote(t.scope.Account+":"), id(colGroup)), textKind, true}, nil
	}
	if !t.scope.exact(name) {
		return operand{}, inexpressible(name)
	}
	if name == boolField {
		return operand{id(name), boolKind, false}, nil
	}
	return operand{id(name), textKind, false}, nil
}

// bin floors @timestamp; months and longer follow the calendar and stay in Go.
func (t *translator) bin(x *syntax.Call) (operand, error) {
	p, ok := x.Args[0].(*syntax.Period)
	if !ok {
		return operand{}, inexpressible(x)
	}
	span, err := fn.ParsePeriod(p.N, p.Unit)
	if err != nil || span.Unit > fn.Week {
		return operand{}, inexpressible(x)
	}
	at, err := t.field([]string{block.Timestamp})
	if err != nil || at.kind != timeKind {
		return operand{}, inexpressible(x)
	}
	size := span.Millis()
	first := span.Floor(0) // a boundary, 0 or before
	// The remainder has the sign of its dividend; adding size once makes it that of floor.
	return operand{fmt.Sprintf("(%s - ((%s - (%d)) %% %d + %d) %% %d)", at.sql, at.sql, first, size, size, size), timeKind, true}, nil
}

// bindable tells whether a text reaches the engine unchanged.
func bindable(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "\x00") && len(s) <= 1<<16
}
