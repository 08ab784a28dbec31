package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/cogtrail/cogtrail/internal/store"
)

var serialTests = []test{
	{"lost update", func(f *fixture) {
		f.put("s", "n", "0")
		add := func(tx store.Tx) error { return increment(tx, "n") }
		for _, err := range f.race(add, add, add) {
			f.must(err, "update")
		}
		f.equal(f.get("s", "n"), "3", "counter")
	}},
	{"write skew", func(f *fixture) {
		f.put("s", "a", "on")
		f.put("s", "b", "on")
		// Each may go off duty only if the other stays on.
		leave := func(me, other string) func(store.Tx) error {
			return func(tx store.Tx) error {
				v, err := text(tx, "s", other)
				if err != nil || v == "off" {
					return err
				}
				return tx.Put("s", []byte(me), []byte("off"))
			}
		}
		for _, err := range f.race(leave("a", "b"), leave("b", "a")) {
			f.must(err, "update")
		}
		if f.list("s") == "a=off b=off" {
			f.Fatal("both went off duty")
		}
	}},
	{"phantom", func(f *fixture) {
		f.put("s", "z", "elsewhere")
		insert := func(key string) func(store.Tx) error {
			return func(tx store.Tx) error {
				rows, err := list(tx, "s", []byte("a"), []byte("m"), false)
				if err != nil || rows != "" {
					return err
				}
				return tx.Put("s", []byte(key), nil)
			}
		}
		for _, err := range f.race(insert("b"), insert("c"), insert("d")) {
			f.must(err, "update")
		}
		if got := f.list("s"); len(got) != len("b= z=elsewhere") {
			f.Fatalf("more than one inserted into the empty range: %s", got)
		}
	}},
	{"phantom at the end of a backward scan", func(f *fixture) {
		f.put("s", "a", "0")
		next := func(tx store.Tx) error {
			for kv, err := range tx.Scan("s", nil, nil, true) {
				if err != nil {
					return err
				}
				n, _ := strconv.Atoi(string(kv.Value))
				return tx.Put("s", append(append([]byte(nil), kv.Key...), 'a'), []byte(strconv.Itoa(n+1)))
			}
			return errors.New("no row")
		}
		for _, err := range f.race(next, next, next) {
			f.must(err, "update")
		}
		f.equal(f.list("s"), "a=0 aa=1 aaa=2 aaaa=3", "rows")
	}},
	{"a refusal is founded on committed rows", func(f *fixture) {
		// The rows a and b change together, so no function may see them differ.
		f.put("s", "a", "0")
		f.put("s", "b", "0")
		const rounds = 60
		torn := errors.New("torn state")
		errs := make(chan error, 3)
		go func() {
			errs <- func() error {
				for range rounds {
					if err := f.db.Update(f.Context(), func(tx store.Tx) error {
						if err := increment(tx, "a"); err != nil {
							return err
						}
						return increment(tx, "b")
					}); err != nil {
						return err
					}
				}
				return nil
			}()
		}()
		for range 2 {
			go func() {
				errs <- func() error {
					for i := range rounds {
						err := f.db.Update(f.Context(), func(tx store.Tx) error {
							a, err := text(tx, "s", "a")
							if err != nil {
								return err
							}
							b, err := text(tx, "s", "b")
							if err != nil {
								return err
							}
							if a != b {
								return torn
							}
							tx.Append(record(fmt.Sprint(i)))
							return nil
						})
						if err != nil {
							return err
						}
					}
					return nil
				}()
			}()
		}
		for range 3 {
			f.must(<-errs, "update")
		}
	}},
	{"a reader that leaves a record is validated", func(f *fixture) {
		f.put("s", "allowed", "yes")
		var saw string
		errs := f.race(
			func(tx store.Tx) (err error) {
				saw, err = text(tx, "s", "allowed")
				tx.Append(record(saw))
				// What it depends on is also what it writes in part: a classic skew.
				return errors.Join(err, tx.Put("log", []byte("1"), []byte(saw)))
			},
			func(tx store.Tx) error {
				logged, err := text(tx, "log", "1")
				if err != nil || logged != "-" {
					return err
				}
				return tx.Put("s", []byte("allowed"), []byte("no"))
			})
		for _, err := range errs {
			f.must(err, "update")
		}
		_, taken := f.take(10)
		f.equal(taken, saw, "record")
		if saw == "yes" && f.get("s", "allowed") == "no" {
			f.Fatal("each transaction missed the other")
		}
	}},
	{"racing counters", func(f *fixture) {
		const workers, rounds = 8, 20
		var done sync.WaitGroup
		for w := range workers {
			done.Go(func() {
				for range rounds {
					for {
						err := f.db.Update(f.Context(), func(tx store.Tx) error {
							tx.Append(record(fmt.Sprint(w)))
							if err := increment(tx, "all"); err != nil {
								return err
							}
							return increment(tx, fmt.Sprint(w))
						})
						if err == nil {
							break
						}
						if !errors.Is(err, store.ErrConflict) {
							f.Errorf("update: %v", err)
							return
						}
					}
				}
			})
		}
		done.Wait()
		f.equal(f.get("s", "all"), fmt.Sprint(workers*rounds), "sum")
		for w := range workers {
			f.equal(f.get("s", fmt.Sprint(w)), fmt.Sprint(rounds), "own counter")
		}
		got, _ := f.take(workers*rounds + 1)
		f.equal(fmt.Sprint(len(got)), fmt.Sprint(workers*rounds), "records")
	}},
	{"unique index entry", func(f *fixture) {
		type user struct{ Name, Email string }
		users := store.Table[user]{
			Name: "users", Key: func(u *user) store.Key { return store.K(u.Name) },
			Indexes: []store.Index[user]{{Name: "email", Unique: true, Of: func(u *user) []store.Key { return []store.Key{store.K(u.Email)} }}},
		}
		fns := make([]func(store.Tx) error, 6)
		for i := range fns {
			fns[i] = func(tx store.Tx) error {
				return users.Insert(tx, &user{Name: name(i), Email: "same@example.com"})
			}
		}
		won := 0
		for _, err := range f.race(fns...) {
			if err == nil {
				won++
			} else {
				f.want(err, store.ErrExists, "insert")
			}
		}
		f.equal(fmt.Sprint(won), "1", "winners")
	}},
}

