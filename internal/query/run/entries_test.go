package run_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// shapes are the same events with their fields in columns with dictionary, in columns of texts, and in messages alone.
// A dictionary serves two blocks and holds an entry twice, as an engine's may.
func shapes(blocks int) map[string]*generated {
	rnd := rand.New(rand.NewPCG(7, 9))
	const rows = 200
	fields := map[string][]string{
		"name":  {"GetUser", "SignUp", "", "10", "9", "a10", "a9", "é", "e"},
		"code":  {"NotAuthorizedException", "", "Throttling"},
		"who.x": nil,
		"ok":    {"1", "0", ""},
	}
	out := map[string]*generated{"dictionaries": {}, "texts": {}, "messages": {}}
	var dicts map[string][]string
	for n := range blocks {
		if n%2 == 0 {
			dicts = map[string][]string{}
			for f, texts := range fields {
				texts = slices.Clone(texts)
				if f == "who.x" {
					for range 40 {
						texts = append(texts, fmt.Sprintf("198.51.%d.%d", rnd.IntN(3), rnd.IntN(20)))
					}
				}
				texts = append(texts, texts[0])
				rnd.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
				dicts[f] = texts
			}
		}
		at := make([]int64, rows)
		messages := make([]string, rows)
		codes := map[string][]uint32{}
		for i := range rows {
			at[i] = t0.UnixMilli() + rnd.Int64N(3_600_000)
			var parts []string
			for _, f := range []string{"name", "code", "who.x", "ok"} {
				code := uint32(rnd.IntN(len(dicts[f])))
				text := dicts[f][code]
				if text == "" {
					code = block.NoCode
				} else if f == "ok" {
					parts = append(parts, fmt.Sprintf(`"ok":%v`, text == "1"))
				} else {
					parts = append(parts, fmt.Sprintf(`%s:%q`, map[string]string{"name": `"name"`, "code": `"code"`, "who.x": `"who":{"x"`}[f], text)+
						strings.Repeat("}", strings.Count(f, ".")))
				}
				codes[f] = append(codes[f], code)
			}
			messages[i] = "{" + strings.Join(parts, ",") + "}"
		}
		for shape, g := range out {
			b := &block.Block{N: rows, Base: int64(n*rows + 1), Columns: map[string]*block.Column{
				block.Timestamp: block.TimeColumn(at), block.Message: block.StringColumn(messages, nil),
				block.Ptr: block.StringColumn(make([]string, rows), nil)}}
			for f, codes := range codes {
				c := block.DictColumn(dicts[f], codes)
				switch shape {
				case "messages":
					continue
				case "texts":
					texts, present := make([]string, rows), make([]bool, rows)
					for i := range rows {
						texts[i], present[i] = c.Text(i)
					}
					c = block.StringColumn(texts, present)
				}
				c.Bool = f == "ok"
				b.Columns[f] = c
			}
			g.blocks = append(g.blocks, b)
		}
	}
	return out
}

// TestDictionaries: whether a field has a dictionary changes no result.
func TestDictionaries(t *testing.T) {
	t.Parallel()
	all := shapes(9)
	for _, text := range []string{
		`stats count(*) by name`,
		`stats count(*), max(who.x) by name, code`,
		`stats count(*), count_distinct(code) by who.x, ok, name`,
		`stats count(*) by ok`,
		`stats count(*)`,
		`stats count(*) by name, bin(10m) | stats sum(name) by name | limit 5`,
		`stats count(*) by who.x as x, toupper(name) | sort x desc`,
		`fields name as n | stats count(*) by n, code`,
		`fields code as name | stats count(*) by name`,
		`filter code = "Throttling" | stats count(*) by name`,
		`filter code != "Throttling" | stats count(*) by name`,
		`filter code like /Exc/ and name not like "User" | stats count(*) by name, code`,
		`filter name in ["10", "GetUser"] or code in ["Throttling"] | stats count(*) by name`,
		`filter name not in ["SignUp"] | stats count(*) by ok`,
		`filter ok = 1 | stats count(*) by ok, who.x`,
		`filter ok = "true" or name = 9 | stats count(*) by ok, name`,
		`fields name as code | filter code = "SignUp" | stats count(*) by code`,
		`filter who.x like /\.1[0-9]?$/ | fields name, who.x | sort name, who.x desc, @timestamp | limit 50`,
	} {
		p, err := plan.Compile(text)
		if err != nil {
			t.Fatal(text, err)
		}
		var want *run.Result
		for _, shape := range []string{"messages", "texts", "dictionaries"} {
			for _, workers := range []int{1, 3} {
				got, err := run.Run(t.Context(), p, run.Options{Source: all[shape], Start: t0, End: t0.Add(time.Hour), Workers: workers})
				if err != nil {
					t.Fatal(text, err)
				}
				if want == nil {
					want = got
				}
				if len(got.Rows) == 0 || !reflect.DeepEqual(got, want) {
					t.Errorf("%s: with %s and %d workers:\n%v\nwant\n%v", text, shape, workers, got, want)
				}
			}
		}
	}
}

