//go:build cgo

package duckdb

import (
	"os"
	"path/filepath"
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

func TestPool_countsOverSegments(t *testing.T) {
	t.Parallel()
	file := sealed(t, 5000)
	p := newPool(t, Options{})
	at := time.Now()
	rows, err := ask(t, p, []string{file}, `SELECT eventName, count(*) FROM read_parquet([`+accel.DuckDB.Quote(file)+`]) WHERE "@timestamp" >= ? AND _account = ? GROUP BY 1 ORDER BY 2 DESC`,
		int64(segmenttest.Epoch), segmenttest.Account)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(at))
	at = time.Now()
	if rows, err = ask(t, p, []string{file}, `SELECT eventName, count(*) FROM read_parquet([`+accel.DuckDB.Quote(file)+`]) GROUP BY 1 ORDER BY 2 DESC`); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(at))
	if len(rows) < 10 || rows[0][0].Text != "InitiateAuth" || rows[0][1].Int < 1000 {
		t.Errorf("got %v", rows)
	}
	for _, r := range rows {
		t.Log(r)
	}
}
