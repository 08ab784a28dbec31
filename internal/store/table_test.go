package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
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

var users = store.Table[user]{
	Name: "users",
	Key:  func(u *user) store.Key { return store.K(u.Pool, u.Name) },
	Indexes: []store.Index[user]{
		{Name: "email", Unique: true, Of: func(u *user) (out []store.Key) {
			for _, e := range u.Emails {
				out = append(out, store.K(u.Pool, e))
			}
			return out
		}},
		{Name: "age", Of: func(u *user) []store.Key {
			if u.Age == 0 {
				return nil
			}
			return []store.Key{store.K(u.Pool, u.Age)}
		}},
	},
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

func TestTable(t *testing.T) {
	t.Parallel()
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
func TestTableIndexes(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	db := mem.New()
	refused := 0
	for range 2000 {
		in(t, db, func(tx store.Tx) error {
			u := &user{Pool: "p", Name: fmt.Sprint(rnd.IntN(12)), Age: rnd.IntN(4)}
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
		want := map[string]string{}
		for u, err := range users.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			key := users.Key(u)
			for _, e := range users.Indexes[0].Of(u) {
				want["email"+string(e)] = string(key)
			}
			for _, e := range users.Indexes[1].Of(u) {
				want["age"+string(e)+string(key)] = "\x00" + string(rune(len(e))) // below 128
			}
		}
		for _, ix := range []string{"email", "age"} {
			for kv, err := range tx.Scan("users."+ix, nil, nil, false) {
				if err != nil {
					return err
				}
				k := ix + string(kv.Key)
				if want[k] != string(kv.Value) {
					return fmt.Errorf("index %s has entry %q that no row asks for", ix, kv.Key)
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

// A plain entry does not repeat the key it ends with; those of older programs, which do, are read and removed as well.
func TestTableIndexes_values(t *testing.T) {
	t.Parallel()
	db := mem.New()
	alice := &user{Pool: "p", Name: "alice", Age: 30}
	entry := append(store.K("p", 30), users.Key(alice)...)
	keys := func(tx store.Tx) (out []string, err error) {
		for e, err := range users.Entries(tx, "age", store.K("p"), false) {
			if err != nil {
				return nil, err
			}
			out = append(out, string(e.Key))
		}
		return out, nil
	}
	for name, value := range map[string][]byte{"written now": nil, "written before": users.Key(alice)} {
		in(t, db, func(tx store.Tx) error {
			if err := users.Put(tx, alice); err != nil {
				return err
			}
			if raw, err := tx.Get("users.age", entry); err != nil || len(raw) > 2 {
				t.Errorf("%s: entry holds %q, %v", name, raw, err)
			}
			if value == nil {
				return nil
			}
			return tx.Put("users.age", entry, value)
		})
		in(t, db, func(tx store.Tx) error {
			if got, err := keys(tx); err != nil || !slices.Equal(got, []string{string(users.Key(alice))}) {
				t.Errorf("%s: keys %q, %v", name, got, err)
			}
			if got := names(t, func(yield func(*user, error) bool) {
				for at, err := range users.ScanIndex(tx, "age", store.K("p"), nil, false) {
					if !yield(at.Row, err) {
						return
					}
				}
			}); got != "alice" {
				t.Errorf("%s: found %q", name, got)
			}
			return users.Delete(tx, users.Key(alice))
		})
		in(t, db, func(tx store.Tx) error {
			if got, err := keys(tx); err != nil || len(got) > 0 {
				t.Errorf("%s: left %q, %v", name, got, err)
			}
			return nil
		})
	}
	for _, damaged := range []string{"\x00", "\x00\xff", "\x00\x01\x01", "\x00\x7f"} {
		in(t, db, func(tx store.Tx) error {
			if err := tx.Put("users.age", entry, []byte(damaged)); err != nil {
				return err
			}
			if got, err := keys(tx); err == nil {
				t.Errorf("value %q: keys %q", damaged, got)
			}
			return nil
		})
	}
}
