package drain_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

const (
	account = "111122223333"
	region  = "us-east-1"
	group   = "trail-events"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// faulty is a state whose updates fail on demand.
type faulty struct {
	store.State
	updates atomic.Int64
	// fault decides by the number of an Update (from 1): 0 fine, 1 fails before, 2 commits and says unknown,
	// 3 does not commit and says unknown.
	fault func(n int64) int
}

func (f *faulty) Update(ctx context.Context, fn func(store.Tx) error) error {
	kind := 0
	if f.fault != nil {
		kind = f.fault(f.updates.Add(1))
	}
	switch kind {
	case 1:
		return errors.New("disk full")
	case 3:
		return fmt.Errorf("injected: %w", store.ErrUnknown)
	}
	if err := f.State.Update(ctx, fn); err != nil {
		return err
	}
	if kind == 2 {
		return fmt.Errorf("injected: %w", store.ErrUnknown)
	}
	return nil
}

// copier routes every management event to one log group.
type copier struct{ fail atomic.Int64 }

func (c *copier) Route(_ context.Context, r drain.Record) ([]segment.Row, error) {
	if c.fail.Load() > 0 {
		c.fail.Add(-1)
		return nil, errors.New("router down")
	}
	if r.Category != drain.Management {
		return nil, nil
	}
	return []segment.Row{{Account: r.Account, Region: r.Region, Group: group, Stream: "s",
		Time: r.Time.UnixMilli(), Seq: r.Seq, ID: r.EventID, Message: r.Data}}, nil
}

// tally is a settler that counts in a table, so that a repeated effect would show.
type tally struct{}

type count struct{ Records, Rows int }

var tallies = store.Table[count]{Name: "test.tally", Key: func(*count) store.Key { return store.K("t") }}

func (tally) Settle(tx store.Tx, b drain.Batch) error {
	c, err := tallies.Get(tx, store.K("t"))
	if errors.Is(err, store.ErrNotFound) {
		c, err = &count{}, nil
	}
	if err != nil {
		return err
	}
	c.Records += len(b.Records)
	c.Rows += len(b.Rows)
	return tallies.Put(tx, c)
}

// process is a drainer over a state, as after one start of the server.
type process struct {
	t        *testing.T
	segments *segment.Store
	d        *drain.Drainer
	stop     func()
}

func start(t *testing.T, state store.State, dir string, change func(*drain.Drainer)) *process {
	t.Helper()
	s, err := segment.Open(t.Context(), state, dir, segment.Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, segments: s}
	p.d = &drain.Drainer{State: state, Segments: s, Router: &copier{}, Settlers: []drain.Settler{tally{}},
		SealRows: 50, SealEvery: time.Hour, Log: quiet}
	if change != nil {
		change(p.d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = p.d.Run(ctx) })
	p.stop = func() { cancel(); wg.Wait(); _ = s.Close() }
	t.Cleanup(p.stop)
	return p
}

func record(i int, category string) store.Record {
	id := fmt.Sprintf("event-%06d", i)
	return store.Record{Kind: store.AuditRecord, Account: account, Region: region, ID: id,
		Data: fmt.Appendf(nil, `{"eventVersion":"1.11","eventTime":"%s","eventName":"InitiateAuth","eventID":"%s","eventCategory":"%s"}`,
			time.Now().UTC().Format(time.RFC3339), id, category)}
}

func put(t *testing.T, state store.State, records ...store.Record) {
	t.Helper()
	err := state.Update(t.Context(), func(tx store.Tx) error {
		for _, r := range records {
			tx.Append(r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read returns the messages of a group with the number of times each occurs, and the sequence numbers.
func (p *process) read(group string) (ids map[string]int, seqs map[int64]string) {
	p.t.Helper()
	ids, seqs = map[string]int{}, map[int64]string{}
	req := segment.EventsRequest{Account: account, Region: region, Group: group, Limit: 1000}
	for {
		res, err := p.segments.Events(p.t.Context(), req)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, r := range res.Rows {
			ids[r.ID]++
			if was, ok := seqs[r.Seq]; ok {
				p.t.Errorf("number %d given to %s and %s", r.Seq, was, r.ID)
			}
			seqs[r.Seq] = r.ID
		}
		if !res.More {
			return ids, seqs
		}
		after := res.Rows[len(res.Rows)-1].Position()
		req.After = &after
	}
}

func (p *process) want(n int) {
	p.t.Helper()
	for _, g := range []string{segment.History, group} {
		ids, seqs := p.read(g)
		if len(ids) != n {
			p.t.Fatalf("group %q: %d records, want %d", g, len(ids), n)
		}
		for id, times := range ids {
			if times != 1 {
				p.t.Errorf("group %q: %s occurs %d times", g, id, times)
			}
		}
		for i := range n {
			if _, ok := seqs[int64(i+1)]; !ok {
				p.t.Errorf("group %q: number %d is missing", g, i+1)
			}
		}
	}
}

func (p *process) flush() {
	p.t.Helper()
	if err := p.d.Flush(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) check() {
	p.t.Helper()
	rep, err := p.segments.Check(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	for _, f := range rep.Findings {
		p.t.Errorf("check: %s", f)
	}
}

func TestVisibleThenSealed(t *testing.T) {
	t.Parallel()
	state := mem.New()
	p := start(t, state, t.TempDir(), nil)
	for i := range 120 {
		put(t, state, record(i, drain.Management))
	}
	if err := p.d.WaitSettled(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.want(120)
	p.flush()
	p.want(120)
	if st := p.segments.Stats(); st.TailRows != 0 || st.SegmentRows != 240 {
		t.Errorf("after flush: %+v", st)
	}
	p.check()
}

func TestDataEventsAreNumberedOnly(t *testing.T) {
	t.Parallel()
	state := mem.New()
	p := start(t, state, t.TempDir(), nil)
	for i := range 30 {
		put(t, state, record(i, drain.Data))
	}
	p.flush()
	if st := p.segments.Stats(); st.Segments != 0 || p.d.Stats().Pending != 0 {
		t.Errorf("%+v %+v", st, p.d.Stats())
	}
	put(t, state, record(30, drain.Management))
	p.flush()
	if _, seqs := p.read(segment.History); seqs[31] == "" {
		t.Errorf("numbers %v", seqs)
	}
	p.check()
}

func TestLogEvents(t *testing.T) {
	t.Parallel()
	state := mem.New()
	p := start(t, state, t.TempDir(), nil)
	b := drain.LogBatch{Group: "app", Stream: "web", Ingested: 5000, Events: []drain.LogEvent{{Time: 4000, Message: []byte("a")}, {Time: 4001, Message: []byte("b")}}}
	bad := drain.LogBatch{Group: segment.History, Stream: "web"}
	put(t, state,
		store.Record{Kind: store.LogEvents, Account: account, Region: region, Data: b.Marshal(nil)},
		store.Record{Kind: store.LogEvents, Account: account, Region: region, Data: bad.Marshal(nil)},
		store.Record{Kind: 99, Account: account, Region: region})
	p.flush()
	res, err := p.segments.Events(t.Context(), segment.EventsRequest{Account: account, Region: region, Group: "app", Streams: []string{"web"}, Limit: 10})
	if err != nil || len(res.Rows) != 2 || string(res.Rows[1].Message) != "b" || res.Rows[1].Ingested != 5000 {
		t.Errorf("%v %v", res, err)
	}
	if n := p.d.Stats().Rejected; n != 2 {
		t.Errorf("%d rejected", n)
	}
}

// TestCrash ends the process at every kind of fault and in every phase, and
// proves that the next one has each record once and numbers without gaps.
func TestCrash(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]int{"failed": 1, "committed but unknown": 2, "lost and unknown": 3} {
		for stopAt := int64(1); stopAt <= 4; stopAt++ {
			t.Run(fmt.Sprintf("%s at batch %d", name, stopAt), func(t *testing.T) {
				t.Parallel()
				db, dir := mem.New(), t.TempDir()
				for i := range 100 {
					put(t, db, record(i, drain.Management))
				}
				hit := make(chan struct{})
				var once sync.Once
				f := &faulty{State: db, fault: func(n int64) int {
					if n == stopAt {
						once.Do(func() { close(hit) })
						return fault
					}
					if n > stopAt {
						return 1 // dead from here on
					}
					return 0
				}}
				p := start(t, f, dir, nil)
				<-hit
				p.stop()
				db = db.Reopen()
				for i := range 20 {
					put(t, db, record(100+i, drain.Management))
				}
				p = start(t, db, dir, nil)
				p.flush()
				p.want(120)
				p.check()
				err := db.View(t.Context(), func(tx store.Tx) error {
					c, err := tallies.Get(tx, store.K("t"))
					if err == nil && (c.Records != 120 || c.Rows != 240) {
						t.Errorf("settler saw %+v", c)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// TestRunAgain ends Run in the middle of a batch and runs the same drainer again.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]int{"failed": 1, "committed but unknown": 2, "lost and unknown": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := mem.New()
			for i := range 60 {
				put(t, db, record(i, drain.Management))
			}
			hit := make(chan struct{})
			var healed atomic.Bool
			f := &faulty{State: db, fault: func(n int64) int {
				switch {
				case n == 2:
					close(hit)
					return fault
				case n > 2 && !healed.Load():
					return 1
				}
				return 0
			}}
			s, err := segment.Open(t.Context(), f, t.TempDir(), segment.Options{Log: quiet})
			if err != nil {
				t.Fatal(err)
			}
			d := &drain.Drainer{State: f, Segments: s, Router: &copier{}, SealRows: 50, SealEvery: time.Hour, Log: quiet}
			run := func() func() {
				ctx, cancel := context.WithCancel(t.Context())
				var wg sync.WaitGroup
				wg.Go(func() { _ = d.Run(ctx) })
				return func() { cancel(); wg.Wait() }
			}
			stop := run()
			<-hit
			stop()
			healed.Store(true)
			stop = run()
			defer stop()
			p := &process{t: t, segments: s, d: d}
			p.flush()
			p.want(60)
			p.check()
		})
	}
}

// memory is a place for rows without files: the compressor's pools may not be
// used inside a synctest bubble.
type memory struct {
	mu           sync.Mutex
	tail, sealed []segment.Row
}

func (m *memory) Append(rows []segment.Row) []segment.Row {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tail = append(m.tail, rows...)
	return rows
}
func (m *memory) Full() bool                     { return false }
func (m *memory) WaitRoom(context.Context) error { return nil }
func (m *memory) Seal(context.Context, []segment.Row) (segment.Manifest, error) {
	return segment.Manifest{Name: "m"}, nil
}
func (m *memory) Commit(store.Tx, segment.Manifest) error { return nil }
func (m *memory) Publish(_ segment.Manifest, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sealed = append(m.sealed, m.tail[:n]...)
	m.tail = m.tail[n:]
}

func (m *memory) want(t *testing.T, tail, sealed int) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.tail) != tail || len(m.sealed) != sealed {
		t.Errorf("%d rows in the tail, want %d; %d sealed, want %d", len(m.tail), tail, len(m.sealed), sealed)
	}
}

// bubble runs a drainer over memory until the test function returns.
func bubble(t *testing.T, state store.State, change func(*drain.Drainer)) *memory {
	m := &memory{}
	d := &drain.Drainer{State: state, Segments: m, SealEvery: 2 * time.Second, Log: quiet}
	if change != nil {
		change(d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = d.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return m
}

// TestRetryGrows holds the waits of a failing engine.
func TestRetryGrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		begin := time.Now()
		var tries []time.Duration
		f := &faulty{State: db, fault: func(n int64) int {
			tries = append(tries, time.Since(begin))
			if n <= 5 {
				return 1
			}
			return 0
		}}
		put(t, db, record(1, drain.Management))
		var lines atomic.Int64
		m := bubble(t, f, func(d *drain.Drainer) { d.Log = slog.New(counting{&lines}) })
		time.Sleep(10 * time.Second)
		synctest.Wait()
		m.want(t, 0, 1)
		if len(tries) != 6 {
			t.Fatalf("tries %v", tries)
		}
		for i := 2; i < len(tries); i++ {
			if a, b := tries[i]-tries[i-1], tries[i-1]-tries[i-2]; a != 2*b {
				t.Errorf("wait %v after %v", a, b)
			}
		}
		if n := lines.Load(); n != 2 { // stopped, moves again
			t.Errorf("%d log lines", n)
		}
	})
}

type counting struct{ n *atomic.Int64 }

func (c counting) Enabled(context.Context, slog.Level) bool  { return true }
func (c counting) Handle(context.Context, slog.Record) error { c.n.Add(1); return nil }
func (c counting) WithAttrs([]slog.Attr) slog.Handler        { return c }
func (c counting) WithGroup(string) slog.Handler             { return c }

// TestSealEvery seals by time when little arrives.
func TestSealEvery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		m := bubble(t, db, nil)
		put(t, db, record(1, drain.Management))
		synctest.Wait()
		m.want(t, 1, 0)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		m.want(t, 0, 1)
	})
}

func TestRouterFailureRepeats(t *testing.T) {
	t.Parallel()
	db := mem.New()
	r := &copier{}
	r.fail.Store(2)
	p := start(t, db, t.TempDir(), func(d *drain.Drainer) { d.Router = r })
	put(t, db, record(1, drain.Management), record(2, drain.Management))
	p.flush()
	p.want(2)
}

// TestReadersSeeEachRowOnce reads all the time while batches are sealed.
func TestReadersSeeEachRowOnce(t *testing.T) {
	t.Parallel()
	db := mem.New()
	p := start(t, db, t.TempDir(), func(d *drain.Drainer) { d.SealRows = 20 })
	const n = 400
	for i := range n {
		put(t, db, record(i, drain.Management))
		if i%10 != 9 {
			continue
		}
		if err := p.d.WaitSettled(t.Context()); err != nil {
			t.Fatal(err)
		}
		ids, _ := p.read(group)
		if len(ids) != i+1 {
			t.Fatalf("%d records visible, want %d", len(ids), i+1)
		}
		for id, times := range ids {
			if times != 1 {
				t.Fatalf("%s seen %d times", id, times)
			}
		}
	}
	p.flush()
	p.want(n)
}

// measuring is a settler that notes the largest batch.
type measuring struct{ most, batches *atomic.Int64 }

func (m measuring) Settle(_ store.Tx, b drain.Batch) error {
	n := int64(0)
	for _, r := range b.Records {
		n += 2 * int64(len(r.Data)) // the history row is a copy
	}
	m.most.Store(max(m.most.Load(), n))
	m.batches.Add(1)
	return nil
}

// Large records, of which a batch by rows alone would hold gigabytes, make more batches.
func TestDrainer_boundsBatchesByBytes(t *testing.T) {
	t.Parallel()
	state := mem.New()
	pad := strings.Repeat("x", 200<<10)
	const n = 400
	for i := range n {
		r := record(i, drain.Management)
		r.Data = append(r.Data[:len(r.Data)-1], `,"pad":"`+pad+`"}`...)
		put(t, state, r)
	}
	var m measuring
	m.most, m.batches = new(atomic.Int64), new(atomic.Int64)
	p := start(t, state, t.TempDir(), func(d *drain.Drainer) {
		d.SealRows, d.Router = 0, nil
		d.Settlers = append(d.Settlers, m)
	})
	if err := p.d.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if most := m.most.Load(); most == 0 || most > 64<<20 {
		t.Errorf("the largest of %d batches has %d bytes", m.batches.Load(), most)
	}
}
