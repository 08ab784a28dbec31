package userimport_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/fsblob"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/userimport"
)

// short is so little time that each run of a job does one step.
const short = 9 * time.Second

// people makes a file of n users.
func people(w *world, pool string, n int) string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = person(fmt.Sprintf("user%05d", i))
	}
	return w.file(pool, rows...)
}

// whole fails the test unless every row of a file of n users was imported and logged once.
func (w *world) whole(pool, id string, n int) {
	w.T.Helper()
	if got, want := countsOf(w.describe(pool, id)), (counts{"Succeeded", int64(n), 0, 0, done}); got != want {
		w.T.Errorf("import %+v, want %+v", got, want)
	}
	if got := w.users(pool); got != n {
		w.T.Errorf("%d users, want %d", got, n)
	}
	want := make([]string, n)
	for i := range want {
		want[i] = fmt.Sprintf("[SUCCEEDED] Line Number %d - The import succeeded.", i+2)
	}
	if got := w.lines(); !slices.Equal(got, want) {
		w.T.Errorf("%d lines of log, want %d, each once", len(got), n)
	}
}

// An import longer than a job of the queue goes on in the next, and counts as it goes.
func TestImport_inSteps(t *testing.T) {
	t.Parallel()
	for n, jobs := range map[int]int{1: 1, 99: 1, 100: 2, 350: 4} {
		w := newWorld(t)
		pool := w.Pool(nil)
		id := w.ready(pool, people(w, pool, n))
		if ran := w.work(short); ran != jobs {
			t.Errorf("%d users took %d jobs, want %d", n, ran, jobs)
		}
		w.whole(pool, id, n)
	}
}

func TestImport_stopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	id := w.ready(pool, people(w, pool, 250))
	if err := run(w, w.queued()[0]); err != nil {
		t.Fatal(err)
	}
	if got := countsOf(w.describe(pool, id)); got != (counts{"InProgress", 100, 0, 0, ""}) {
		t.Errorf("after a step %+v", got)
	}
	if res := w.stop(pool, id); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.work(short)
	if got := countsOf(w.describe(pool, id)); got != (counts{"Stopped", 100, 0, 0, "The Import Job was stopped by the developer."}) || w.users(pool) != 100 {
		t.Errorf("stopped %+v with %d users", got, w.users(pool))
	}
}

// run runs a job of the queue for one step and leaves it there, as a process that ends does.
func run(w *world, q job.Job) error {
	ctx, cancel := context.WithTimeout(context.Background(), short)
	defer cancel()
	return w.s.Run(ctx, q)
}

// Whatever fails, wherever, the import ends with every user once.
func TestImport_faults(t *testing.T) {
	t.Parallel()
	const n = 150
	for _, op := range []storetest.Op{storetest.View, storetest.Get, storetest.Scan, storetest.Put, storetest.Commit, storetest.CommitUnknown} {
		for _, at := range []int{1, 2, 3, 4, 120} {
			t.Run(fmt.Sprint(op, at), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				pool := w.Pool(nil)
				id := w.ready(pool, people(w, pool, n))
				q := w.queued()[0]
				good := w.s.State
				w.s.State = storetest.Faulty(good, storetest.FailOnce(op, at))
				for range 3 { // the fault, and the runs after it
					_ = run(w, q)
				}
				w.s.State = good
				w.work(short)
				w.whole(pool, id, n)
			})
		}
	}
}

// Two workers at once, as after a lease that ran out, make no user twice.
func TestImport_twoWorkers(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := over(t, db)
	pool := w.Pool(nil)
	const n = 450
	id := w.ready(pool, people(w, pool, n))
	q := w.queued()[0]
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if err := w.s.Run(context.Background(), q); err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	all.Wait()
	w.work(time.Minute)
	w.whole(pool, id, n)
}

