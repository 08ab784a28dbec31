package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// Table is a typed view of one space: how a row of type R is keyed, indexed
// and turned into bytes (JSON, so that a new field needs no migration, packed
// where the table has a Packer). The domain declares its tables once, as values;
// they hold no state but the coders of their Packer.
//
// Every key begins with account and region unless the row is found before
// either is known, so that one tenant's scan cannot reach another's rows.
type Table[R any] struct {
	// Name of the space. Stored: never change it.
	Name string
	// Key of a row. A row's key never changes; write another row instead.
	Key func(*R) Key
	// Indexes are kept by Put and Delete in the same transaction.
	Indexes []Index[R]
	// Packer makes rows smaller; nil leaves them as they are.
	Packer *Packer
}

// Index finds rows by other keys. Its space is the table's name, a dot and Name.
type Index[R any] struct {
	Name string
	// Unique refuses a second row with the same entry (ErrExists).
	Unique bool
	// Within is how many parts every entry and the key of its row begin with in common, such as account, Region and pool. They are
	// stored once, and a UUID that follows in the row's key as bytes. Never change it.
	Within int
	// Of returns the entries of a row: none, one or many.
	Of func(*R) []Key
}

// Get returns the row at key, or ErrNotFound.
func (t *Table[R]) Get(tx Tx, key Key) (*R, error) {
	raw, err := tx.Get(t.Name, key)
	if err != nil {
		return nil, err
	}
	return t.Decode(raw)
}

