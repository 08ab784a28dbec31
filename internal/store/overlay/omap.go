package overlay

import (
	"bytes"
	"hash/maphash"
	"iter"
)

// Map is an ordered map from byte keys to V. It is a value: a copy is a
// snapshot that later changes to the original do not touch. The zero Map is
// empty and ready. Concurrent reading is safe; each change makes a new value.
//
// It is a treap whose nodes are never changed: put and delete copy the path to
// the root, in O(log n) expected. Priorities come from a seeded hash of the
// key, so that chosen keys cannot make it deep.
type Map[V any] struct {
	root *node[V]
	seed maphash.Seed
	size int
}

type node[V any] struct {
	key         []byte
	val         V
	pri         uint64
	left, right *node[V]
}

// Len returns the number of keys.
func (m Map[V]) Len() int { return m.size }

// Get returns the value at key and whether it exists.
func (m Map[V]) Get(key []byte) (V, bool) {
	for n := m.root; n != nil; {
		switch c := bytes.Compare(key, n.key); {
		case c == 0:
			return n.val, true
		case c < 0:
			n = n.left
		default:
			n = n.right
		}
	}
	var zero V
	return zero, false
}

// Put writes val at key. The map keeps the key's slice.
func (m *Map[V]) Put(key []byte, val V) {
	if m.seed == (maphash.Seed{}) {
		m.seed = maphash.MakeSeed()
	}
	var added bool
	m.root = put(m.root, &node[V]{key: key, val: val, pri: maphash.Bytes(m.seed, key)}, &added)
	if added {
		m.size++
	}
}

// Delete removes the key, if it exists.
func (m *Map[V]) Delete(key []byte) {
	if _, ok := m.Get(key); ok {
		m.root = remove(m.root, key)
		m.size--
	}
}

// Ceil returns the first entry with lo <= key, or lo < key when strict.
func (m Map[V]) Ceil(lo []byte, strict bool) (key []byte, val V, ok bool) {
	for n := m.root; n != nil; {
		c := bytes.Compare(lo, n.key)
		if c < 0 || c == 0 && !strict {
			key, val, ok = n.key, n.val, true
			n = n.left
		} else {
			n = n.right
		}
	}
	return key, val, ok
}

// Below returns the last entry with key < hi; a nil hi means the last of all.
func (m Map[V]) Below(hi []byte) (key []byte, val V, ok bool) {
	for n := m.root; n != nil; {
		if hi == nil || bytes.Compare(n.key, hi) < 0 {
			key, val, ok = n.key, n.val, true
			n = n.right
		} else {
			n = n.left
		}
	}
	return key, val, ok
}

// Range yields the entries with lo <= key < hi (nil hi: no bound) in key order,
// or backwards, as they were when Range was called.
func (m Map[V]) Range(lo, hi []byte, reverse bool) iter.Seq2[[]byte, V] {
	return func(yield func([]byte, V) bool) { m.root.walk(lo, hi, reverse, yield) }
}

func (n *node[V]) walk(lo, hi []byte, reverse bool, yield func([]byte, V) bool) bool {
	if n == nil {
		return true
	}
	fromLo := bytes.Compare(n.key, lo) >= 0
	toHi := hi == nil || bytes.Compare(n.key, hi) < 0
	first, second, before, behind := n.left, n.right, fromLo, toHi
	if reverse {
		first, second, before, behind = n.right, n.left, toHi, fromLo
	}
	if before && !first.walk(lo, hi, reverse, yield) {
		return false
	}
	if fromLo && toHi && !yield(n.key, n.val) {
		return false
	}
	return !behind || second.walk(lo, hi, reverse, yield)
}

func put[V any](n, add *node[V], added *bool) *node[V] {
	if n == nil {
		*added = true
		return add
	}
	c := bytes.Compare(add.key, n.key)
	if c == 0 {
		cp := *n
		cp.val = add.val
		return &cp
	}
	// An equal key has an equal priority, so it cannot be below n here.
	if add.pri > n.pri {
		*added = true
		add.left, add.right = split(n, add.key)
		return add
	}
	cp := *n
	if c < 0 {
		cp.left = put(n.left, add, added)
	} else {
		cp.right = put(n.right, add, added)
	}
	return &cp
}

func split[V any](n *node[V], key []byte) (less, more *node[V]) {
	if n == nil {
		return nil, nil
	}
	cp := *n
	if bytes.Compare(n.key, key) < 0 {
		cp.right, more = split(n.right, key)
		return &cp, more
	}
	less, cp.left = split(n.left, key)
	return less, &cp
}

func merge[V any](l, r *node[V]) *node[V] {
	switch {
	case l == nil:
		return r
	case r == nil:
		return l
	case l.pri > r.pri:
		cp := *l
		cp.right = merge(l.right, r)
		return &cp
	default:
		cp := *r
		cp.left = merge(l, r.left)
		return &cp
	}
}

func remove[V any](n *node[V], key []byte) *node[V] {
	c := bytes.Compare(key, n.key)
	if c == 0 {
		return merge(n.left, n.right)
	}
	cp := *n
	if c < 0 {
		cp.left = remove(n.left, key)
	} else {
		cp.right = remove(n.right, key)
	}
	return &cp
}
