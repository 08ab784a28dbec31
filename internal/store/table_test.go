package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

type user struct {
	Pool, Name string
	Emails     []string
	Age        int
}

// tables are the same table in two forms.
var tables = map[string]*store.Table[user]{
	"plain": table(0, nil),
	"small": table(1, store.NewPacker(1, `{"Pool":"p","Name":"","Emails":["@x"],"Age":3}`)),
}

func table(within int, packer *store.Packer) *store.Table[user] {
	return &store.Table[user]{
		Name: "users",
		Key:  func(u *user) store.Key { return store.K(u.Pool, u.Name) },
		Indexes: []store.Index[user]{
			{Name: "email", Unique: true, Within: within, Of: func(u *user) (out []store.Key) {
				for _, e := range u.Emails {
					out = append(out, store.K(u.Pool, e))
				}
				return out
			}},
			{Name: "age", Within: within, Of: func(u *user) []store.Key {
				if u.Age == 0 {
					return nil
				}
				return []store.Key{store.K(u.Pool, u.Age)}
			}},
		},
		Packer: packer,
	}
}

func each(t *testing.T, test func(t *testing.T, users *store.Table[user])) {
	t.Parallel()
	for name, users := range tables {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, users)
		})
	}
}

// named is the i-th name; every other one is a UUID.
func named(i int) string {
	if i%2 == 0 {
		return fmt.Sprint(i)
	}
	return fmt.Sprintf("b1f51ddc-fa04-73bd-bae4-%012x", i)
}

func in(t *testing.T, db store.State, fn func(tx store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, seq func(func(*user, error) bool)) string {
	t.Helper()
	var out []string
	for u, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, u.Name)
	}
	return strings.Join(out, " ")
}

func TestTable(t *testing.T) { each(t, testTable) }

