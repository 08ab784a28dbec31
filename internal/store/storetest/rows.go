package storetest

import (
	"context"
	"errors"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
)

var rowTests = []test{
	{"missing row", func(f *fixture) {
		f.update(func(tx store.Tx) error {
			_, err := tx.Get("s", []byte("k"))
			f.want(err, store.ErrNotFound, "get of a missing row")
			return tx.Delete("s", []byte("k"))
		})
		f.equal(f.get("s", "k"), "-", "missing row")
		f.equal(f.list("never used"), "", "missing space")
	}},
	{"write, overwrite, delete", func(f *fixture) {
		f.put("s", "k", "one")
		f.equal(f.get("s", "k"), "one", "row")
		f.put("s", "k", "two")
		f.equal(f.get("s", "k"), "two", "row written over")
		f.update(func(tx store.Tx) error { return tx.Delete("s", []byte("k")) })
		f.equal(f.get("s", "k"), "-", "deleted row")
		f.put("s", "k", "three")
		f.equal(f.get("s", "k"), "three", "row written again")
	}},
	{"own writes are seen", func(f *fixture) {
		f.put("s", "a", "1")
		f.update(func(tx store.Tx) error {
			f.must(tx.Put("s", []byte("a"), []byte("2")), "put")
			f.must(tx.Put("s", []byte("b"), []byte("3")), "put")
			a, _ := text(tx, "s", "a")
			b, _ := text(tx, "s", "b")
			f.equal(a+b, "23", "own writes")
			f.must(tx.Delete("s", []byte("a")), "delete")
			a, _ = text(tx, "s", "a")
			f.equal(a, "-", "own deletion")
			return nil
		})
		f.equal(f.list("s"), "b=3", "after commit")
	}},
	{"an error undoes all and comes back as it is", func(f *fixture) {
		f.put("s", "a", "1")
		mine := errors.New("mine")
		err := f.db.Update(f.Context(), func(tx store.Tx) error {
			f.must(tx.Put("s", []byte("a"), []byte("2")), "put")
			f.must(tx.Put("new space", []byte("b"), []byte("2")), "put")
			tx.Append(record("x"))
			return mine
		})
		if err != mine {
			f.Fatalf("got error %v, want the very error of the function", err)
		}
		f.equal(f.list("s")+f.list("new space"), "a=1", "rows")
		_, taken := f.take(10)
		f.equal(taken, "", "records")
	}},
	{"a panic undoes all", func(f *fixture) {
		func() {
			defer func() { _ = recover() }()
			_ = f.db.Update(f.Context(), func(tx store.Tx) error {
				f.must(tx.Put("s", []byte("a"), []byte("2")), "put")
				panic("on purpose")
			})
		}()
		f.equal(f.list("s"), "", "rows")
		f.put("s", "b", "1")
		f.equal(f.list("s"), "b=1", "the engine goes on")
	}},
	{"empty and binary values and keys", func(f *fixture) {
		all := make([]byte, 256)
		for i := range all {
			all[i] = byte(i)
		}
		f.update(func(tx store.Tx) error {
			f.must(tx.Put("s", all, all), "put")
			f.must(tx.Put("s", []byte("empty"), nil), "put of nil")
			return tx.Put("s", []byte{}, []byte("at the empty key"))
		})
		check := func(tx store.Tx) error {
			v, err := tx.Get("s", all)
			f.must(err, "get")
			f.equal(string(v), string(all), "binary row")
			v, err = tx.Get("s", []byte("empty"))
			f.must(err, "get")
			if v == nil || len(v) != 0 {
				f.Fatalf("empty row: got %v", v)
			}
			v, err = tx.Get("s", nil)
			f.must(err, "get")
			f.equal(string(v), "at the empty key", "row at the empty key")
			return nil
		}
		f.update(check)
		f.must(f.db.View(f.Context(), check), "view")
		f.reopen()
		f.update(check)
	}},
	{"spaces are apart", func(f *fixture) {
		spaces := []string{"users", "Users", "USERS", "users.byEmail", "u^sers", "u^^s", "u^Sers", `quo"te`, "semi;colon", "select", "sqlite_x", "pg_x", "ünï", strings.Repeat("long", 20) + "a", strings.Repeat("long", 20) + "b"}
		f.update(func(tx store.Tx) error {
			for _, s := range spaces {
				f.must(tx.Put(s, []byte("k"), []byte(s)), "put")
			}
			return nil
		})
		f.reopen()
		for _, s := range spaces {
			f.equal(f.list(s), "k="+s, "space "+s)
		}
	}},
	{"the caller's slices are its own", func(f *fixture) {
		k, v := []byte("k"), []byte("v")
		f.update(func(tx store.Tx) error {
			f.must(tx.Put("s", k, v), "put")
			k[0], v[0] = 'x', 'x'
			return nil
		})
		f.equal(f.list("s"), "k=v", "row")
	}},
	{"values stay while the transaction runs", func(f *fixture) {
		f.put("s", "k", "before")
		f.update(func(tx store.Tx) error {
			v, err := tx.Get("s", []byte("k"))
			f.must(err, "get")
			f.must(tx.Put("s", []byte("k"), []byte("after")), "put")
			f.equal(string(v), "before", "value read earlier")
			return nil
		})
	}},
	{"ended context", func(f *fixture) {
		ctx, stop := context.WithCancel(f.Context())
		stop()
		err := f.db.Update(ctx, func(tx store.Tx) error { return tx.Put("s", []byte("k"), nil) })
		f.want(err, context.Canceled, "update")
		f.want(f.db.View(ctx, func(tx store.Tx) error { return nil }), context.Canceled, "view")
		_, err = f.db.Take(ctx, 1)
		f.want(err, context.Canceled, "take")
		f.equal(f.get("s", "k"), "-", "row")
	}},
	{"closed engine", func(f *fixture) {
		f.must(f.db.Close(), "close")
		fn := func(store.Tx) error { return nil }
		if f.db.Update(f.Context(), fn) == nil || f.db.View(f.Context(), fn) == nil {
			f.Fatal("a closed engine works")
		}
		if _, err := f.db.Take(f.Context(), 1); err == nil {
			f.Fatal("a closed engine gives records")
		}
		f.must(f.db.Close(), "second close")
		f.db = f.open()
	}},
}

