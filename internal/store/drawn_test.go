package store_test

import (
	"errors"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

func TestTable_InsertDrawn(t *testing.T) { each(t, testInsertDrawn) }

func testInsertDrawn(t *testing.T, users *store.Table[user]) {
	db := mem.New()
	in(t, db, func(tx store.Tx) error {
		return users.InsertDrawn(tx, &user{Pool: "p", Name: "amy", Emails: []string{"a@x", "b@x"}, Age: 30})
	})
	in(t, db, func(tx store.Tx) error {
		u, err := users.Find(tx, "email", store.K("p", "b@x"))
		if err != nil || u.Name != "amy" {
			t.Errorf("found %+v, %v", u, err)
		}
		key, err := users.FindKey(tx, "email", store.K("p", "a@x"))
		if err != nil || string(key) != string(store.K("p", "amy")) {
			t.Errorf("found key %q, %v", key, err)
		}
		n := 0
		for _, err := range users.ScanIndex(tx, "age", store.K("p"), nil, false) {
			if err != nil {
				return err
			}
			n++
		}
		if n != 1 {
			t.Errorf("%d entries by age", n)
		}
		// A row written without looking is a row like others.
		if err := users.Insert(tx, &user{Pool: "p", Name: "amy"}); !errors.Is(err, store.ErrExists) {
			t.Errorf("second amy: %v", err)
		}
		return nil
	})
}

func TestTable_Remove(t *testing.T) { each(t, testRemove) }

func testRemove(t *testing.T, users *store.Table[user]) {
	db := mem.New()
	in(t, db, func(tx store.Tx) error {
		return errors.Join(
			users.Insert(tx, &user{Pool: "p", Name: "amy", Emails: []string{"a@x"}, Age: 30}),
			users.Insert(tx, &user{Pool: "p", Name: "bob", Emails: []string{"b@x"}, Age: 30}),
		)
	})
	in(t, db, func(tx store.Tx) error {
		u, err := users.Get(tx, store.K("p", "amy"))
		if err != nil {
			return err
		}
		return errors.Join(users.Remove(tx, u), users.Remove(tx, u))
	})
	in(t, db, func(tx store.Tx) error {
		if got := names(t, users.Scan(tx, store.K("p"), nil)); got != "bob" {
			t.Errorf("left: %s", got)
		}
		if _, err := users.FindKey(tx, "email", store.K("p", "a@x")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("entry of the removed row: %v", err)
		}
		for at, err := range users.ScanIndex(tx, "age", store.K("p"), nil, false) {
			if err != nil || at.Row.Name != "bob" {
				t.Errorf("entry by age: %+v, %v", at.Row, err)
			}
		}
		return nil
	})
}

// Keys are made many times per call: their parts stay on the stack.
func TestK_allocations(t *testing.T) {
	text, number := "111122223333", int64(7)
	if n := testing.AllocsPerRun(100, func() { _ = store.K(text, "eu-west-1", number, []byte(text)) }); n > 1 {
		t.Errorf("a key takes %v allocations", n)
	}
}