func testTable(t *testing.T, users *store.Table[user]) {
	cases := []struct {
		name string
		run  func(t *testing.T, tx store.Tx)
	}{
		{"get", func(t *testing.T, tx store.Tx) {
			u, err := users.Get(tx, store.K("p", "alice"))
			if err != nil || u.Age != 30 {
				t.Fatal(u, err)
			}
			if _, err := users.Get(tx, store.K("p", "nobody")); !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
			if has, err := users.Has(tx, store.K("p", "alice")); !has || err != nil {
				t.Fatal(has, err)
			}
			if has, err := users.Has(tx, store.K("p", "nobody")); has || err != nil {
				t.Fatal(has, err)
			}
		}},
		{"insert of a taken key", func(t *testing.T, tx store.Tx) {
			if err := users.Insert(tx, &user{Pool: "p", Name: "alice"}); !errors.Is(err, store.ErrExists) {
				t.Fatal(err)
			}
		}},
		{"a taken unique entry changes nothing", func(t *testing.T, tx store.Tx) {
			err := users.Put(tx, &user{Pool: "p", Name: "alice", Emails: []string{"new@x", "bob@x"}, Age: 99})
			if !errors.Is(err, store.ErrExists) {
				t.Fatal(err)
			}
			if u, err := users.Find(tx, "email", store.K("p", "a@x")); err != nil || u.Age != 30 {
				t.Fatal(u, err)
			}
			if _, err := users.Find(tx, "email", store.K("p", "new@x")); !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
		}},
		{"a unique entry moves, and is free after", func(t *testing.T, tx store.Tx) {
			u, _ := users.Get(tx, store.K("p", "alice"))
			u.Emails = []string{"a2@x"}
			if err := users.Put(tx, u); err != nil {
				t.Fatal(err)
			}
			if err := users.Insert(tx, &user{Pool: "p", Name: "dan", Emails: []string{"a@x"}}); err != nil {
				t.Fatal(err)
			}
			if u, err := users.Find(tx, "email", store.K("p", "a2@x")); err != nil || u.Name != "alice" {
				t.Fatal(u, err)
			}
		}},
		{"delete frees the entries", func(t *testing.T, tx store.Tx) {
			if err := users.Delete(tx, store.K("p", "alice")); err != nil {
				t.Fatal(err)
			}
			if err := users.Delete(tx, store.K("p", "alice")); !errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
			if err := users.Insert(tx, &user{Pool: "p", Name: "new", Emails: []string{"a@x"}}); err != nil {
				t.Fatal(err)
			}
		}},
		{"scan", func(t *testing.T, tx store.Tx) {
			if got := names(t, users.Scan(tx, store.K("p"), nil)); got != "alice bob carol" {
				t.Fatal(got)
			}
			if got := names(t, users.Scan(tx, store.K("p"), store.K("p", "alice"))); got != "bob carol" {
				t.Fatal(got)
			}
			if got := names(t, users.Scan(tx, store.K("none"), nil)); got != "" {
				t.Fatal(got)
			}
		}},
		{"scan of an index, in pages", func(t *testing.T, tx store.Tx) {
			for _, reverse := range []bool{false, true} {
				want := []string{"bob", "alice", "carol"}
				if reverse {
					slices.Reverse(want)
				}
				var after store.Key
				var got []string
				for range 4 {
					for at, err := range users.ScanIndex(tx, "age", store.K("p"), after, reverse) {
						if err != nil {
							t.Fatal(err)
						}
						got, after = append(got, at.Row.Name), at.Position
						break
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("reverse %v: got %v, want %v", reverse, got, want)
				}
			}
		}},
		{"unknown index", func(t *testing.T, tx store.Tx) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			_, _ = users.Find(tx, "nothing", nil)
		}},
		{"a row that cannot be read", func(t *testing.T, tx store.Tx) {
			_ = tx.Put("users", store.K("p", "broken"), []byte("{"))
			if _, err := users.Get(tx, store.K("p", "broken")); err == nil || errors.Is(err, store.ErrNotFound) {
				t.Fatal(err)
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := mem.New()
			in(t, db, func(tx store.Tx) error {
				return errors.Join(
					users.Insert(tx, &user{"p", "alice", []string{"a@x", "alice@x"}, 30}),
					users.Insert(tx, &user{"p", "bob", []string{"bob@x"}, 20}),
					users.Insert(tx, &user{"p", "carol", nil, 30}),
					users.Insert(tx, &user{"q", "alice", []string{"a@x"}, 10}))
			})
			in(t, db, func(tx store.Tx) error { c.run(t, tx); return nil })
		})
	}
}

// TestTableIndexes puts, deletes and refuses at random, commits even after
// refusals, and compares the index spaces with what the rows ask for.
func TestTableIndexes(t *testing.T) { each(t, testIndexes) }

func testIndexes(t *testing.T, users *store.Table[user]) {
	rnd := rand.New(rand.NewPCG(3, 4))
	db := mem.New()
	refused := 0
	for range 2000 {
		in(t, db, func(tx store.Tx) error {
			u := &user{Pool: "p", Name: named(rnd.IntN(12)), Age: rnd.IntN(4)}
			for range rnd.IntN(3) {
				if e := fmt.Sprint(rnd.IntN(15)); !slices.Contains(u.Emails, e) {
					u.Emails = append(u.Emails, e)
				}
			}
			var err error
			switch rnd.IntN(4) {
			case 0:
				err = users.Delete(tx, users.Key(u))
			case 1:
				err = users.Insert(tx, u)
			default:
				err = users.Put(tx, u)
			}
			if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrNotFound) {
				refused++
				err = nil
			}
			return err
		})
	}
	if refused < 100 {
		t.Fatalf("only %d refusals", refused)
	}
	in(t, db, func(tx store.Tx) error {
		want := map[string]bool{}
		for u, err := range users.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			for _, ix := range users.Indexes {
				for _, e := range ix.Of(u) {
					want[ix.Name+string(e)+string(users.Key(u))] = true
				}
			}
		}
		for _, ix := range users.Indexes {
			for e, err := range users.Entries(tx, ix.Name, nil, false) {
				if err != nil {
					return err
				}
				entry := e.Position
				if !ix.Unique {
					entry = entry[:len(store.K("p", 0))]
				}
				k := ix.Name + string(entry) + string(e.Key)
				if !want[k] {
					return fmt.Errorf("index %s has entry %q of %q that no row asks for", ix.Name, entry, e.Key)
				}
				delete(want, k)
			}
		}
		if len(want) > 0 {
			return fmt.Errorf("indexes lack %d entries", len(want))
		}
		return nil
	})
}

