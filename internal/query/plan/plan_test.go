package plan

import (
	"errors"
	"reflect"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

func TestBuild_pushdown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		equal      []block.Predicate
		fields     []string
	}{
		{"the guide's third query", `fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter eventSource = "c" and errorCode= "N"`,
			[]block.Predicate{{Column: "eventSource", Values: []string{"c"}}, {Column: "errorCode", Values: []string{"N"}}},
			[]string{"@ptr", "@timestamp", "additionalEventData.sub", "errorCode", "eventSource"}},
		{"numbers are not pushed down", `filter a = 7 and b = "7" and c != "x" and d in ["p","q"] and ispresent(e) | stats count(*)`,
			[]block.Predicate{{Column: "c", Op: block.Ne, Values: []string{"x"}}, {Column: "d", Op: block.In, Values: []string{"p", "q"}}, {Column: "e", Op: block.Exists}},
			[]string{"@timestamp", "a", "b", "c", "d", "e"}},
		{"aliases are not pushed down", `fields tolower(a) as b | filter b = "x" and a = "y" or c = "z" | stats count(*)`, nil,
			[]string{"@timestamp", "a", "c"}},
		{"nothing after stats", `stats count(*) as c by a | filter a = "x"`, nil, []string{"@timestamp", "a"}},
		{"expanded fields are other values", `expand a | filter a = "x" | stats count(*)`, nil, []string{"@timestamp", "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := Compile(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(p.Equal, c.equal) {
				t.Errorf("predicates %v", p.Equal)
			}
			if !reflect.DeepEqual(p.Fields, c.fields) {
				t.Errorf("fields %q", p.Fields)
			}
		})
	}
}

func TestBuild_stages(t *testing.T) {
	t.Parallel()
	p, err := Compile(`filter a = "x" | stats count(*) as c by b | filter c > 1 | sort c desc | limit 5`)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Stages) != 2 || p.Stages[0].Stats == nil || len(p.Stages[0].Rows) != 1 {
		t.Fatalf("stages %+v", p.Stages)
	}
	if s := p.Stages[1]; len(s.Rows) != 1 || len(s.Sort) != 1 || s.Limit != 5 || s.Events {
		t.Errorf("last stage %+v", s)
	}
	if want := []string{"b", "c"}; !reflect.DeepEqual(p.Columns, want) || !reflect.DeepEqual(p.Stages[0].Columns, want) {
		t.Errorf("columns %q", p.Columns)
	}
}

func TestBuild_refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, message string }{
		{"limit before stats", `limit 5 | stats count(*)`, "unexpected symbol found stats"},
		{"sort before stats", `sort a | stats count(*)`, "unexpected symbol found stats"},
		{"source not first", `fields a | SOURCE logGroups()`, "unexpected symbol found SOURCE"},
		{"unknown name after stats", `stats count(*) by a | fields b`, "Unknown symbols found in or after stats: b"},
		{"field beside aggregates", `stats count(*) + b by a`, "Unknown symbols found in or after stats: b"},
		{"alias of a shown field", `fields a | fields b as a`, "Unknown symbols found in or after stats: a"},
		{"aggregate in filter", `filter count(a) > 1`, "Aggregate function count is only allowed in stats"},
		{"nested aggregate", `stats sum(count(a))`, "Aggregate function count is only allowed in stats"},
		{"no aggregate", `stats 1 by a`, "Query cannot be compiled"},
		{"bad regex", `filter a like /(/`, "Invalid regular expression: error parsing regexp: missing closing ): `(`"},
		{"too few arguments", `fields strlen()`, "Invalid number of arguments for function strlen"},
		{"period where none belongs", `fields strlen(5m)`, "Invalid argument for function strlen: 5m"},
		{"bin after stats", `stats count(*) by a | stats count(*) by bin(5m)`, "Unknown symbols found in or after stats: @timestamp"},
		{"two columns in a subquery", `filter a in (SOURCE "x" | fields b, c)`, "Query cannot be compiled"},
		{"percentile out of range", `stats pct(a, 101)`, "Invalid percentile: a number from 0 to 100 is required"},
		{"star where none belongs", `stats sum(*)`, "Invalid number of arguments for function sum"},
		{"fillmissing without stats", `fillmissing`, "unexpected symbol found fillmissing"},
		{"two joins", `join left=a right=b where a.x = b.x (fields x) | join left=a right=c where a.x = c.x (fields x)`, "unexpected symbol found join"},
		{"after estimate", `estimate | fields a`, "unexpected symbol found fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := Compile(c.text)
			var e *syntax.Error
			if !errors.As(err, &e) || e.Message != c.message {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`filter a = "x" | stats count(*) as c by bin(5m) | sort c desc | limit 5`)
	f.Add(`fields jsonParse(a) as b | unnest b.c into d | pattern @message | diff`)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > syntax.MaxLength {
			return
		}
		_, err := Compile(s)
		var e *syntax.Error
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%q: %T is no syntax error", s, err)
		}
	})
}