// A pool that is deleted takes its imports with it.
func TestImport_deletedPool(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	w.ready(pool, people(w, pool, 150))
	if err := run(w, w.queued()[0]); err != nil {
		t.Fatal(err)
	}
	pooltest.Must(w.World, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: pool})
	w.work(short)
	purge := job.Job{Payload: []byte(`{"Account":"` + pooltest.Account + `","Region":"` + pooltest.Region + `","Pool":"` + pool + `"}`)}
	if err := userpool.PurgeHandler(w.State)(context.Background(), purge); err != nil {
		t.Fatal(err)
	}
	if n := w.users(pool); n != 0 {
		t.Errorf("%d users left", n)
	}
	if _, res := w.create(other); res.Err != nil {
		t.Errorf("after the pool is gone: %v", res.Err)
	}
}

// A role that loses its rights takes the log away, not the import.
func TestImport_roleChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	id := w.ready(pool, people(w, pool, 150))
	if err := run(w, w.queued()[0]); err != nil {
		t.Fatal(err)
	}
	w.logs.fault = userimport.ErrPermission
	w.work(short)
	if got := countsOf(w.describe(pool, id)); got != (counts{"Succeeded", 150, 0, 0, done}) || len(w.log()) != 100 {
		t.Errorf("import %+v with %d lines", got, len(w.log()))
	}
}

// dated is a store of files that all have one age.
type dated struct {
	userimport.Blobs
	w   *world
	age time.Duration
}

func (d *dated) List(ctx context.Context, bucket, prefix, after string) iter.Seq2[store.BlobInfo, error] {
	return func(yield func(store.BlobInfo, error) bool) {
		for info, err := range d.Blobs.List(ctx, bucket, prefix, after) {
			info.Modified = d.w.Now().Add(-d.age)
			if !yield(info, err) {
				return
			}
		}
	}
}

func (w *world) files() (n int) {
	for _, err := range w.s.Blobs.List(context.Background(), ".userimports", "", "") {
		if err != nil {
			w.T.Fatal(err)
		}
		n++
	}
	return n
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	files := &dated{w.s.Blobs, w, 0}
	w.s.Blobs = files
	sweep := func(want int) {
		t.Helper()
		if err := w.s.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := w.files(); got != want {
			t.Errorf("%d files, want %d", got, want)
		}
	}
	pool, other := w.Pool(nil), w.Pool(nil)
	waits := w.created(other)
	if err := w.upload(*waits.PreSignedUrl, "x"); err != nil {
		t.Fatal(err)
	}
	w.Advance(time.Hour)
	runs := w.ready(pool, people(w, pool, 150))
	if err := run(w, w.queued()[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := files.Put(t.Context(), ".userimports", pool+"/"+runs+"/lost", strings.NewReader("x"), store.BlobMeta{}); err != nil {
		t.Fatal(err)
	}
	sweep(3) // one may be on its way
	files.age = time.Hour
	sweep(2)
	w.Advance(23*time.Hour - time.Millisecond)
	sweep(2)
	w.Advance(time.Millisecond)
	end := w.Now()
	want := counts{"Expired", 0, 0, 0, "The user import job has expired."}
	if got := w.describe(other, *waits.JobId); countsOf(got) != want || !got.CompletionDate.Equal(end) {
		t.Errorf("before the sweep %+v at %v", countsOf(got), got.CompletionDate)
	}
	w.Refused(w.start(other, *waits.JobId), "PreconditionNotMetException", "The user import job cannot be started. Current status is Expired")
	sweep(1)
	w.Advance(time.Hour)
	sweep(0)
	if got := w.describe(other, *waits.JobId); countsOf(got) != want || !got.CompletionDate.Equal(end) {
		t.Errorf("after the sweep %+v at %v", countsOf(got), got.CompletionDate)
	}
	if got := countsOf(w.describe(pool, runs)); got != (counts{"Failed", 100, 0, 0, "The import did not move on for a day and was given up."}) {
		t.Errorf("import that stands still: %+v", got)
	}
}

// A file that is too large, or breaks off, leaves nothing.
func TestUpload_broken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool := w.Pool(nil)
	j := w.created(pool)
	q := query(t, *j.PreSignedUrl)
	broken := errors.New("connection reset")
	if _, err := w.s.Upload(t.Context(), q, &endless{left: 1 << 20, err: broken}, -1); !errors.Is(err, broken) {
		t.Errorf("broken off: %v", err)
	}
	if _, err := w.s.Upload(t.Context(), q, &endless{left: 101 << 20}, -1); !errors.Is(err, userimport.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if n := w.files(); n != 0 {
		t.Errorf("%d files left", n)
	}
	// Nobody knows whether the second file took the first one's place: both stay, and the import has one of them.
	if err := w.upload(*j.PreSignedUrl, w.file(pool, person("a"))); err != nil {
		t.Fatal(err)
	}
	good := w.s.State
	w.s.State = storetest.Faulty(good, storetest.FailOnce(storetest.CommitUnknown, 1))
	if err := w.upload(*j.PreSignedUrl, w.file(pool, person("a"))); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("unknown outcome: %v", err)
	}
	w.s.State = storetest.Faulty(good, storetest.FailOnce(storetest.Commit, 1))
	if err := w.upload(*j.PreSignedUrl, "x"); err == nil {
		t.Error("no error of a commit that failed")
	}
	w.s.State = good
	if n := w.files(); n != 2 {
		t.Errorf("%d files, want 2", n)
	}
	defer func() {
		if res := w.start(pool, *j.JobId); res.Err != nil {
			t.Fatal(res.Err)
		}
		w.work(time.Minute)
		if got := countsOf(w.describe(pool, *j.JobId)); got != (counts{"Succeeded", 1, 0, 0, done}) {
			t.Errorf("import %+v", got)
		}
	}()
	// Uploads of one process are bounded.
	gate, in := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { _, _ = w.s.Upload(context.Background(), q, &held{in, gate}, -1) })
		<-in
	}
	if _, err := w.s.Upload(t.Context(), q, strings.NewReader("x"), 1); !errors.Is(err, userimport.ErrTooMany) {
		t.Errorf("one more: %v", err)
	}
	close(gate)
	all.Wait()
}

