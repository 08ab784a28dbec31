package segment_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

func (f *fixture) compact() {
	f.t.Helper()
	for {
		more, err := f.s.Compact(f.t.Context())
		if err != nil {
			f.t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func (f *fixture) files() int {
	f.t.Helper()
	names, err := filepath.Glob(filepath.Join(f.dir, "segments", "*"))
	if err != nil {
		f.t.Fatal(err)
	}
	return len(names)
}

func TestCompactKeepsRows(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := segmenttest.New(7)
	var all []segment.Row
	for i := range 80 {
		rows := g.Rows(25)
		all = append(all, rows...)
		f.seal(append(rows, logRows("app", fmt.Sprint(i), 5, at+int64(100-i))...))
	}
	before, err := f.s.Events(t.Context(), segment.EventsRequest{Account: segmenttest.Account, Region: segmenttest.Region, Group: "app", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	f.compact()
	if n := f.s.Stats().Segments; n > 5 || f.files() != n {
		t.Errorf("%d segments, %d files", n, f.files())
	}
	f.scan([]string{segment.History}, block.ScanRequest{}).want(t, all)
	after, err := f.s.Events(t.Context(), segment.EventsRequest{Account: segmenttest.Account, Region: segmenttest.Region, Group: "app", Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Rows) != 400 || len(after.Rows) != 400 {
		t.Fatalf("%d and %d rows", len(before.Rows), len(after.Rows))
	}
	for i := range before.Rows {
		if a, b := before.Rows[i], after.Rows[i]; string(a.Message) != string(b.Message) || a.Position() != b.Position() || a.Stream != b.Stream {
			t.Fatalf("row %d changed from %v to %v", i, a, b)
		}
	}
	f.open()
	f.scan([]string{segment.History}, block.ScanRequest{}).want(t, all)
}

func TestCompactCarriesOutDeletion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	old := logRows("old", "a", 50, at-100*86_400_000)
	for i := range old {
		old[i].Ingested = at - 100*86_400_000
	}
	f.seal(append(old, logRows("app", "a", 100, at)...))
	f.seal(logRows("gone", "a", 10, at))
	f.update(func(tx store.Tx) error {
		if err := segment.MarkDeleted(tx, segmenttest.Account, segmenttest.Region, "gone", "", at); err != nil {
			return err
		}
		return segment.MarkDeleted(tx, segmenttest.Account, segmenttest.Region, "old", "a", at-90*86_400_000)
	})
	f.compact()
	st := f.s.Stats()
	if st.SegmentRows != 100 || st.Segments != 1 || f.files() != 1 {
		t.Errorf("%+v, %d files", st, f.files())
	}
	if n := len(f.scan([]string{"app"}, block.ScanRequest{}).rows); n != 100 {
		t.Errorf("%d rows of another group", n)
	}
}

// TestCompactWaitsForReaders holds a block over a merge.
func TestCompactWaitsForReaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i := range 16 {
		f.seal(logRows("app", fmt.Sprint(i), 10, at))
	}
	var mu sync.Mutex
	var held []*block.Block
	src := f.s.Source(segmenttest.Account, segmenttest.Region, []string{"app"})
	err := src.Scan(t.Context(), block.ScanRequest{End: time.UnixMilli(at * 2)}, func(b *block.Block) error {
		mu.Lock()
		held = append(held, b)
		mu.Unlock()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f.compact()
	if n := f.files(); n != 17 {
		t.Errorf("%d files while blocks are held", n)
	}
	for _, b := range held {
		if c := b.Column(block.Message); c == nil {
			t.Error("no messages")
		}
		if err := b.Done(); err != nil {
			t.Error(err)
		}
	}
	if n := f.files(); n != 1 {
		t.Errorf("%d files in the end", n)
	}
}

func TestCompactFault(t *testing.T) {
	t.Parallel()
	for name, op := range map[string]storetest.Op{"failed": storetest.Commit, "unknown": storetest.CommitUnknown} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := storetest.FailOnce(storetest.Commit, 0)
			db := mem.New()
			state := storetest.Faulty(db, plan)
			f := &fixture{t: t, state: db, dir: t.TempDir()}
			s, err := segment.Open(t.Context(), state, f.dir, segment.Options{Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			f.s = s
			for i := range 16 {
				f.seal(logRows("app", fmt.Sprint(i), 10, at))
			}
			plan.Set(op, 1, false)
			_, err = s.Compact(t.Context())
			if op == storetest.Commit != (err != nil) {
				t.Errorf("error %v", err)
			}
			check := func() {
				t.Helper()
				if n := len(f.scan([]string{"app"}, block.ScanRequest{}).rows); n != 160 {
					t.Errorf("%d rows", n)
				}
			}
			check()
			f.compact()
			check()
			f.open()
			check()
			if n := f.files(); n != 1 {
				t.Errorf("%d files", n)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	m := f.seal(logRows("app", "a", 10, at))
	f.seal(logRows("other", "a", 10, at))
	f.s.Append(logRows("app", "b", 10, at))
	files, err := f.s.Files(t.Context(), segmenttest.Account, segmenttest.Region, []string{"app"}, at, at+100)
	if err != nil {
		t.Fatal(err)
	}
	if len(files.Sealed) != 1 || filepath.Base(files.Sealed[0]) != m.Name {
		t.Errorf("files %v", files.Sealed)
	}
	if _, err := os.Stat(files.Tail); err != nil {
		t.Error(err)
	}
	if err := files.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(files.Tail); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("tail file after Close: %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	prepare := func(t *testing.T) (*fixture, segment.Manifest) {
		f := newFixture(t)
		rows := segmenttest.New(5).Rows(300)
		f.seal(rows[:150])
		m := f.seal(rows[150:])
		f.update(func(tx store.Tx) error {
			var ns []segment.Numbered
			for _, r := range rows {
				ns = append(ns, segment.Numbered{Account: r.Account, Seq: r.Seq, History: true, Time: r.Time})
			}
			return segment.Record(tx, ns)
		})
		return f, m
	}
	cases := map[string]struct {
		damage func(*testing.T, *fixture, segment.Manifest)
		faulty bool
	}{
		"sound": {func(*testing.T, *fixture, segment.Manifest) {}, false},
		"file removed": {func(t *testing.T, f *fixture, m segment.Manifest) {
			if err := os.Remove(filepath.Join(f.dir, "segments", m.Name)); err != nil {
				t.Fatal(err)
			}
		}, true},
		"byte changed": {func(t *testing.T, f *fixture, m segment.Manifest) {
			path := filepath.Join(f.dir, "segments", m.Name)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			b[len(b)/3] ^= 1
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, true},
		"number never written": {func(t *testing.T, f *fixture, _ segment.Manifest) {
			f.update(func(tx store.Tx) error {
				return segment.Record(tx, []segment.Numbered{{Account: segmenttest.Account, Seq: 301, History: true, Time: at}})
			})
		}, true},
		"number twice": {func(t *testing.T, f *fixture, _ segment.Manifest) {
			f.seal(segmenttest.New(6).Rows(1))
		}, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, m := prepare(t)
			c.damage(t, f, m)
			rep, err := f.s.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if (len(rep.Findings) > 0) != c.faulty {
				t.Errorf("findings %q", rep.Findings)
			}
		})
	}
	t.Run("gap refused", func(t *testing.T) {
		t.Parallel()
		f, _ := prepare(t)
		err := f.state.Update(t.Context(), func(tx store.Tx) error {
			return segment.Record(tx, []segment.Numbered{{Account: segmenttest.Account, Seq: 303}})
		})
		if err == nil {
			t.Error("a gap was entered into the ledger")
		}
	})
}

func FuzzPointer(f *testing.F) {
	k := segment.Key{Account: "1", Region: "r", Group: "g"}
	f.Add(segment.Pointer(k, segment.Position{Time: 5, Ord: 7}))
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		k, p, err := segment.ParsePointer("1", s)
		if err != nil {
			return
		}
		k2, p2, err := segment.ParsePointer("1", segment.Pointer(k, p))
		if err != nil || k2 != k || p2 != p {
			t.Fatalf("%v %v became %v %v: %v", k, p, k2, p2, err)
		}
	})
}

// Expired rows must not stay because other groups' rows of the same segment do.
func TestCompactCarriesOutRetention(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const day = 86_400_000
	rows := logRows("short", "a", 3, at-3*day)
	rows = append(rows, logRows("short", "b", 3, at-day-day/2)...) // expired, but not long ago
	rows = append(rows, logRows("short", "c", 3, at)...)
	f.seal(append(rows, logRows("app", "a", 100, at-3*day)...))
	f.update(func(tx store.Tx) error {
		return segment.SetRetention(tx, segmenttest.Account, segmenttest.Region, "short", 1)
	})
	f.compact()
	if st := f.s.Stats(); st.SegmentRows != 103 || f.files() != 1 {
		t.Errorf("%+v, %d files", st, f.files())
	}
	f.seal(logRows("short", "b", 3, at-day-day/2)) // alone, it is all waste
	f.seal(append(logRows("short", "b", 3, at-day-day/2), logRows("app", "b", 100, at)...))
	f.compact()
	if st := f.s.Stats(); st.SegmentRows != 206 {
		t.Errorf("rows that expired within the day: %+v", st)
	}
}
