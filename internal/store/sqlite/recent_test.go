package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
)

func TestRecent(t *testing.T) {
	t.Parallel()
	records := func(from, to int64) (out []store.Taken) {
		for id := from; id <= to; id++ {
			out = append(out, store.Taken{ID: id, Record: store.Record{Data: make([]byte, 100)}})
		}
		return out
	}
	fileOnly := "file"
	for _, c := range []struct {
		name  string
		do    func(r *recent)
		taken int64
		max   int
		want  string
	}{
		{"nothing known yet", func(*recent) {}, 0, 10, fileOnly},
		{"first records after opening", func(r *recent) { r.add(records(7, 9)) }, 6, 10, fileOnly},
		{"records behind those read from the file", func(r *recent) { r.add(records(7, 9)); r.add(records(10, 12)) }, 9, 10, "10 11 12"},
		{"part of them read from the file", func(r *recent) { r.add(records(7, 9)); r.add(records(10, 12)) }, 10, 10, "11 12"},
		{"all of them read from the file", func(r *recent) { r.add(records(7, 9)); r.add(records(10, 12)) }, 12, 10, ""},
		{"a portion", func(r *recent) { r.add(records(1, 1)); r.add(records(2, 9)) }, 1, 3, "2 3 4"},
		{"taker behind", func(r *recent) { r.add(records(7, 9)); r.add(records(10, 12)) }, 5, 10, fileOnly},
		{"a gap", func(r *recent) { r.add(records(1, 2)); r.add(records(3, 4)); r.add(records(6, 7)) }, 2, 10, fileOnly},
		{"after a gap", func(r *recent) { r.add(records(1, 2)); r.add(records(6, 7)); r.add(records(8, 8)) }, 7, 10, "8"},
		{"a failed commit", func(r *recent) { r.add(records(1, 2)); r.add(records(3, 4)); r.forget() }, 2, 10, fileOnly},
		{"too many", func(r *recent) { r.add(records(1, 1)); r.add(records(2, 2+maxRecent)) }, 1, 10, fileOnly},
		{"too large", func(r *recent) {
			r.add(records(1, 1))
			r.add([]store.Taken{{ID: 2, Record: store.Record{Data: make([]byte, maxRecentBytes+1)}}})
		}, 1, 10, fileOnly},
		{"after too many", func(r *recent) { r.add(records(1, 2+maxRecent)); r.add(records(3+maxRecent, 3+maxRecent)) }, 2 + maxRecent, 10, fmt.Sprint(3 + maxRecent)},
		{"no records", func(r *recent) { r.add(records(1, 2)); r.add(nil) }, 2, 10, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var r recent
			c.do(&r)
			out, ok := r.take(c.taken, c.max)
			var ids []string
			for _, o := range out {
				ids = append(ids, fmt.Sprint(o.ID))
			}
			got := strings.Join(ids, " ")
			if !ok {
				got = fileOnly
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			size := 0
			for _, o := range r.records {
				size += len(o.Data)
			}
			if size != r.bytes {
				t.Errorf("%d bytes held, %d counted", size, r.bytes)
			}
		})
	}
}

// Whatever memory holds, every record is taken once and in order.
func TestTakeMemoryAndFile(t *testing.T) {
	t.Parallel()
	var fail error
	db := open(t, t.TempDir(), Options{beforeCommit: func() error { return fail }})
	n := 0
	add := func(count int) error {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			for i := range count {
				tx.Append(store.Record{Kind: store.AuditRecord, ID: fmt.Sprint(n + i), Data: []byte("x")})
			}
			return nil
		})
		if err == nil {
			n += count
		}
		return err
	}
	next := 0
	take := func(max int) {
		t.Helper()
		got, err := db.Take(t.Context(), max)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range got {
			if g.Record.ID != fmt.Sprint(next) || string(g.Data) != "x" {
				t.Fatalf("record %s taken, %d is next", g.Record.ID, next)
			}
			next++
		}
	}
	for round := range 40 {
		if err := add(1 + round%11); err != nil {
			t.Fatal(err)
		}
		if round%7 == 3 {
			fail = errors.New("disk full")
			if add(2) == nil {
				t.Fatal("a failing commit succeeds")
			}
			fail = nil
		}
		if round%9 == 5 {
			db.recent.forget()
		}
		if round%3 != 0 {
			take(4)
		}
	}
	for before := -1; before != next; {
		before = next
		take(50)
	}
	if next != n {
		t.Fatalf("%d of %d records taken", next, n)
	}
}

// An index is laid out without rowid; one that was made otherwise is used as it is.
func TestIndexLayout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir, Options{})
	old := `CREATE TABLE "row/area.rows.old" (k BLOB PRIMARY KEY NOT NULL, v BLOB NOT NULL)`
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := openConn(db.path, "rw")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.exec(old), w.close()); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir, Options{})
	for _, space := range []string{"area.rows", "area.rows.new", "area.rows.old"} {
		for _, value := range []string{"1", "2"} {
			err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Put(space, []byte("k"), []byte(value)) })
			if err != nil {
				t.Fatal(err)
			}
			// The first reading caches the row, the next writing must reach the cache.
			for range 2 {
				if err := db.Update(t.Context(), func(tx store.Tx) error {
					v, err := tx.Get(space, []byte("k"))
					if string(v) != value {
						t.Errorf("%s has %q, want %q", space, v, value)
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Delete(space, []byte("k")) }); err != nil {
			t.Fatal(err)
		}
		err := db.Update(t.Context(), func(tx store.Tx) error { _, err := tx.Get(space, []byte("k")); return err })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("deleted row of %s: %v", space, err)
		}
	}
	if !isIndex("userpool.families.token") || isIndex("userpool.families") || isIndex("jobs") {
		t.Error("tables and indexes are mixed up")
	}
}