// begin is how much of a row's key its entries begin with too.
func begin(users *store.Table[user]) int {
	if users.Indexes[0].Within == 0 {
		return 0
	}
	return len(store.K("p"))
}

// Entries hold nothing twice that a row's key and its entries have in common.
func TestTableIndexes_values(t *testing.T) {
	each(t, func(t *testing.T, users *store.Table[user]) {
		db := mem.New()
		alice := &user{Pool: "p", Name: "alice", Emails: []string{"a@x"}, Age: 30}
		key := users.Key(alice)
		entry := slices.Concat(store.K("p", 30), key[begin(users):])
		in(t, db, func(tx store.Tx) error {
			if err := users.Put(tx, alice); err != nil {
				return err
			}
			for space, e := range map[string]store.Key{"users.age": entry, "users.email": store.K("p", "a@x")} {
				raw, err := tx.Get(space, e)
				if err != nil || space == "users.age" && len(raw) > 2 || len(raw) > len(key) || begin(users) > 0 && bytes.Contains(raw, store.K("p")) {
					t.Errorf("%s: entry holds %q, %v", space, raw, err)
				}
			}
			return nil
		})
		damaged := []string{"", "\xff", "\x7f", "\x01\x7f", "\x01\x00\x01"}
		if begin(users) == 0 {
			damaged = append(damaged, "\x01\x01")
		}
		for _, v := range damaged {
			in(t, db, func(tx store.Tx) error {
				if err := tx.Put("users.age", entry, []byte(v)); err != nil {
					return err
				}
				for e, err := range users.Entries(tx, "age", nil, false) {
					if err == nil {
						t.Errorf("value %q: key %q", v, e.Key)
					}
				}
				return nil
			})
		}
	})
}

// An entry that does not begin as its row does would be found under another row's key.
func TestTableIndexes_within(t *testing.T) {
	t.Parallel()
	users := table(2, nil)
	in(t, mem.New(), func(tx store.Tx) error {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		return users.Put(tx, &user{Pool: "p", Name: "alice", Age: 30})
	})
}

// Long rows are packed, read again as they were, and damage is an error.
func TestTable_packed(t *testing.T) {
	t.Parallel()
	db := mem.New()
	users := tables["small"]
	long := &user{Pool: "p", Name: "long", Age: 3}
	for i := range 40 {
		long.Emails = append(long.Emails, fmt.Sprintf("mail%d@x", i*i))
	}
	for _, u := range []*user{long, {Pool: "p", Name: "short", Age: 3}} {
		in(t, db, func(tx store.Tx) error { return users.Put(tx, u) })
		in(t, db, func(tx store.Tx) error {
			got, err := users.Get(tx, users.Key(u))
			if err != nil || !reflect.DeepEqual(got, u) {
				t.Errorf("%s: %+v, %v", u.Name, got, err)
			}
			return nil
		})
	}
	in(t, db, func(tx store.Tx) error {
		raw, err := tx.Get("users", users.Key(long))
		if err != nil {
			return err
		}
		if plain, err := tables["plain"].Encode(long); err != nil || len(raw) > len(plain)/2 {
			t.Errorf("%d bytes of %d, %v", len(raw), len(plain), err)
		}
		for cut := 1; cut < len(raw); cut++ {
			if u, err := users.Decode(raw[:cut]); err == nil {
				t.Errorf("%d bytes of a packed row are %+v", cut, u)
			}
		}
		return nil
	})
}
