//go:build cgo

package duckdb

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

func TestMain(m *testing.M) {
	if Child() {
		return
	}
	os.Exit(m.Run())
}

// sealed writes a file with n generated records.
func sealed(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	s, err := segment.Open(t.Context(), mem.New(), dir, segment.Options{Now: func() time.Time { return time.UnixMilli(segmenttest.Epoch) }})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Seal(t.Context(), s.Append(segmenttest.New(1).Rows(n)))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "segments", m.Name)
}

func ask(t testing.TB, p *Pool, files []string, sql string, args ...any) ([][]accel.Cell, error) {
	t.Helper()
	var rows [][]accel.Cell
	err := p.Query(t.Context(), accel.Request{Files: files, Statements: []accel.Statement{{SQL: sql, Args: args}}},
		func(_ int, cells []accel.Cell) error {
			rows = append(rows, append([]accel.Cell(nil), cells...))
			return nil
		})
	return rows, err
}

func newPool(t testing.TB, opt Options) *Pool {
	t.Helper()
	p := New(opt)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func from(file string) string { return " FROM " + accel.DuckDB.Files([]string{file}) }

// one is a query with one row.
const one = "SELECT CAST(1 AS BIGINT)"

// endless is a query that takes very long.
const endless = `SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE (a.range * b.range) % 7 = 3`

func TestPool_countsOverSegments(t *testing.T) {
	t.Parallel()
	file := sealed(t, 5000)
	p := newPool(t, Options{})
	for range 2 {
		rows, err := ask(t, p, []string{file}, `SELECT eventName, count(*), min("@timestamp"), max(errorCode) FILTER (WHERE eventName = 'none')`+from(file)+
			` WHERE "@timestamp" >= $1 AND _account = $2 AND 0.5 = $3 GROUP BY 1 ORDER BY 2 DESC`, int64(segmenttest.Epoch), segmenttest.Account, 0.5)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) < 10 || rows[0][0].Text != "InitiateAuth" || rows[0][1].Int < 1000 || rows[0][2].Int != segmenttest.Epoch || rows[0][3].Kind != accel.Null {
			t.Errorf("got %v", rows)
		}
	}
	if s := p.Stats(); s.Started != 1 || s.Queries != 2 || s.Running != 1 || s.Crashed != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPool_confines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, other := sealed(t, 10), sealed(t, 10)
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPool(t, Options{})
	for _, sql := range []string{
		"SELECT count(*)" + from(other),
		"SELECT * FROM read_csv('" + secret + "')",
		"SELECT content FROM read_text('" + secret + "')",
		"SELECT * FROM '" + secret + "'",
		"SELECT count(*) FROM glob('" + dir + "/*')",
		"COPY (SELECT 1) TO '" + dir + "/out.csv'",
		"ATTACH '" + dir + "/x.db' AS x",
		"INSTALL httpfs", "LOAD httpfs",
		"SELECT * FROM read_parquet('https://example.com/x.parquet')",
		"SET enable_external_access=true", "SET memory_limit='100GB'", "RESET lock_configuration", "SET allowed_paths=['" + secret + "']",
		"EXPORT DATABASE '" + dir + "'",
		"SELECT getenv('HOME')",
	} {
		if _, err := ask(t, p, []string{file}, sql); !errors.Is(err, ErrEngine) || strings.Contains(err.Error(), "has type") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("files were made: %v, %v", entries, err)
	}
	if s := p.Stats(); s.Started != 1 || s.Crashed != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPool_environmentIsEmpty(t *testing.T) {
	t.Setenv("COGTRAIL_ROOT_SECRET_ACCESS_KEY", "secret")
	c, err := start(&Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { c.kill(); c.wait() }()
	for _, v := range c.cmd.Env {
		if strings.Contains(v, "secret") {
			t.Errorf("the child sees %s", v)
		}
	}
}

func TestPool_bounds(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{MemoryMB: 64, ResultBytes: 1 << 20})
	for name, sql := range map[string]string{
		"memory": "SELECT max(len(x)) FROM (SELECT list(range::VARCHAR || 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx') AS x FROM range(20000000))",
		"result": "SELECT range FROM range(10000000)",
	} {
		if _, err := ask(t, p, nil, sql); !errors.Is(err, ErrEngine) {
			t.Errorf("%s: %v", name, err)
		}
	}
	rows, err := ask(t, p, nil, "SELECT 'still ' || 'well'")
	if err != nil || rows[0][0].Text != "still well" {
		t.Errorf("afterwards: %v, %v", rows, err)
	}
}

func TestPool_timeLimit(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Timeout: 50 * time.Millisecond})
	if _, err := ask(t, p, nil, endless); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
	if s := p.Stats(); s.Timeouts != 1 || s.Running != 0 || s.Crashed != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPool_cancel(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The rows of the second statement send those of the first; then the third begins.
	err := p.Query(ctx, accel.Request{Statements: []accel.Statement{{SQL: one}, {SQL: one}, {SQL: endless}}},
		func(int, []accel.Cell) error { cancel(); return nil })
	if err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if s := p.Stats(); s.Crashed != 0 || s.Timeouts != 0 || s.Running != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPool_crash(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(0)
	p := newPool(t, Options{Log: slog.New(slog.DiscardHandler), now: func() time.Time { return now }, Backoff: time.Second})
	crash := func() error {
		return p.Query(t.Context(), accel.Request{Statements: []accel.Statement{{SQL: one}, {SQL: "SELECT range FROM range(1000000)"}}},
			func(int, []accel.Cell) error { p.killAll(); return nil })
	}
	if err := crash(); !errors.Is(err, ErrCrashed) {
		t.Fatalf("got %v", err)
	}
	if _, err := ask(t, p, nil, one); !errors.Is(err, ErrResting) {
		t.Errorf("at once: %v", err)
	}
	now = now.Add(time.Second)
	if err := crash(); !errors.Is(err, ErrCrashed) {
		t.Fatalf("got %v", err)
	}
	now = now.Add(time.Second)
	if _, err := ask(t, p, nil, one); !errors.Is(err, ErrResting) {
		t.Errorf("the second rest is not longer: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := ask(t, p, nil, one); err != nil {
		t.Errorf("after the rest: %v", err)
	}
	if s := p.Stats(); s.Crashed != 2 || s.Started != 3 || s.Running != 1 {
		t.Errorf("stats %+v", s)
	}
}

func (p *Pool) killAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.running {
		c.kill()
		_, _ = c.cmd.Process.Wait()
	}
}

func TestPool_idle(t *testing.T) {
	t.Parallel()
	var expire func()
	stopped := true
	p := newPool(t, Options{after: func(d time.Duration, f func()) func() bool {
		if d != 5*time.Minute {
			t.Errorf("idle for %v", d)
		}
		expire = f
		return func() bool { return stopped }
	}})
	for range 2 {
		if _, err := ask(t, p, nil, one); err != nil {
			t.Fatal(err)
		}
	}
	expire()
	if s := p.Stats(); s.Started != 1 || s.Stopped != 1 || s.Running != 0 {
		t.Errorf("stats %+v", s)
	}
	// A timer that expires while a query takes the child: the query gets another one.
	if _, err := ask(t, p, nil, one); err != nil {
		t.Fatal(err)
	}
	late := expire
	stopped = false
	if _, err := ask(t, p, nil, one); err != nil {
		t.Fatal(err)
	}
	late()
	if s := p.Stats(); s.Started != 3 || s.Stopped != 2 || s.Running != 1 {
		t.Errorf("stats %+v", s)
	}
	stopped = true
}

func TestPool_callerStops(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{})
	enough := errors.New("enough")
	err := p.Query(t.Context(), accel.Request{Statements: []accel.Statement{{SQL: "SELECT range FROM range(1000000)"}}},
		func(int, []accel.Cell) error { return enough })
	if err != enough {
		t.Errorf("got %v", err)
	}
	if s := p.Stats(); s.Crashed != 0 || s.Running != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPool_busyAndClosed(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Wait: time.Nanosecond})
	var inner error
	err := p.Query(t.Context(), accel.Request{Statements: []accel.Statement{{SQL: one}}}, func(int, []accel.Cell) error {
		_, inner = ask(t, p, nil, one)
		return nil
	})
	if err != nil || !errors.Is(inner, ErrBusy) {
		t.Errorf("got %v, %v", err, inner)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, p, nil, one); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if s := p.Stats(); s.Running != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestPool_noExecutable(t *testing.T) {
	t.Parallel()
	p := newPool(t, Options{Executable: filepath.Join(t.TempDir(), "none")})
	if _, err := ask(t, p, nil, one); err == nil {
		t.Error("no error")
	}
	if _, err := ask(t, p, nil, one); !errors.Is(err, ErrResting) {
		t.Errorf("then: %v", err)
	}
}
