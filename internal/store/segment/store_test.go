package segment_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// at is the clock of the tests: an hour after the first generated record.
const at = segmenttest.Epoch + 3_600_000

func clock() time.Time { return time.UnixMilli(at) }

// fixture is a store over a state in memory.
type fixture struct {
	t     *testing.T
	state *mem.DB
	dir   string
	s     *segment.Store
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, state: mem.New(), dir: t.TempDir()}
	f.open()
	return f
}

func (f *fixture) open() {
	f.t.Helper()
	s, err := segment.Open(f.t.Context(), f.state, f.dir, segment.Options{Now: clock})
	if err != nil {
		f.t.Fatal(err)
	}
	f.s = s
	f.t.Cleanup(func() { _ = s.Close() })
}

// seal appends rows and seals them.
func (f *fixture) seal(rows []segment.Row) segment.Manifest {
	f.t.Helper()
	rows = f.s.Append(rows)
	m, err := f.s.Seal(f.t.Context(), rows)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.state.Update(f.t.Context(), func(tx store.Tx) error { return f.s.Commit(tx, m) }); err != nil {
		f.t.Fatal(err)
	}
	f.s.Publish(m, len(rows))
	return m
}

func (f *fixture) update(fn func(store.Tx) error) {
	f.t.Helper()
	if err := f.state.Update(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

// scanned is what a scan gave, by message.
type scanned struct {
	mu      sync.Mutex
	rows    map[string]int
	skipped int64
	columns map[string]map[string]int // column → text → count
}

func (f *fixture) scan(groups []string, req block.ScanRequest, columns ...string) *scanned {
	f.t.Helper()
	out := &scanned{rows: map[string]int{}, columns: map[string]map[string]int{}}
	if req.End.IsZero() {
		req.Start, req.End = time.UnixMilli(0), time.UnixMilli(at*2)
	}
	req.Skipped = func(n, _ int64) {
		out.mu.Lock()
		defer out.mu.Unlock()
		out.skipped += n
	}
	err := f.s.Source(segmenttest.Account, segmenttest.Region, groups).Scan(f.t.Context(), req, func(b *block.Block) error {
		out.mu.Lock()
		defer out.mu.Unlock()
		m := b.Column(block.Message)
		var bytes int64
		for i := range b.N {
			text, _ := m.Text(i)
			out.rows[text]++
			bytes += int64(len(text))
		}
		if bytes != b.Bytes {
			f.t.Errorf("block says %d bytes, has %d", b.Bytes, bytes)
		}
		for _, name := range columns {
			c := b.Column(name)
			if c == nil {
				continue
			}
			if out.columns[name] == nil {
				out.columns[name] = map[string]int{}
			}
			for i := range b.N {
				if text, ok := c.Text(i); ok {
					out.columns[name][text]++
				}
			}
		}
		return b.Done()
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return out
}

func (s *scanned) want(t *testing.T, rows []segment.Row) {
	t.Helper()
	for _, r := range rows {
		if n := s.rows[string(r.Message)]; n != 1 {
			t.Fatalf("row %s seen %d times", r.ID, n)
		}
	}
	if len(s.rows) != len(rows) {
		t.Fatalf("%d rows, want %d", len(s.rows), len(rows))
	}
}

func TestScanSegmentsAndTail(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := segmenttest.New(1)
	rows := g.Rows(20_000)
	f.seal(rows[:9000])
	f.seal(rows[9000:18_000])
	f.s.Append(rows[18_000:])
	history := []string{segment.History}

	t.Run("everything once", func(t *testing.T) {
		f.scan(history, block.ScanRequest{}).want(t, rows)
		f.scan(history, block.ScanRequest{NewestFirst: true}).want(t, rows)
	})
	t.Run("time range", func(t *testing.T) {
		from, to := rows[5000].Time, rows[15_000].Time
		var want []segment.Row
		for _, r := range rows {
			if r.Time >= from && r.Time < to {
				want = append(want, r)
			}
		}
		f.scan(history, block.ScanRequest{Start: time.UnixMilli(from), End: time.UnixMilli(to)}).want(t, want)
	})
	t.Run("pushdown", func(t *testing.T) {
		got := f.scan(history, block.ScanRequest{Equal: []block.Predicate{
			{Column: "eventID", Op: block.Eq, Values: []string{rows[123].ID}},
		}})
		if got.rows[string(rows[123].Message)] != 1 || len(got.rows) != 2001 || got.skipped != 17_999 {
			t.Fatalf("%d rows, %d skipped", len(got.rows), got.skipped)
		}
	})
	t.Run("columns", func(t *testing.T) {
		got := f.scan(history, block.ScanRequest{}, "eventName", "readOnly", "@log", "errorCode", "eventID")
		if n := len(got.columns["eventName"]); n < 10 {
			t.Errorf("%d event names", n)
		}
		if c := got.columns["readOnly"]; c["1"]+c["0"] != 18_000 {
			t.Errorf("readOnly %v", c)
		}
		if n := len(got.columns["eventID"]); n != 18_000 {
			t.Errorf("%d event ids", n)
		}
	})
	t.Run("other account and group", func(t *testing.T) {
		for _, src := range []block.Source{
			f.s.Source("999999999999", segmenttest.Region, history),
			f.s.Source(segmenttest.Account, "eu-west-1", history),
			f.s.Source(segmenttest.Account, segmenttest.Region, []string{"app"}),
		} {
			err := src.Scan(t.Context(), block.ScanRequest{End: time.UnixMilli(at * 2)}, func(*block.Block) error {
				return errors.New("a row of somebody else")
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("stop", func(t *testing.T) {
		err := f.s.Source(segmenttest.Account, segmenttest.Region, history).Scan(t.Context(),
			block.ScanRequest{End: time.UnixMilli(at * 2)}, func(b *block.Block) error {
				_ = b.Done()
				return block.ErrStop
			})
		if !errors.Is(err, block.ErrStop) {
			t.Error(err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := f.s.Source(segmenttest.Account, segmenttest.Region, history).Scan(ctx,
			block.ScanRequest{End: time.UnixMilli(at * 2)}, func(b *block.Block) error {
				cancel()
				return b.Done()
			})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	t.Run("after reopening", func(t *testing.T) {
		f.open()
		f.scan(history, block.ScanRequest{}).want(t, rows[:18_000])
	})
}

func TestOpenRemovesUnreferenced(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rows := f.s.Append(segmenttest.New(2).Rows(100))
	lost, err := f.s.Seal(t.Context(), rows[:50])
	if err != nil {
		t.Fatal(err)
	}
	kept := f.seal(segmenttest.New(3).Rows(10))
	temp := filepath.Join(f.dir, "segments", "x.parquet.tmp")
	other := filepath.Join(f.dir, "segments", "notes.txt")
	for _, p := range []string{temp, other} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f.open()
	for name, want := range map[string]bool{lost.Name: false, kept.Name: true, "x.parquet.tmp": false, "notes.txt": true} {
		_, err := os.Stat(filepath.Join(f.dir, "segments", name))
		if (err == nil) != want {
			t.Errorf("%s: present %v", name, err == nil)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rows := segmenttest.New(4).Rows(6000)
	f.seal(rows[:2500])
	f.seal(rows[2500:5000])
	f.s.Append(rows[5000:])
	lookup := func(attr segment.Attribute, value string) []segment.Row {
		t.Helper()
		var out []segment.Row
		req := segment.LookupRequest{Account: segmenttest.Account, Region: segmenttest.Region, Attribute: attr, Value: value, Limit: 50}
		for {
			res, err := f.s.Lookup(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, res.Rows...)
			if !res.More {
				return out
			}
			p := res.Rows[len(res.Rows)-1].Position()
			req.After = &p
		}
	}
	for _, i := range []int{0, 2499, 2500, 5999} {
		if got := lookup(segment.ByEventID, rows[i].ID); len(got) != 1 || string(got[0].Message) != string(rows[i].Message) ||
			got[0].ID != rows[i].ID || got[0].Seq != rows[i].Seq || got[0].Time != rows[i].Time {
			t.Errorf("row %d: %d found", i, len(got))
		}
	}
	if got := lookup(segment.ByEventID, "none"); len(got) != 0 {
		t.Errorf("%d found", len(got))
	}
	all := lookup("", "")
	if len(all) != len(rows) {
		t.Fatalf("%d events, want %d", len(all), len(rows))
	}
	for i := 1; i < len(all); i++ {
		if all[i].Position().Compare(all[i-1].Position()) >= 0 {
			t.Fatalf("event %d is not older than the one before", i)
		}
	}
	for _, c := range []struct {
		attr  segment.Attribute
		value string
		want  func(segment.Row) bool
	}{
		{segment.ByEventName, "AdminGetUser", func(r segment.Row) bool { return contains(r, `"eventName":"AdminGetUser"`) }},
		{segment.ByEventSource, "sts.amazonaws.com", func(r segment.Row) bool { return contains(r, `"eventSource":"sts.`) }},
		{segment.ByReadOnly, "true", func(r segment.Row) bool { return contains(r, `"readOnly":true`) }},
		{segment.ByReadOnly, "1", func(segment.Row) bool { return false }},
		{segment.ByUsername, "i-00000000000000ac1", func(r segment.Row) bool { return contains(r, `:i-00000000000000ac1"`) }},
		{segment.ByResourceName, segmenttest.Pool(2), func(r segment.Row) bool { return contains(r, `"userPoolId":"`+segmenttest.Pool(2)) }},
		{segment.ByResourceType, "AWS::IAM::Role", func(segment.Row) bool { return false }},
	} {
		want := 0
		for _, r := range rows {
			if c.want(r) {
				want++
			}
		}
		if got := lookup(c.attr, c.value); len(got) != want {
			t.Errorf("%s=%s: %d events, want %d", c.attr, c.value, len(got), want)
		}
	}
	if _, err := f.s.Lookup(t.Context(), segment.LookupRequest{Attribute: "Nonsense", Limit: 1}); err == nil {
		t.Error("unknown attribute accepted")
	}
}

// logRows makes rows of a log group.
func logRows(group, stream string, n int, start int64) []segment.Row {
	out := make([]segment.Row, n)
	for i := range out {
		out[i] = segment.Row{
			Account: segmenttest.Account, Region: segmenttest.Region, Group: group, Stream: stream,
			Time: start + int64(i/3), Ingested: at, Message: fmt.Appendf(nil, "%s/%s event %d", group, stream, i),
		}
	}
	return out
}

func TestEvents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, b := logRows("app", "a", 300, at), logRows("app", "b", 200, at+20)
	f.seal(a[:100])
	f.seal(append(slices.Clone(b[:150]), a[100:200]...))
	f.s.Append(append(slices.Clone(a[200:]), b[150:]...))
	read := func(req segment.EventsRequest) (out []segment.Row) {
		t.Helper()
		req.Account, req.Region, req.Group = segmenttest.Account, segmenttest.Region, "app"
		for {
			res, err := f.s.Events(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, res.Rows...)
			if !res.More {
				return out
			}
			p := res.Rows[len(res.Rows)-1].Position()
			req.After = &p
		}
	}
	messages := func(rows []segment.Row) (out []string) {
		for _, r := range rows {
			out = append(out, string(r.Message))
		}
		return out
	}
	if got := messages(read(segment.EventsRequest{Streams: []string{"a"}, Limit: 7})); !slices.Equal(got, messages(a)) {
		t.Errorf("stream a: %d rows: %v", len(got), got)
	}
	back := messages(read(segment.EventsRequest{Streams: []string{"b"}, Limit: 13, Backward: true}))
	slices.Reverse(back)
	if !slices.Equal(back, messages(b)) {
		t.Errorf("stream b backward: %d rows", len(back))
	}
	if got := read(segment.EventsRequest{Limit: 10_000}); len(got) != 500 {
		t.Errorf("group: %d rows", len(got))
	}
	if got := read(segment.EventsRequest{StreamPrefix: "b", Limit: 50, MaxBytes: 40}); len(got) != 200 {
		t.Errorf("byte limit: %d rows", len(got))
	}
	if got := read(segment.EventsRequest{From: at + 10, To: at + 12, Limit: 50}); len(got) != 6 {
		t.Errorf("time range: %d rows", len(got))
	}
	res, err := f.s.Events(t.Context(), segment.EventsRequest{Account: segmenttest.Account, Region: segmenttest.Region, Group: "app", Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 250, 499} {
		want := res.Rows[i]
		ptr := segment.Pointer(segment.Key{Account: want.Account, Region: want.Region, Group: want.Group}, want.Position())
		got, ok, err := f.s.At(t.Context(), segmenttest.Account, ptr)
		if err != nil || !ok || string(got.Message) != string(want.Message) {
			t.Errorf("pointer of row %d: %q %v %v", i, got.Message, ok, err)
		}
		if _, ok, _ := f.s.At(t.Context(), "999999999999", ptr); ok {
			t.Error("pointer opened another account")
		}
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.seal(append(logRows("app", "a", 30, at-5*86_400_000), logRows("app", "b", 30, at)...))
	f.s.Append(logRows("app", "c", 30, at))
	count := func() int { return len(f.scan([]string{"app"}, block.ScanRequest{}).rows) }
	if n := count(); n != 90 {
		t.Fatalf("%d rows", n)
	}
	f.update(func(tx store.Tx) error {
		return segment.SetRetention(tx, segmenttest.Account, segmenttest.Region, "app", 3)
	})
	if n := count(); n != 60 {
		t.Errorf("retention: %d rows", n)
	}
	f.update(func(tx store.Tx) error {
		return segment.MarkDeleted(tx, segmenttest.Account, segmenttest.Region, "app", "b", at)
	})
	if n := count(); n != 30 {
		t.Errorf("stream deleted: %d rows", n)
	}
	f.update(func(tx store.Tx) error {
		return segment.MarkDeleted(tx, segmenttest.Account, segmenttest.Region, "app", "", at)
	})
	if n := count(); n != 0 {
		t.Errorf("group deleted: %d rows", n)
	}
	again := logRows("app", "b", 10, at-5*86_400_000)
	for i := range again {
		again[i].Ingested = at + 1
	}
	f.s.Append(again)
	if n := count(); n != 10 {
		t.Errorf("group made again: %d rows", n)
	}
}

func TestInexactColumns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rows := logRows("app", "a", 3, at)
	rows[0].Message = []byte(`{"eventName":"A","readOnly":"true"}`)
	rows[1].Message = []byte(`{"eventName":true,"eventID":"x"}`)
	rows[2].Message = []byte(`{"eventName":"B","readOnly":true}`)
	lambda := logRows("lambda", "a", 1, at)
	lambda[0].Message = []byte(`REPORT {"eventName":"A"}`)
	f.seal(append(rows, lambda...))
	got := f.scan([]string{"app"}, block.ScanRequest{}, "eventName", "readOnly", "eventID")
	if got.columns["eventName"] != nil || got.columns["readOnly"] != nil || got.columns["eventID"]["x"] != 1 {
		t.Errorf("columns %v", got.columns)
	}
	got = f.scan([]string{"lambda"}, block.ScanRequest{Equal: []block.Predicate{{Column: "eventID", Op: block.Eq, Values: []string{"y"}}}}, "eventID")
	if len(got.rows) != 1 || got.columns["eventID"] != nil {
		t.Errorf("text before an object: %v", got)
	}
}

func TestBackPressure(t *testing.T) {
	t.Parallel()
	s, err := segment.Open(t.Context(), mem.New(), t.TempDir(), segment.Options{TailRows: 10, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	rows := s.Append(logRows("app", "a", 10, at))
	if !s.Full() {
		t.Fatal("tail is not full")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.WaitRoom(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	m, err := s.Seal(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.WaitRoom(t.Context()) }()
	s.Publish(m, len(rows))
	if err := <-done; err != nil {
		t.Error(err)
	}
}
