package overlay

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestMap compares the map with a model, and every snapshot with the model it
// was taken from.
func TestMap(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 1))
	var m Map[int]
	model := map[string]int{}
	type snap struct {
		m     Map[int]
		model map[string]int
	}
	var snaps []snap
	for i := range 4000 {
		key := fmt.Sprint(rnd.IntN(300))
		if rnd.IntN(3) == 0 {
			m.Delete([]byte(key))
			delete(model, key)
		} else {
			m.Put([]byte(key), i)
			model[key] = i
		}
		if i%200 == 0 {
			snaps = append(snaps, snap{m, maps.Clone(model)})
		}
	}
	for i, s := range append(snaps, snap{m, model}) {
		keys := slices.Sorted(maps.Keys(s.model))
		if s.m.Len() != len(keys) {
			t.Fatalf("snapshot %d has %d keys, want %d", i, s.m.Len(), len(keys))
		}
		for range 50 {
			lo, hi := fmt.Sprint(rnd.IntN(300)), []byte(fmt.Sprint(rnd.IntN(300)))
			if rnd.IntN(5) == 0 {
				hi = nil
			}
			var want []string
			for _, k := range keys {
				if k >= lo && (hi == nil || k < string(hi)) {
					want = append(want, k)
				}
			}
			for _, reverse := range []bool{false, true} {
				var got []string
				for k, v := range s.m.Range([]byte(lo), hi, reverse) {
					if v != s.model[string(k)] {
						t.Fatalf("value of %s is %d", k, v)
					}
					got = append(got, string(k))
				}
				if reverse {
					slices.Reverse(got)
				}
				if !slices.Equal(got, want) {
					t.Fatalf("range %s to %s, reverse %v: got %v, want %v", lo, hi, reverse, got, want)
				}
			}
			at := slices.IndexFunc(keys, func(k string) bool { return k > lo })
			k, _, ok := s.m.Ceil([]byte(lo), true)
			if ok != (at >= 0) || ok && string(k) != keys[at] {
				t.Fatalf("after %s: got %s, %v", lo, k, ok)
			}
		}
	}
}

// A map filled in key order must not become a list.
func TestMapDepth(t *testing.T) {
	t.Parallel()
	var m Map[int]
	for i := range 20_000 {
		m.Put(fmt.Appendf(nil, "%08d", i), i)
	}
	var depth func(n *node[int]) int
	depth = func(n *node[int]) int {
		if n == nil {
			return 0
		}
		return 1 + max(depth(n.left), depth(n.right))
	}
	if d := depth(m.root); d > 80 {
		t.Fatalf("20,000 keys make a tree %d deep", d)
	}
}

func TestMapEmptyKey(t *testing.T) {
	t.Parallel()
	var m Map[string]
	m.Put([]byte{}, "empty")
	m.Put([]byte("a"), "a")
	if v, ok := m.Get(nil); !ok || v != "empty" {
		t.Fatal(v, ok)
	}
	if k, _, ok := m.Below([]byte("a")); !ok || !bytes.Equal(k, []byte{}) {
		t.Fatal(k, ok)
	}
	if _, _, ok := m.Below([]byte{}); ok {
		t.Fatal("a key below the empty key")
	}
}