var savepointTests = []test{
	{"undoes rows and records on error", func(f *fixture) {
		mine := errors.New("mine")
		f.put("s", "a", "1")
		f.update(func(tx store.Tx) error {
			f.must(tx.Put("s", []byte("b"), []byte("1")), "put")
			tx.Append(record("kept"))
			err := tx.Savepoint(func() error {
				f.must(tx.Put("s", []byte("a"), []byte("2")), "put")
				f.must(tx.Delete("s", []byte("b")), "delete")
				f.must(tx.Put("s", []byte("c"), []byte("2")), "put")
				f.must(tx.Put("other", []byte("c"), []byte("2")), "put")
				tx.Append(record("undone"))
				return mine
			})
			if err != mine {
				f.Fatalf("got %v, want the very error", err)
			}
			got, err := list(tx, "s", nil, nil, false)
			f.must(err, "scan")
			f.equal(got, "a=1 b=1", "rows after the savepoint")
			tx.Append(record("later"))
			return tx.Put("s", []byte("d"), []byte("3"))
		})
		f.equal(f.list("s")+f.list("other"), "a=1 b=1 d=3", "rows")
		_, taken := f.take(10)
		f.equal(taken, "kept later", "records")
	}},
	{"nested", func(f *fixture) {
		mine := errors.New("mine")
		f.update(func(tx store.Tx) error {
			return tx.Savepoint(func() error {
				f.must(tx.Put("s", []byte("a"), []byte("1")), "put")
				_ = tx.Savepoint(func() error {
					f.must(tx.Put("s", []byte("a"), []byte("2")), "put")
					f.must(tx.Savepoint(func() error { return tx.Put("s", []byte("b"), []byte("2")) }), "inner savepoint")
					return mine
				})
				return tx.Savepoint(func() error { return tx.Put("s", []byte("c"), []byte("3")) })
			})
		})
		f.equal(f.list("s"), "a=1 c=3", "rows")
	}},
	{"settling is undone too", func(f *fixture) {
		f.update(func(tx store.Tx) error { tx.Append(record("a")); return nil })
		got, _ := f.take(1)
		f.update(func(tx store.Tx) error {
			_ = tx.Savepoint(func() error { tx.Settle([]int64{got[0].ID}); return errors.New("no") })
			return tx.Put("s", []byte("k"), nil)
		})
		f.reopen()
		_, again := f.take(1)
		f.equal(again, "a", "record after reopening")
	}},
}

var limitTests = []test{
	{"key", func(f *fixture) {
		f.update(func(tx store.Tx) error { return tx.Put("s", make([]byte, store.MaxKeyBytes), []byte("v")) })
		err := f.db.Update(f.Context(), func(tx store.Tx) error { return tx.Put("s", make([]byte, store.MaxKeyBytes+1), nil) })
		if err == nil {
			f.Fatal("a key over the limit is taken")
		}
	}},
	{"row", func(f *fixture) {
		big := make([]byte, store.MaxRowBytes)
		f.update(func(tx store.Tx) error { return tx.Put("s", []byte("big"), big) })
		f.reopen()
		if n := len(f.get("s", "big")); n != len(big) {
			f.Fatalf("largest row has %d bytes after reopening", n)
		}
		err := f.db.Update(f.Context(), func(tx store.Tx) error { return tx.Put("s", []byte("k"), append(big, 0)) })
		if err == nil {
			f.Fatal("a row over the limit is taken")
		}
	}},
	{"writes", func(f *fixture) {
		err := f.db.Update(f.Context(), func(tx store.Tx) error {
			for i := range store.MaxWrites + 1 {
				if err := tx.Put("s", []byte(name(i)), nil); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			f.Fatal("a transaction over the limit is taken")
		}
		f.equal(f.list("s"), "", "rows")
	}},
}