// endless yields bytes until none is left, and then err, or io.EOF never.
type endless struct {
	left int
	err  error
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 && e.err != nil {
		return 0, e.err
	}
	n := min(len(p), max(e.left, 1))
	e.left -= n
	return n, nil
}

// held tells that it is read, and fails once the gate opens.
type held struct{ in, gate chan struct{} }

func (h *held) Read([]byte) (int, error) {
	h.in <- struct{}{}
	<-h.gate
	return 0, errors.New("given up")
}

// quiet writes no log.
type quiet struct{}

func (quiet) Check(store.Tx, userimport.Place) error { return nil }

func (quiet) Write(store.Tx, userimport.Place, time.Time, []string) error { return nil }

// BenchmarkImport imports 10,000 users in steps of 100, durably with the embedded engine.
func BenchmarkImport(b *testing.B) {
	for name, open := range map[string]func(b *testing.B) store.State{
		"memory": func(*testing.B) store.State { return mem.New() },
		"embedded": func(b *testing.B) store.State {
			db, err := sqlite.Open(b.TempDir(), sqlite.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = db.Close() })
			return db
		},
	} {
		b.Run(name, func(b *testing.B) {
			blobs, err := fsblob.Open(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			const n = 10_000
			for b.Loop() {
				b.StopTimer()
				w := over(b, open(b))
				w.s = userimport.New(w.S.Realm, userimport.Deps{State: w.State, Blobs: blobs, Logs: quiet{}, Now: w.Now, URL: base})
				pool := w.Pool(nil)
				id := w.ready(pool, people(w, pool, n))
				b.StartTimer()
				w.work(time.Minute)
				b.StopTimer()
				if got := *w.describe(pool, id).ImportedUsers; got != n {
					b.Fatalf("%d users", got)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "users/s")
		})
	}
}
