package store

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestKeyOrder(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	// A small alphabet with the bytes that matter makes near misses common.
	word := func() string {
		b := make([]byte, rnd.IntN(4))
		for i := range b {
			b[i] = "\x00\x01\x02a\xfe\xff"[rnd.IntN(6)]
		}
		return string(b)
	}
	number := func() int64 {
		return []int64{math.MinInt64, -256, -1, 0, 1, 255, 256, math.MaxInt64, rnd.Int64()}[rnd.IntN(9)]
	}
	type tuple struct {
		s string
		n int64
		u uint64
		e string
	}
	for range 100_000 {
		a, b := tuple{word(), number(), uint64(number()), word()}, tuple{word(), number(), uint64(number()), word()}
		if rnd.IntN(2) == 0 {
			b.s = a.s
		}
		if rnd.IntN(2) == 0 {
			b.n = a.n
		}
		if rnd.IntN(2) == 0 {
			b.u = a.u
		}
		want := cmp.Or(strings.Compare(a.s, b.s), cmp.Compare(a.n, b.n), cmp.Compare(a.u, b.u), strings.Compare(a.e, b.e))
		if got := bytes.Compare(K(a.s, a.n, a.u, a.e), K(b.s, b.n, b.u, []byte(b.e))); got != want {
			t.Fatalf("%+v against %+v: got %d, want %d", a, b, got, want)
		}
	}
}

func TestKeyPrefix(t *testing.T) {
	t.Parallel()
	prefix := K("tenant", "a")
	end := prefix.After()
	cases := []struct {
		name   string
		key    Key
		inside bool
	}{
		{"itself", K("tenant", "a"), true},
		{"longer tuple", K("tenant", "a", "x"), true},
		{"longer tuple with the largest bytes", K("tenant", "a", "\xff\xff"), true},
		{"longer tuple with a number", K("tenant", "a", math.MaxInt64), true},
		{"longer text", K("tenant", "ab"), false},
		{"text with a zero byte", K("tenant", "a\x00"), false},
		{"text with a zero byte and more", K("tenant", "a\x00\xff", "x"), false},
		{"text before", K("tenant", ""), false},
		{"shorter tuple", K("tenant"), false},
		{"parts run together", K("tenanta"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inside := bytes.Compare(c.key, prefix) >= 0 && bytes.Compare(c.key, end) < 0
			if inside != c.inside {
				t.Errorf("in the range of the prefix: %v", inside)
			}
		})
	}
}

func TestKeyAfter(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want Key }{
		{nil, nil}, {Key{}, nil}, {Key{0xff, 0xff}, nil},
		{Key{1}, Key{2}}, {Key{1, 0xff}, Key{2}}, {Key{0xff, 0, 0xff}, Key{0xff, 1}},
	}
	for _, c := range cases {
		in := bytes.Clone(c.in)
		if got := c.in.After(); !bytes.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%x: got %x, want %x", c.in, got, c.want)
		}
		if !bytes.Equal(in, c.in) {
			t.Errorf("%x was changed to %x", in, c.in)
		}
	}
}

func TestKeyParts(t *testing.T) {
	t.Parallel()
	want := []any{"", "a\x00b", "\x00\xff", int64(-5), int64(7), uint64(math.MaxUint64)}
	got, err := K("", "a\x00b", []byte("\x00\xff"), int64(-5), 7, uint64(math.MaxUint64)).Parts()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %#v, %v", got, err)
	}
	if got, err := Key(nil).Parts(); err != nil || got != nil {
		t.Fatalf("empty key: %v, %v", got, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("a part of unknown type does not panic")
		}
	}()
	K(1.5)
}

func FuzzKeyParts(f *testing.F) {
	f.Add([]byte(K("a", 1, uint64(2), "b\x00")))
	f.Add([]byte{1, 'a', 0})
	f.Add([]byte{1, 'a', 0, 7, 0, 0})
	f.Add([]byte{2, 1})
	f.Add([]byte{9})
	f.Fuzz(func(t *testing.T, in []byte) {
		parts, err := Key(in).Parts()
		if err != nil {
			return
		}
		// A key has one encoding only: what decodes must encode to the same bytes.
		if again := K(parts...); !bytes.Equal(again, in) {
			t.Errorf("%x decodes to %v, which encodes to %x", in, parts, again)
		}
		for n := range len(parts) + 2 {
			want := -1
			if n <= len(parts) {
				want = len(K(parts[:n]...))
			}
			if got := Key(in).begin(n); got != want {
				t.Errorf("%d parts of %x take %d bytes, not %d", n, in, got, want)
			}
		}
	})
}

// FuzzShorten holds that an index tells every row's key from its entry.
func FuzzShorten(f *testing.F) {
	f.Add([]byte(K("b1f51ddc-fa04-73bd-bae4-faccc260e4f7", 1)))
	f.Add([]byte(K("b1f51ddc-fa04-73bd-bae4-faccc260e4f")))
	f.Add([]byte(K("b1f51ddc-fa04-73bd-bae4-faccc260e4f70")))
	f.Add([]byte(K("b1f51ddc-fa04-73bd-bae4-faccc260e4F7")))
	f.Add([]byte(K("b1f51ddc+fa04+73bd+bae4+faccc260e4f7")))
	f.Add([]byte(K("b1f51ddc-fa04-73bd-bae4-faccc260e4\x00")))
	f.Add([]byte(K(4)))
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := Key(in).Parts(); err != nil {
			return
		}
		if got := lengthen(shorten(in)); !bytes.Equal(got, in) {
			t.Errorf("%x is kept as %x, which is read as %x", in, shorten(in), got)
		}
	})
}

func TestShorten(t *testing.T) {
	t.Parallel()
	const a, b = "0a000000-0000-7000-8000-000000000000", "a0000000-0000-7000-8000-000000000000"
	stored := []byte{4, 0x0a, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0} // as it lies in indexes: it never changes
	if short := shorten(K(a)); !bytes.Equal(short, stored) {
		t.Errorf("a UUID is kept as %x, not as %x", short, stored)
	}
	if bytes.Compare(shorten(K(a, 1)), shorten(K(b, 1))) >= 0 {
		t.Error("UUIDs change their order")
	}
}

func ExampleK() {
	fmt.Printf("%q\n", []byte(K("ab", 1)))
	// Output: "\x01ab\x00\x00\x02\x80\x00\x00\x00\x00\x00\x00\x01"
}
