package audit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// canary is what must not be found; its base64 form begins like canary64 whatever follows.
const (
	canary   = "CANARY"
	canary64 = "Q0FOQVJZ"
	canaryN  = 770077007700
)

// maker builds random shapes with private places at any depth, and values for
// them: what is below a private place holds a canary, everything else never.
type maker struct {
	r *rand.Rand
	n int
}

func (m *maker) chance(percent int) bool { return m.r.IntN(100) < percent }

func (m *maker) shape(depth int) *schema.Shape {
	m.n++
	s := &schema.Shape{Name: fmt.Sprintf("S%d", m.n), Sensitive: m.chance(12), Hidden: m.chance(8)}
	kinds := []schema.Kind{schema.String, schema.Boolean, schema.Integer, schema.Long, schema.Double, schema.Blob, schema.Timestamp, schema.Document}
	if depth > 0 {
		kinds = append(kinds, schema.List, schema.List, schema.Map, schema.Map, schema.Structure, schema.Structure, schema.Structure, schema.Structure)
	}
	switch s.Kind = kinds[m.r.IntN(len(kinds))]; s.Kind {
	case schema.List:
		s.Elem = attr("member", m.shape(depth-1))
	case schema.Map:
		s.MapKey = attr("key", &schema.Shape{Kind: schema.String, Sensitive: m.chance(15), Hidden: m.chance(5)})
		s.Elem = attr("value", m.shape(depth-1))
		s.HideValues = m.chance(20)
	case schema.Structure:
		m.members(s, depth)
	}
	return s
}

func (m *maker) members(s *schema.Shape, depth int) {
	s.Kind = schema.Structure
	ms := make([]*schema.Member, m.r.IntN(6))
	for i := range ms {
		ms[i] = &schema.Member{Name: fmt.Sprintf("Member%d", i), Shape: m.shape(depth - 1), Hide: m.chance(10), Drop: m.chance(5), Streaming: m.chance(3)}
	}
	s.SetMembers(ms)
}

func (m *maker) structure(s *schema.Shape, private bool) *schema.Struct {
	v := schema.NewStruct(s)
	for i, a := range s.Members {
		if m.chance(85) {
			v.Fields[i] = m.value(a.Shape, private || a.Hide || a.Drop || a.Streaming)
		}
	}
	return v
}

func (m *maker) value(s *schema.Shape, private bool) any {
	private = private || s.Sensitive || s.Hidden
	switch s.Kind {
	case schema.String:
		return m.text(private)
	case schema.Boolean:
		return m.chance(50)
	case schema.Integer, schema.Long:
		if private {
			return int64(canaryN)
		}
		return int64(m.r.IntN(1000))
	case schema.Double:
		if private {
			return float64(canaryN)
		}
		return m.r.Float64()
	case schema.Blob:
		return []byte(m.text(private))
	case schema.Timestamp:
		if private {
			return time.Date(1977, 7, 7, 0, 0, 0, 0, time.UTC)
		}
		return moment
	case schema.Document:
		return json.RawMessage(`{"a":"` + canary + `"}`)
	case schema.List:
		out := make([]any, m.r.IntN(4))
		for i := range out {
			if m.chance(90) {
				out[i] = m.value(s.Elem.Shape, private)
			}
		}
		return out
	case schema.Map:
		p := &schema.Pairs{}
		keyPrivate := s.MapKey.Shape.Sensitive || s.MapKey.Shape.Hidden
		for range m.r.IntN(4) {
			p.Keys = append(p.Keys, m.text(private || keyPrivate))
			var v any
			if m.chance(90) {
				v = m.value(s.Elem.Shape, private || keyPrivate || s.HideValues)
			}
			p.Values = append(p.Values, v)
		}
		return p
	default:
		return m.structure(s, private)
	}
}

func (m *maker) text(private bool) string {
	if private {
		return canary + " secret"
	}
	return []string{"plain", "", "é\n", "\x1b[31m", "\xff\xfe", "\u2028", `"\`}[m.r.IntN(7)]
}

func TestAppend_RandomSchemasLeakNothing(t *testing.T) {
	t.Parallel()
	enc := &Encoder{Hidden: HiddenForSecurity}
	hidden := 0
	for seed := range uint64(2000) {
		m := &maker{r: rand.New(rand.NewPCG(seed, 7))}
		e := event()
		for _, tree := range []**schema.Struct{&e.Request, &e.Response} {
			s := &schema.Shape{Name: "Top"}
			m.members(s, 5)
			*tree = m.structure(s, false)
		}
		record := string(enc.Append(nil, e))
		oneLine(t, record)
		for _, leak := range []string{canary, canary64, "770077007700", "Jul 7, 1977"} {
			if strings.Contains(record, leak) {
				t.Fatalf("seed %d: %s in %s", seed, leak, record)
			}
		}
		hidden += strings.Count(record, HiddenForSecurity)
	}
	if hidden < 1000 {
		t.Errorf("only %d values were hidden: the property tests nothing", hidden)
	}
}

func TestAppendString(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"plain":           {"abc é 漢 😀 </script>", `"abc é 漢 😀 </script>"`},
		"empty":           {"", `""`},
		"quotes":          {`a"b\c`, `"a\"b\\c"`},
		"lines":           {"a\r\n\tb", `"a\r\n\tb"`},
		"controls":        {"\x00\x1b[2J\x7f\b", `"\u0000\u001b[2J\u007f\u0008"`},
		"C1 controls":     {"\u0080\u009b\u009f\u00a0", `"\u0080\u009b\u009f` + "\u00a0" + `"`},
		"line separators": {"\u2028\u2029", `"\u2028\u2029"`},
		"broken UTF-8":    {"a\xffb\xe2\x28", `"a\ufffdb\ufffd("`},
		"real U+FFFD":     {"a\ufffdb", `"a` + "\ufffd" + `b"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(AppendString(nil, c.in)); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "abc", "\x00\"\\\n", "\u2028\u009b", "\xff\xc0\x80", "😀", "\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(AppendString(nil, s))
		oneLine(t, got)
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(s) && back != s {
			t.Fatalf("%q came back as %q", s, back)
		}
		if !utf8.ValidString(s) && back != string([]rune(s)) {
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add("short")
	f.Add(strings.Repeat("é", 600))
	f.Add(strings.Repeat("\x80", 2000))
	f.Fuzz(func(t *testing.T, s string) {
		got := cut(s)
		if len(got) > maxText || len(s) <= maxText && got != s || len(s) > maxText && !strings.HasSuffix(got, "...") {
			t.Fatalf("%d bytes became %q", len(s), got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Fatalf("cut within a rune: %q", got)
		}
	})
}
