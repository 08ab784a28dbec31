package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
)

var scanTests = []test{
	{"order and bounds", func(f *fixture) {
		f.update(func(tx store.Tx) error {
			for _, k := range []string{"b", "a", "a\x00", "aa", "\xff", "\xff\xff", "", "c"} {
				f.must(tx.Put("s", []byte(k), []byte("v")), "put")
			}
			return nil
		})
		cases := []struct {
			name    string
			lo, hi  []byte
			reverse bool
			want    []string
		}{
			{"all", nil, nil, false, []string{"", "a", "a\x00", "aa", "b", "c", "\xff", "\xff\xff"}},
			{"all backwards", nil, nil, true, []string{"\xff\xff", "\xff", "c", "b", "aa", "a\x00", "a", ""}},
			{"hi is left out", []byte("a"), []byte("b"), false, []string{"a", "a\x00", "aa"}},
			{"backwards", []byte("a"), []byte("b"), true, []string{"aa", "a\x00", "a"}},
			{"no upper bound", []byte("c"), nil, false, []string{"c", "\xff", "\xff\xff"}},
			{"no upper bound backwards", []byte("c"), nil, true, []string{"\xff\xff", "\xff", "c"}},
			{"between rows", []byte("a\x01"), []byte("aaa"), false, []string{"aa"}},
			{"empty range", []byte("b"), []byte("b"), false, nil},
			{"hi below lo", []byte("c"), []byte("a"), false, nil},
			{"hi is the empty key", nil, []byte{}, false, nil},
		}
		check := func(tx store.Tx) error {
			for _, c := range cases {
				var got []string
				for kv, err := range tx.Scan("s", c.lo, c.hi, c.reverse) {
					f.must(err, c.name)
					got = append(got, string(kv.Key))
				}
				if !slices.Equal(got, c.want) {
					f.Fatalf("%s: got %q, want %q", c.name, got, c.want)
				}
			}
			return nil
		}
		f.update(check)
		f.must(f.db.View(f.Context(), check), "view")
	}},
	{"many rows, stopped, written while scanning", func(f *fixture) {
		const n = 1500
		f.update(func(tx store.Tx) error {
			for i := range n {
				f.must(tx.Put("s", []byte(name(i)), []byte("v")), "put")
			}
			return nil
		})
		f.update(func(tx store.Tx) error {
			i := 0
			for kv, err := range tx.Scan("s", nil, nil, false) {
				f.must(err, "scan")
				f.equal(string(kv.Key), name(i), "key")
				f.must(tx.Put("other", kv.Key, kv.Value), "put while scanning")
				if _, err := tx.Get("s", []byte(name(n-1-i))); err != nil {
					return fmt.Errorf("get while scanning: %w", err)
				}
				i++
			}
			f.equal(fmt.Sprint(i), fmt.Sprint(n), "rows")
			for kv, err := range tx.Scan("s", nil, nil, true) {
				f.must(err, "scan")
				i--
				f.equal(string(kv.Key), name(i), "key backwards")
				if i == 700 {
					break
				}
			}
			return nil
		})
		f.equal(fmt.Sprint(strings.Count(f.list("other"), "=")), fmt.Sprint(n), "copies")
	}},
	{"large rows", func(f *fixture) {
		big := bytes.Repeat([]byte("x"), 1<<20)
		f.update(func(tx store.Tx) error {
			for i := range 12 {
				f.must(tx.Put("s", []byte(name(i)), big), "put")
			}
			return nil
		})
		f.must(f.db.View(f.Context(), func(tx store.Tx) error {
			i := 0
			for kv, err := range tx.Scan("s", nil, nil, false) {
				f.must(err, "scan")
				f.equal(string(kv.Key), name(i), "key")
				i++
			}
			f.equal(fmt.Sprint(i), "12", "rows")
			return nil
		}), "view")
	}},
	{"merge with own writes, against a model", func(f *fixture) {
		rnd := rand.New(rand.NewPCG(1, 2))
		committed := map[string]string{}
		for range 40 {
			model := maps.Clone(committed)
			fail := rnd.IntN(4) == 0
			seed := rnd.Uint64()
			err := f.db.Update(f.Context(), func(tx store.Tx) error {
				// A further run must do the same.
				rnd := rand.New(rand.NewPCG(seed, 0))
				model = maps.Clone(committed)
				f.step(tx, rnd, model, 3)
				if fail {
					return errFail
				}
				return nil
			})
			if fail {
				f.want(err, errFail, "update")
				continue
			}
			f.must(err, "update")
			committed = model
		}
		f.equal(f.list("s"), modelList(committed, "", "", false), "rows at the end")
	}},
}

var errFail = errors.New("fails on purpose")

// step does random things to tx and to model and compares them.
func (f *fixture) step(tx store.Tx, rnd *rand.Rand, model map[string]string, depth int) {
	key := func() string { return fmt.Sprintf("%02d", rnd.IntN(40)) }
	for range 12 {
		switch k := key(); rnd.IntN(6) {
		case 0, 1:
			v := fmt.Sprint(rnd.IntN(1000))
			f.must(tx.Put("s", []byte(k), []byte(v)), "put")
			model[k] = v
		case 2:
			f.must(tx.Delete("s", []byte(k)), "delete")
			delete(model, k)
		case 3:
			got, err := text(tx, "s", k)
			f.must(err, "get")
			want, ok := model[k]
			if !ok {
				want = "-"
			}
			f.equal(got, want, "row "+k)
		case 4:
			lo, hi, reverse := k, key(), rnd.IntN(2) == 0
			got, err := list(tx, "s", []byte(lo), []byte(hi), reverse)
			f.must(err, "scan")
			f.equal(got, modelList(model, lo, hi, reverse), "range")
		case 5:
			if depth == 0 {
				continue
			}
			before := maps.Clone(model)
			undo := rnd.IntN(2) == 0
			err := tx.Savepoint(func() error {
				f.step(tx, rnd, model, depth-1)
				if undo {
					return errFail
				}
				return nil
			})
			if undo {
				f.want(err, errFail, "savepoint")
				clear(model)
				maps.Copy(model, before)
			}
		}
	}
}

func modelList(model map[string]string, lo, hi string, reverse bool) string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(model)) {
		if k >= lo && (hi == "" || k < hi) {
			out = append(out, k+"="+model[k])
		}
	}
	if reverse {
		slices.Reverse(out)
	}
	return strings.Join(out, " ")
}