// Has tells whether a row exists at key.
func (t *Table[R]) Has(tx Tx, key Key) (bool, error) {
	_, err := tx.Get(t.Name, key)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Insert writes a new row; ErrExists if its key or a unique entry is taken.
func (t *Table[R]) Insert(tx Tx, row *R) error {
	if has, err := t.Has(tx, t.Key(row)); err != nil {
		return err
	} else if has {
		return fmt.Errorf("%s: %w", t.Name, ErrExists)
	}
	return t.write(tx, nil, row)
}

// InsertDrawn is Insert of a row whose key and unique entries all hold 122 or
// more random bits drawn for it. Nobody else can have them, so it does not look,
// which saves a read of the file for each.
func (t *Table[R]) InsertDrawn(tx Tx, row *R) error {
	raw, err := t.Encode(row)
	if err != nil {
		return err
	}
	key := t.Key(row)
	for _, ix := range t.Indexes {
		for _, e := range ix.Of(row) {
			if err := tx.Put(t.space(ix), ix.entry(e, key), ix.value(e, key)); err != nil {
				return err
			}
		}
	}
	return tx.Put(t.Name, key, raw)
}

// Put writes a row over the one with the same key, if any; ErrExists if a
// unique entry belongs to another row.
func (t *Table[R]) Put(tx Tx, row *R) error {
	if len(t.Indexes) == 0 {
		return t.write(tx, nil, row)
	}
	old, err := t.Get(tx, t.Key(row))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return t.write(tx, old, row)
}

// Delete removes the row at key with its index entries, or ErrNotFound.
func (t *Table[R]) Delete(tx Tx, key Key) error {
	old, err := t.Get(tx, key)
	if err != nil {
		return err
	}
	return t.Remove(tx, old)
}

// Remove is Delete of a row as this transaction read it, without reading it
// again. Removing it twice is no error.
func (t *Table[R]) Remove(tx Tx, row *R) error {
	key := t.Key(row)
	for _, ix := range t.Indexes {
		for _, e := range ix.Of(row) {
			if err := tx.Delete(t.space(ix), ix.entry(e, key)); err != nil {
				return err
			}
		}
	}
	return tx.Delete(t.Name, key)
}

// Scan yields the rows whose key begins with prefix, in key order, starting
// after the key `after` when it is not nil.
func (t *Table[R]) Scan(tx Tx, prefix, after Key) iter.Seq2[*R, error] {
	return func(yield func(*R, error) bool) {
		for kv, err := range tx.Scan(t.Name, from(prefix, after), prefix.After(), false) {
			if err != nil {
				yield(nil, err)
				return
			}
			row, err := t.Decode(kv.Value)
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// Find returns the row with this entry in a unique index, or ErrNotFound.
func (t *Table[R]) Find(tx Tx, index string, entry Key) (*R, error) {
	key, err := t.FindKey(tx, index, entry)
	if err != nil {
		return nil, err
	}
	return t.Get(tx, key)
}

// FindKey returns the key of the row with this entry in a unique index, or ErrNotFound.
func (t *Table[R]) FindKey(tx Tx, index string, entry Key) (Key, error) {
	ix := t.index(index)
	raw, err := tx.Get(t.space(ix), entry)
	if err != nil {
		return nil, err
	}
	return ix.keyAt(KV{entry, raw})
}

// Entries yields the entries beginning with prefix, in their order or backwards, without reading the rows.
func (t *Table[R]) Entries(tx Tx, index string, prefix Key, reverse bool) iter.Seq2[Entry, error] {
	ix := t.index(index)
	return func(yield func(Entry, error) bool) {
		for kv, err := range tx.Scan(t.space(ix), prefix, prefix.After(), reverse) {
			e := Entry{Position: kv.Key}
			if err == nil {
				e.Key, err = ix.keyAt(kv)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Entry is an entry of an index with the key of its row.
type Entry struct{ Position, Key Key }

// ScanIndex yields rows by the entries beginning with prefix, in entry order,
// or backwards, with each row's position; pass the last position as after to go on.
func (t *Table[R]) ScanIndex(tx Tx, index string, prefix, after Key, reverse bool) iter.Seq2[At[R], error] {
	ix := t.index(index)
	return func(yield func(At[R], error) bool) {
		lo, hi := from(prefix, after), prefix.After()
		if reverse && after != nil {
			lo, hi = prefix, after
		}
		for kv, err := range tx.Scan(t.space(ix), lo, hi, reverse) {
			if err != nil {
				yield(At[R]{}, err)
				return
			}
			key, err := ix.keyAt(kv)
			if err != nil {
				yield(At[R]{}, fmt.Errorf("%s: %w", t.space(ix), err))
				return
			}
			row, err := t.Get(tx, key)
			if !yield(At[R]{Position: kv.Key, Row: row}, err) || err != nil {
				return
			}
		}
	}
}

// At is a row with its position in an index.
type At[R any] struct {
	Position Key
	Row      *R
}

func from(prefix, after Key) Key {
	if after == nil {
		return prefix
	}
	return append(append(Key(nil), after...), 0)
}

// write checks everything before it writes anything, so that a caller may turn
// ErrExists into an answer and still commit what it wrote before.
func (t *Table[R]) write(tx Tx, old, row *R) error {
	raw, err := t.Encode(row)
	if err != nil {
		return err
	}
	key := t.Key(row)
	was, now := make([][]Key, len(t.Indexes)), make([][]Key, len(t.Indexes))
	for i, ix := range t.Indexes {
		if old != nil {
			was[i] = ix.Of(old)
		}
		now[i] = ix.Of(row)
		if !ix.Unique {
			continue
		}
		for _, e := range now[i] {
			if contains(was[i], e) {
				continue
			}
			owner, err := t.FindKey(tx, ix.Name, e)
			switch {
			case errors.Is(err, ErrNotFound):
			case err != nil:
				return err
			case !bytes.Equal(owner, key):
				return fmt.Errorf("%s.%s: %w", t.Name, ix.Name, ErrExists)
			}
		}
	}
	for i, ix := range t.Indexes {
		for _, e := range was[i] {
			if !contains(now[i], e) {
				if err := tx.Delete(t.space(ix), ix.entry(e, key)); err != nil {
					return err
				}
			}
		}
		for _, e := range now[i] {
			if !contains(was[i], e) {
				if err := tx.Put(t.space(ix), ix.entry(e, key), ix.value(e, key)); err != nil {
					return err
				}
			}
		}
	}
	return tx.Put(t.Name, key, raw)
}

// entry of a plain index ends with the row's key, so that equal entries differ, but for what both begin with.
func (ix Index[R]) entry(e, key Key) Key {
	if ix.Unique {
		return e
	}
	return append(append(Key(nil), e...), ix.tail(e, key)...)
}

// value tells the row's key: in a unique index it is the key, in a plain one, whose entries end with the key, the length of what is
// before it. Where both begin with the same parts it is their length and the rest of the key, or the two lengths.
func (ix Index[R]) value(e, key Key) []byte {
	shared := ix.shared(e, key)
	switch {
	case ix.Unique && shared == 0:
		return key
	case ix.Unique:
		return append(binary.AppendUvarint(nil, uint64(shared)), ix.tail(e, key)...)
	}
	v := binary.AppendUvarint(nil, uint64(len(e)))
	if shared > 0 {
		v = binary.AppendUvarint(v, uint64(shared))
	}
	return v
}

// tail is what an entry holds of its row's key.
func (ix Index[R]) tail(e, key Key) Key {
	if shared := ix.shared(e, key); shared > 0 {
		return shorten(key[shared:])
	}
	return key
}

// shared is how many bytes the parts are that an entry and the row's key begin with.
func (ix Index[R]) shared(e, key Key) int {
	n := key.begin(ix.Within)
	if n < 0 || !bytes.HasPrefix(e, key[:n]) {
		panic(fmt.Sprintf("BUG: index %s: an entry and its row do not begin with the same %d parts", ix.Name, ix.Within))
	}
	return n
}

// keyAt is the key of the row behind an entry.
func (ix Index[R]) keyAt(kv KV) (Key, error) {
	if ix.Unique && ix.Within == 0 {
		return kv.Value, nil
	}
	v, length := kv.Value, uint64(len(kv.Key))
	number := func() (out uint64, ok bool) {
		out, n := binary.Uvarint(v)
		if n <= 0 || out > length {
			return 0, false
		}
		v = v[n:]
		return out, true
	}
	var shared uint64
	ok := true
	if !ix.Unique {
		length, ok = number()
	}
	if ok && ix.Within > 0 {
		shared, ok = number()
	}
	if !ok || !ix.Unique && len(v) > 0 {
		return nil, errors.New("index entry with a damaged value")
	}
	tail := v
	if !ix.Unique {
		tail = kv.Key[length:]
	}
	if shared > 0 {
		tail = lengthen(tail)
	}
	return slices.Concat(kv.Key[:shared], tail), nil
}

func (t *Table[R]) space(ix Index[R]) string { return t.Name + "." + ix.Name }

func (t *Table[R]) index(name string) Index[R] {
	for _, ix := range t.Indexes {
		if ix.Name == name {
			return ix
		}
	}
	panic("BUG: table " + t.Name + " has no index " + name)
}

// Encode turns a row into the bytes the table's space holds of it.
func (t *Table[R]) Encode(row *R) ([]byte, error) {
	raw, err := json.Marshal(row)
	if err == nil && t.Packer != nil {
		raw, err = t.Packer.pack(raw)
	}
	if err != nil {
		return nil, fmt.Errorf("encode row of %s: %w", t.Name, err)
	}
	return raw, nil
}

// Decode turns the bytes of the table's space into a row.
func (t *Table[R]) Decode(raw []byte) (*R, error) {
	row, err := new(R), error(nil)
	if t.Packer != nil {
		raw, err = t.Packer.unpack(raw)
	}
	if err == nil {
		err = json.Unmarshal(raw, row)
	}
	if err != nil {
		return nil, fmt.Errorf("decode row of %s: %w", t.Name, err)
	}
	return row, nil
}

func contains(keys []Key, k Key) bool {
	for _, x := range keys {
		if bytes.Equal(x, k) {
			return true
		}
	}
	return false
}
