package storetest

import (
	"fmt"
	"sync"

	"github.com/cogtrail/cogtrail/internal/store"
)

var outboxTests = []test{
	{"order and portions", func(f *fixture) {
		for i := range 5 {
			f.update(func(tx store.Tx) error {
				tx.Append(record(fmt.Sprint(2 * i)))
				tx.Append(record(fmt.Sprint(2*i + 1)))
				return nil
			})
		}
		_, got := f.take(3)
		f.equal(got, "0 1 2", "first portion")
		_, got = f.take(100)
		f.equal(got, "3 4 5 6 7 8 9", "the rest")
		_, got = f.take(100)
		f.equal(got, "", "nothing left")
		f.update(func(tx store.Tx) error { tx.Append(record("10")); return nil })
		_, got = f.take(100)
		f.equal(got, "10", "a later record")
	}},
	{"many records in one transaction", func(f *fixture) {
		f.update(func(tx store.Tx) error {
			for i := range 1000 {
				tx.Append(record(fmt.Sprint(i)))
			}
			return nil
		})
		got, _ := f.take(2000)
		for i, r := range got {
			f.equal(r.Record.ID, fmt.Sprint(i), "record")
		}
		f.equal(fmt.Sprint(len(got)), "1000", "records")
		f.update(func(tx store.Tx) error { tx.Settle(ids(got[:999])); return nil })
		f.reopen()
		_, left := f.take(10)
		f.equal(left, "999", "the record that was not settled")
	}},
	{"empty data", func(f *fixture) {
		f.update(func(tx store.Tx) error { tx.Append(store.Record{Kind: store.LogEvents}); return nil })
		got, err := f.db.Take(f.Context(), 1)
		f.must(err, "take")
		if len(got) != 1 || got[0].Kind != store.LogEvents || len(got[0].Data) != 0 {
			f.Fatalf("got %+v", got)
		}
	}},
	{"commit order is kept for what depends on each other", func(f *fixture) {
		for i := range 20 {
			f.update(func(tx store.Tx) error { tx.Append(record(fmt.Sprint(i))); return increment(tx, "n") })
		}
		got, _ := f.take(100)
		for i, r := range got {
			f.equal(r.Record.ID, fmt.Sprint(i), "record")
		}
	}},
	{"racing writers and takers", func(f *fixture) {
		const writers, rounds, takers = 6, 25, 3
		var mu sync.Mutex
		seen := map[string]int{}
		var writing, taking sync.WaitGroup
		stop := make(chan struct{})
		takeAll := func() bool {
			got, err := f.db.Take(f.Context(), 7)
			if err != nil {
				f.Errorf("take: %v", err)
				return false
			}
			mu.Lock()
			defer mu.Unlock()
			for _, r := range got {
				seen[r.Record.ID]++
			}
			return len(got) > 0
		}
		for range takers {
			taking.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-f.db.Wake():
						for takeAll() {
						}
					}
				}
			})
		}
		for w := range writers {
			writing.Go(func() {
				for i := range rounds {
					if err := f.db.Update(f.Context(), func(tx store.Tx) error {
						tx.Append(record(fmt.Sprintf("%d.%d", w, i)))
						return tx.Put("s", fmt.Appendf(nil, "%d.%d", w, i), nil)
					}); err != nil {
						f.Errorf("update: %v", err)
						return
					}
				}
			})
		}
		writing.Wait()
		close(stop)
		taking.Wait()
		for takeAll() {
		}
		f.equal(fmt.Sprint(len(seen)), fmt.Sprint(writers*rounds), "records seen")
		for id, n := range seen {
			if n != 1 {
				f.Fatalf("record %s was taken %d times", id, n)
			}
		}
	}},
	{"wakes after a record", func(f *fixture) {
		f.update(func(tx store.Tx) error { tx.Append(record("a")); return nil })
		<-f.db.Wake()
		_, got := f.take(1)
		f.equal(got, "a", "record")
		f.update(func(tx store.Tx) error { tx.Append(record("b")); return nil })
		<-f.db.Wake()
	}},
}

var reopenTests = []test{
	{"rows last", func(f *fixture) {
		for i := range 50 {
			f.put("s", name(i), fmt.Sprint(i))
		}
		f.update(func(tx store.Tx) error { return tx.Delete("s", []byte(name(7))) })
		f.reopen()
		f.equal(f.get("s", name(49)), "49", "row")
		f.equal(f.get("s", name(7)), "-", "deleted row")
		f.put("s", "more", "1")
		f.reopen()
		f.equal(f.get("s", "more"), "1", "row of the second opening")
	}},
	{"what was not settled comes again, what was never", func(f *fixture) {
		f.update(func(tx store.Tx) error {
			for _, id := range []string{"a", "b", "c", "d"} {
				tx.Append(record(id))
			}
			return nil
		})
		got, _ := f.take(3)
		f.update(func(tx store.Tx) error { tx.Settle(ids(got[:2])); return tx.Put("s", []byte("cursor"), []byte("2")) })
		f.reopen()
		<-f.db.Wake() // what is left from before is announced
		got, names := f.take(10)
		f.equal(names, "c d", "records after reopening")
		f.update(func(tx store.Tx) error { tx.Settle(ids(got)); return nil })
		_, names = f.take(10)
		f.equal(names, "", "records after settling")
		f.reopen()
		_, names = f.take(10)
		f.equal(names, "", "records after settling and reopening")
		f.equal(f.get("s", "cursor"), "2", "row written with the settling")
	}},
	{"ids are not used again", func(f *fixture) {
		f.update(func(tx store.Tx) error { tx.Append(record("a")); return nil })
		first, _ := f.take(1)
		f.update(func(tx store.Tx) error { tx.Settle(ids(first)); return nil })
		f.reopen()
		f.update(func(tx store.Tx) error { tx.Append(record("b")); return nil })
		second, _ := f.take(1)
		if len(second) != 1 || second[0].ID <= first[0].ID {
			f.Fatalf("second record %+v after first %+v", second, first)
		}
	}},
	{"a failed settling changes nothing", func(f *fixture) {
		f.update(func(tx store.Tx) error { tx.Append(record("a")); return nil })
		got, _ := f.take(1)
		f.want(f.db.Update(f.Context(), func(tx store.Tx) error { tx.Settle(ids(got)); return errFail }), errFail, "update")
		f.reopen()
		_, names := f.take(1)
		f.equal(names, "a", "record")
	}},
}

func ids(ts []store.Taken) []int64 {
	out := make([]int64, len(ts))
	for i, t := range ts {
		out[i] = t.ID
	}
	return out
}