// TestSortGroups: groups come by the order of values, key by key, null last.
func TestSortGroups(t *testing.T) {
	t.Parallel()
	s := func(texts ...string) []value.Value {
		var out []value.Value
		for _, x := range texts {
			if x == "null" {
				out = append(out, value.Value{})
				continue
			}
			out = append(out, value.OfString(x))
		}
		return out
	}
	rows := [][]value.Value{s("b", "1", "n"), s("null", "2"), s("a10", "1"), s("10", "1"), s("a9", "null"), s("9", "x"), s("a9", "3"), s("b", "null")}
	want := [][]value.Value{s("a9", "3"), s("a9", "null"), s("a10", "1"), s("b", "1", "n"), s("b", "null"), s("9", "x"), s("10", "1"), s("null", "2")}
	if run.SortGroups(rows, 2); !reflect.DeepEqual(rows, want) {
		t.Errorf("got %v, want %v", rows, want)
	}
}

// asked is a source that knows which messages hold a text.
type asked struct {
	*generated
	verdict func(i int, has bool) block.Verdict
	loads   atomic.Int64
}

func (a *asked) Scan(_ context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	for _, g := range a.blocks {
		b := *g
		b.Columns = maps.Clone(g.Columns)
		messages := b.Columns[block.Message]
		delete(b.Columns, block.Message)
		b.Bytes = 1
		b.Load = func(name string) *block.Column {
			if name != block.Message {
				return nil
			}
			a.loads.Add(1)
			return messages
		}
		b.Find = func(name, text string) []block.Verdict {
			if name != block.Message {
				return nil
			}
			out := make([]block.Verdict, b.N)
			for i, m := range messages.Str {
				out[i] = a.verdict(i, strings.Contains(m, text))
			}
			return out
		}
		if err := yield(&b); err != nil {
			return err
		}
	}
	return nil
}

// TestFind: what the engine knows of messages spares reading them and changes no result.
func TestFind(t *testing.T) {
	t.Parallel()
	all := shapes(5)["dictionaries"]
	sure := func(_ int, has bool) block.Verdict {
		if has {
			return block.Has
		}
		return block.Lacks
	}
	for _, c := range []struct {
		text   string
		spares bool
	}{
		{`filter @message like /Exception/ | stats count(*) by name`, true},
		{`filter @message like "Exception" and @message not like /SignUp/ | stats count(*) by code`, true},
		{`filter name = "SignUp" or not (@message like "Throttling") | stats count(*) by code`, true},
		{`filter @message like /Exc.ption/ | stats count(*) by name`, false},
		{`filter @message like "" | stats count(*) by name`, false},
		{`fields code as @message | filter @message like "Exception" | stats count(*) by code`, true},
		{`filter @message like /Exception/ | fields @message | sort @timestamp | limit 20`, false},
	} {
		p, err := plan.Compile(c.text)
		if err != nil {
			t.Fatal(c.text, err)
		}
		var want *run.Result
		for i, verdict := range []func(int, bool) block.Verdict{
			func(int, bool) block.Verdict { return block.Unsure },
			sure,
			func(i int, has bool) block.Verdict {
				if i%3 == 0 {
					return block.Unsure
				}
				return sure(i, has)
			},
		} {
			src := &asked{generated: all, verdict: verdict}
			got, err := run.Run(t.Context(), p, run.Options{Source: src, Start: t0, End: t0.Add(time.Hour)})
			if err != nil {
				t.Fatal(c.text, err)
			}
			if want == nil {
				want = got
			}
			if len(got.Rows) == 0 || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, want %v", c.text, got, want)
			}
			if n := src.loads.Load(); i == 1 && c.spares != (n == 0) {
				t.Errorf("%s: messages of %d blocks were read", c.text, n)
			}
		}
	}
}
