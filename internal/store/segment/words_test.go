package segment

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

func TestSearchFor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]search{
		"Exception":              {part: "Exception", whole: true},
		"error":                  {part: "error", whole: true},
		"Error: no":              {part: "Error"},
		"User does Exist":        {part: "Exist"},
		"NotFound/Exceptionally": {part: "Exceptionally"},
		`"errorCode"`:            {part: "errorCode"},
		"fail":                   {},
		"deadbeef":               {},
		"DeadBeef-000":           {},
		"abcdeg":                 {part: "abcdeg", whole: true},
		"über":                   {},
		"überlegen":              {part: "berlegen"},
		"":                       {},
	} {
		got, ok := searchFor(text)
		want.text = text
		if ok != (want.part != "") || ok && got != want {
			t.Errorf("%q: %+v, %v", text, got, ok)
		}
	}
}

// pieceOf seals messages and opens their row group.
func pieceOf(t testing.TB, messages []string) *piece {
	t.Helper()
	s, err := Open(t.Context(), mem.New(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	rows := make([]Row, len(messages))
	for i, m := range messages {
		rows[i] = Row{Account: "1", Region: "r", Group: "g", Stream: "s", Time: int64(i), Ingested: int64(i), Message: []byte(m)}
	}
	m, err := s.Seal(t.Context(), s.Append(rows))
	if err != nil {
		t.Fatal(err)
	}
	p := &part{h: newHandle(s, &m), span: &m.Spans[0], vis: &visibility{}}
	pieces, err := p.pieces(0, int64(len(rows)), false)
	if err != nil || len(pieces) != 1 {
		t.Fatalf("%d pieces, %v", len(pieces), err)
	}
	t.Cleanup(p.h.shut)
	return &pieces[0]
}

// checkFind compares the verdicts on a text with the messages; it returns how many are sure.
func checkFind(t testing.TB, p *piece, messages []string, text string) (sure int) {
	t.Helper()
	got, err := p.find(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if v != block.Unsure {
			sure++
		}
		if has := strings.Contains(messages[i], text); v == block.Has && !has || v == block.Lacks && has {
			t.Errorf("verdict %d on %q in %q", v, text, messages[i])
		}
	}
	return sure
}

// TestFind: no verdict is wrong, and those on words are given.
func TestFind(t *testing.T) {
	t.Parallel()
	messages := []string{
		`{"eventName":"SignUp","errorCode":"UsernameExistsException","requestID":"Exception","other":"x"}`,
		`{"eventName":"SignUp","errorMessage":"an \"Exception\" to the rule"}`,
		`{"eventName":"SignUp","errorMessage":"an Excep\u0074ion \"to\" the rule","userAgent":"Mozilla"}`,
		`{"eventName":"Exc","errorCode":"eption","x":1}`,
		`{"eventName":"GetUser","nested":{"errorCode":"FurtherException"}}`,
		`{"eventName":"GetUser","eventName":"Exception"}`,
		`{"userIdentity.type":"Exception"}`,
		`{"eventName":"A"} tail Exception`,
		`{"errorCode":["Exception"],"eventName":null,"readOnly":true}`,
		`START an Exception {"eventName":"B"}`,
		`no object, Ausnahme`,
		`MyExceptional`,
		`Excepti`, `on`,
		`{"errorCode":"Exception`,
		``,
		`{"id":"deadbeef-feedface","errorCode":"deadbeef"}`,
	}
	p := pieceOf(t, messages)
	for _, text := range []string{"Exception", "errorCode", "Mozilla", "Ausnahme", "GetUser", "eventName", "SignUp", "Exceptional"} {
		// Only the row whose column holds what the message spells otherwise may be left open.
		if sure := checkFind(t, p, messages, text); sure < len(messages)-1 {
			t.Errorf("%q: %d verdicts of %d", text, sure, len(messages))
		}
	}
	for _, text := range []string{`"Exception"`, "an Exception", `"errorCode":"`, "deadbeef", "Exc", "", `code":"User`, "tail Exception"} {
		checkFind(t, p, messages, text)
	}
	p.keep(func(i int) bool { return i%3 == 0 })
	p.found = nil
	var kept []string
	for i := 0; i < len(messages); i += 3 {
		kept = append(kept, messages[i])
	}
	if checkFind(t, p, kept, "Exception") < len(kept)-1 {
		t.Error("too few verdicts on a selection")
	}
}

// TestFindBounds: where messages have little in common nothing is kept, and a full dictionary leaves rows open.
func TestFindBounds(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = 'g' + byte(rnd.IntN(20))
		}
		return string(b)
	}
	var own, mixed, long []string
	for i := range 1000 {
		own = append(own, word(4000)+" failure")
		if i%4 == 0 {
			mixed = append(mixed, word(6000))
		} else {
			mixed = append(mixed, "the usual failure")
		}
		long = append(long, "failure "+strings.Repeat(fmt.Sprintf("%d ", i), 5))
	}
	long[7] = strings.Repeat("failure ", maxWords)
	for _, c := range []struct {
		name     string
		messages []string
		sure     func(int) bool
	}{
		{"all differ", own, func(n int) bool { return n == 0 }},
		{"a quarter differs", mixed, func(n int) bool { return n > 750 && n < 1000 }},
		{"one is long", long, func(n int) bool { return n == 999 }},
	} {
		p := pieceOf(t, c.messages)
		if n := checkFind(t, p, c.messages, "failure"); !c.sure(n) {
			t.Errorf("%s: %d verdicts", c.name, n)
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range samples {
		f.Add(s, "eventName", "x")
	}
	f.Add(`{"errorCode":"SomeException","x":"Exception"}`, "Exception", `{"errorMessage":"a\"Excep\u0074ion"}`)
	f.Fuzz(func(t *testing.T, message, text, other string) {
		messages := []string{message, other, message + other, text}
		checkFind(t, pieceOf(t, messages), messages, text)
	})
}

// TestFindRandom: no verdict is wrong over messages made of what could mislead.
func TestFindRandom(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	pick := func(from []string) string { return from[rnd.IntN(len(from))] }
	keys := append([]string{"x", "Exception", "event\\u004eame", "userIdentity.type", "more"}, promoted...)
	texts := []string{"Exception", "Excep\\u0074ion", "\\\"Exception\\\"", "anExceptional", "Exc", "eption", "deadbeef", "Error", "über", "", "a b"}
	var object func(depth int) string
	object = func(depth int) string {
		var members []string
		for range rnd.IntN(4) {
			v := `"` + pick(texts) + `"`
			switch n := rnd.IntN(10); {
			case n == 0:
				v = pick([]string{"true", "null", "1e5", `["Exception"]`, "Exception"})
			case n < 3 && depth < 2:
				v = object(depth + 1)
			}
			members = append(members, `"`+pick(keys)+`":`+v)
		}
		return pick([]string{"", "", " "}) + "{" + strings.Join(members, ",") + "}"
	}
	messages := make([]string, 1000)
	for i := range messages {
		m := object(0)
		switch rnd.IntN(12) {
		case 0:
			m = m[:rnd.IntN(len(m))]
		case 1:
			m = pick(texts) + m + pick(texts)
		}
		messages[i] = m
	}
	p := pieceOf(t, messages)
	for _, text := range append([]string{"Exceptio", "xception", `"x":"Exception`, "userIdentity", "u0074ion"}, texts...) {
		checkFind(t, p, messages, text)
	}
	if n := checkFind(t, p, messages, "Exception"); n < 800 {
		t.Errorf("%d verdicts", n)
	}
}