// increment adds one to a counter of space s.
func increment(tx store.Tx, key string) error {
	v, err := text(tx, "s", key)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(v)
	return tx.Put("s", []byte(key), []byte(strconv.Itoa(n+1)))
}

var viewTests = []test{
	{"sees one state", func(f *fixture) {
		f.put("s", "a", "0")
		f.put("s", "b", "0")
		var done sync.WaitGroup
		done.Go(func() {
			for range 60 {
				if err := f.db.Update(f.Context(), func(tx store.Tx) error {
					return errors.Join(increment(tx, "a"), increment(tx, "b"))
				}); err != nil {
					f.Errorf("update: %v", err)
				}
			}
		})
		for range 100 {
			f.must(f.db.View(f.Context(), func(tx store.Tx) error {
				a, err := text(tx, "s", "a")
				f.must(err, "get")
				rows, err := list(tx, "s", nil, nil, false)
				f.must(err, "scan")
				b, err := text(tx, "s", "b")
				f.must(err, "get")
				f.equal(rows, "a="+a+" b="+b, "rows of one view")
				f.equal(a, b, "rows that change together")
				return nil
			}), "view")
		}
		done.Wait()
	}},
	{"does not see an open transaction", func(f *fixture) {
		f.put("s", "a", "0")
		f.update(func(tx store.Tx) error {
			f.must(tx.Put("s", []byte("a"), []byte("1")), "put")
			f.equal(f.get("s", "a"), "0", "row seen from outside")
			return nil
		})
		f.equal(f.get("s", "a"), "1", "row after commit")
	}},
	{"returns the function's error", func(f *fixture) {
		if err := f.db.View(f.Context(), func(store.Tx) error { return errFail }); err != errFail {
			f.Fatalf("got %v", err)
		}
	}},
	{"writing panics", func(f *fixture) {
		for what, write := range map[string]func(store.Tx){
			"put":       func(tx store.Tx) { _ = tx.Put("s", nil, nil) },
			"delete":    func(tx store.Tx) { _ = tx.Delete("s", nil) },
			"append":    func(tx store.Tx) { tx.Append(record("x")) },
			"settle":    func(tx store.Tx) { tx.Settle([]int64{1}) },
			"savepoint": func(tx store.Tx) { _ = tx.Savepoint(func() error { return nil }) },
		} {
			_ = f.db.View(f.Context(), func(tx store.Tx) error {
				defer func() {
					if recover() == nil {
						f.Errorf("%s in a view does not panic", what)
					}
				}()
				write(tx)
				return nil
			})
		}
		f.put("s", "k", "v")
		f.equal(f.list("s"), "k=v", "the engine goes on")
	}},
}
