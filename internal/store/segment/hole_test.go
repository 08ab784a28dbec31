package segment

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestHoles: a stored message with its holes filled is the message, byte for byte, whatever it is.
func TestHoles(t *testing.T) {
	const id = "0b5c1a1e-11d2-4f0a-9b1c-0123456789ab"
	cases := []string{
		"", "text", "\x01", "\x01\x01", "a\x01e", "\x01e\x01r\x01.",
		`{"eventID":"` + id + `","requestID":"` + id + `","sourceIPAddress":"192.0.2.1","additionalEventData":{"sub":"` + id + `"}}`,
		`{"additionalEventData":{"sub":"` + id + `"},"eventID":"` + id + `"}`,
		`{"eventID":"` + id + `","note":"` + "\x01" + `e"}`,
		`{"eventID":"a` + "\x01" + `b","requestID":"` + id + `"}`,
		`{"eventID":"\u0041bc","requestID":"e\"f"}`,
		`{"eventID":"` + id + `","eventID":"` + id + `x"}`,
		`{"eventID":12345,"requestID":null,"sourceIPAddress":true,"additionalEventData":"sub"}`,
		`{"eventID":"ab","requestID":"","sourceIPAddress":"x"}`,
		`prefix {"eventID":"` + id + `"}`,
		"\xff\x01{\"eventID\":\"" + id + "\"}\x01",
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var b strings.Builder
		if rnd.IntN(2) == 0 { // an object, most often
			b.WriteString("{")
			for i, k := range []string{"sourceIPAddress", "note", "eventID", "requestID"} {
				if i > 0 {
					b.WriteString(",")
				}
				fmt.Fprintf(&b, `"%s":"%s"`, k, []string{id, "", "x", "\x01e", "\x01", `\n`}[min(5, int(rnd.ExpFloat64()))])
			}
			b.WriteString("}")
		}
		for range rnd.IntN(4) {
			b.WriteString([]string{`{`, `"eventID":"`, id, `",`, "\x01", "\x01e", ".", `"`, `}`, `\`, "\x80"}[rnd.IntN(11)])
		}
		cases = append(cases, b.String())
	}
	punched := 0
	for _, c := range cases {
		if stored := storeAndFill(t, c); len(stored) < len(c) {
			punched++
		}
	}
	if punched < 50 {
		t.Errorf("only %d of %d messages have holes", punched, len(cases))
	}
}

// storeAndFill stores a message with holes and reads it back, in both ways.
func storeAndFill(t *testing.T, message string) (stored []byte) {
	t.Helper()
	var f fields
	f.promote([]byte(message))
	stored = punch([]byte(message), &f, new([]byte))
	p := &piece{read: make(map[string]*vector), hi: 1, part: &part{}}
	for i, h := range holes {
		v := f.at[holeAt[i]]
		p.read[h.Column] = &vector{strs: []string{string(v.text)}, present: []bool{v.present}}
	}
	got, err := p.fill([]string{string(stored)}, 0)
	if err != nil || got[0] != message {
		t.Errorf("%q stored as %q comes back as %q, %v", message, stored, got, err)
	}
	// As a reader that has only text functions puts it together.
	text := string(stored)
	for i, h := range holes {
		text = strings.ReplaceAll(text, h.Sign, string(f.at[holeAt[i]].text))
	}
	if text = strings.ReplaceAll(text, PinItself, Pin); text != message {
		t.Errorf("%q stored as %q is put together as %q", message, stored, text)
	}
	return stored
}

// FuzzHoles is TestHoles with any message, and with any stored text, which may be an error but nothing worse.
func FuzzHoles(f *testing.F) {
	f.Add(`{"eventID":"0b5c1a1e","sourceIPAddress":"192.0.2.1","note":"` + "\x01" + `e"}`)
	f.Add("\x01e\x01.\x01")
	f.Fuzz(func(t *testing.T, text string) {
		storeAndFill(t, text)
		p := &piece{read: make(map[string]*vector), hi: 1, part: &part{}}
		for _, h := range holes {
			p.read[h.Column] = &vector{strs: []string{"x"}}
		}
		_, _ = p.fill([]string{text}, 0) // no panic
	})
}

// TestHoleUnknown: a hole that nobody can fill is an error, never another message.
func TestHoleUnknown(t *testing.T) {
	for _, stored := range []string{"a\x01", "a\x01?b", "\x01\xff"} {
		p := &piece{hi: 1, part: &part{}}
		if got, err := p.fill([]string{stored}, 0); err == nil {
			t.Errorf("%q becomes %q", stored, got)
		}
	}
	p := &piece{hi: 1, part: &part{}, read: map[string]*vector{"eventID": {strs: []string{""}, present: []bool{false}}}}
	if got, err := p.fill([]string{"a\x01e"}, 0); err == nil {
		t.Errorf("a hole of nothing becomes %q", got)
	}
}

// TestMergeOfDamage: a merge keeps no message for good that is not as long as the one that was sealed.
func TestMergeOfDamage(t *testing.T) {
	t.Parallel()
	s := &Store{dir: t.TempDir()}
	s.opt.defaults()
	rows := make([]Row, 3)
	for i := range rows {
		rows[i] = Row{Account: "111122223333", Region: "us-east-1", Group: "app", Stream: "s", Time: int64(i), Ingested: 1, Ord: int64(i + 1),
			Message: fmt.Appendf(nil, `{"eventID":"0b5c1a1e-%d"}`, i)}
	}
	m, err := s.Seal(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	h := newHandle(s, &m)
	defer h.shut()
	for _, damage := range []string{"", "x"} {
		in := &input{parts: []part{{h, &m.Spans[0], &visibility{}}}}
		first, err := in.head()
		if err != nil || string(first.Message) != string(rows[0].Message) {
			t.Fatalf("%s, %v", first.Message, err)
		}
		// The rows once more, from a piece whose column has changed under its hole.
		in.rows, in.cuts = nil, [][2]int{{0, len(rows)}}
		in.piece.read["eventID"].strs[2] += damage
		if _, err = in.head(); (err != nil) != (damage != "") {
			t.Errorf("with %q: %v", damage, err)
		}
	}
}

func BenchmarkFill(b *testing.B) {
	const n = 1000
	p := &piece{read: make(map[string]*vector), hi: n, part: &part{}}
	stored := make([]string, n)
	for i := range stored {
		stored[i] = string(bytes.Repeat([]byte("x"), 600)) + "\x01i" + string(bytes.Repeat([]byte("y"), 300)) + "\x01s,\x01r,\x01e" + string(bytes.Repeat([]byte("z"), 300))
	}
	for _, h := range holes {
		v := &vector{}
		for i := range n {
			v.strs = append(v.strs, fmt.Sprintf("%036d", i))
		}
		p.read[h.Column] = v
	}
	for b.Loop() {
		if _, err := p.fill(stored, 0); err != nil {
			b.Fatal(err)
		}
	}
}
