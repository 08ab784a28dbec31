package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// fileRecords is the number of records of one file, as of a busy trail.
const fileRecords = 10_000

// trail is a folder of files as a trail delivers them: gzip, one JSON document of records each. It holds the first
// records of the generator.
type trail struct {
	Records int64
	// End is the first millisecond after its records.
	End   int64
	Files []string
	Bytes int64

	dir string
}

// writeTrail writes the files unless they are there.
func writeTrail(ctx context.Context, o options) (*trail, error) {
	t := &trail{dir: filepath.Join(o.dir, fmt.Sprintf("trail-%d", o.baseline))}
	list := filepath.Join(t.dir, "list.json")
	raw, err := os.ReadFile(list)
	if err == nil {
		return t, json.Unmarshal(raw, t)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.MkdirAll(t.dir, 0o700); err != nil {
		return nil, err
	}
	gen := segmenttest.New(1)
	next := gen.Next()
	for t.Records < o.baseline {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name := filepath.Join(t.dir, fmt.Sprintf("%06d.json.gz", len(t.Files)))
		size, err := writeFile(name, func(w *bufio.Writer) {
			for n := 0; ; n++ {
				if n > 0 {
					_ = w.WriteByte(',') // the writer keeps its error
				}
				_, _ = w.Write(next.Message)
				t.Records++
				last := next
				next = gen.Next()
				// The last file ends with its second, so that a range of time means the same records.
				if n+1 >= fileRecords && (t.Records < o.baseline || next.Time != last.Time) {
					t.End = next.Time
					return
				}
			}
		})
		if err != nil {
			return nil, fmt.Errorf("trail file: %w", err)
		}
		t.Files, t.Bytes = append(t.Files, name), t.Bytes+size
		if len(t.Files)%20 == 0 {
			progress("%d records in files of a trail", t.Records)
		}
	}
	if raw, err = json.Marshal(t); err != nil {
		return nil, err
	}
	return t, os.WriteFile(list, raw, 0o600)
}

func writeFile(name string, records func(*bufio.Writer)) (size int64, err error) {
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z := gzip.NewWriter(f)
	w := bufio.NewWriterSize(z, 1<<16)
	_, _ = w.WriteString(`{"Records":[`)
	records(w)
	_, _ = w.WriteString(`]}`)
	if err := errors.Join(w.Flush(), z.Close()); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// duckDB runs a query over the files by DuckDB alone, in the accelerator's child process.
func (t *trail) duckDB(ctx context.Context, o options, q sample) (took time.Duration, rows [][]string, err error) {
	pool := duckdb.New(duckdb.Options{MemoryMB: o.memory, Threads: o.baselineThreads, Timeout: 6 * time.Hour})
	defer func() { err = errors.Join(err, pool.Close()) }()
	quoted := make([]string, len(t.Files))
	for i, f := range t.Files {
		quoted[i] = accel.DuckDB.Quote(f)
	}
	from := fmt.Sprintf(`WITH records AS (SELECT unnest("Records") AS r FROM read_json([%s], columns = {'Records': '%s[]'}, format = 'unstructured', maximum_object_size = 67108864, compression = 'gzip')) `,
		strings.Join(quoted, ", "), q.columns)
	if err := t.touch(); err != nil {
		return 0, nil, err
	}
	began := time.Now()
	err = pool.Query(ctx, accel.Request{Files: t.Files, Statements: []accel.Statement{{SQL: from + q.sql}}}, func(_ int, cells []accel.Cell) error {
		row := make([]string, len(cells))
		for i, c := range cells {
			if row[i] = c.Text; c.Kind == accel.Int {
				row[i] = fmt.Sprint(c.Int)
			}
		}
		rows = append(rows, row)
		return nil
	})
	return time.Since(began), rows, err
}

// touch reads the files, since measuring ours has emptied the page cache: their times are compared with our warm ones too.
func (t *trail) touch() error {
	for _, name := range t.Files {
		if _, err := os.ReadFile(name); err != nil {
			return fmt.Errorf("trail file: %w", err)
		}
	}
	return nil
}

// jq runs a query over one file by zcat and jq.
func (t *trail) jq(ctx context.Context, q sample) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, "sh", "-c", `zcat "$1" | jq -c ".Records[] | $2" | `+q.shell+` >/dev/null`, "sh", t.Files[0], q.jq)
	cmd.Stderr = os.Stderr
	began := time.Now()
	err := cmd.Run()
	return time.Since(began), err
}

// maxRows is how many rows a query without a limit gives.
const maxRows = 10_000

// same compares rows of the engine with those that DuckDB read from the files, which may be more than a limit lets through.
func same(q sample, ours *queryrun.Result, theirs [][]string) error {
	limit := maxRows
	if q.top {
		limit = 25
	}
	if len(ours.Rows) != min(len(theirs), limit) {
		return fmt.Errorf("%d rows from the store, %d from the files", len(ours.Rows), len(theirs))
	}
	seen := make(map[string]int)
	for _, row := range theirs {
		seen[key(q, row)]++
	}
	for i, row := range ours.Rows {
		cells := texts(row)
		k := key(q, cells)
		if seen[k]--; seen[k] < 0 {
			return fmt.Errorf("from the store only: %q", k)
		}
		if last := len(cells) - 1; q.top && cells[last] != theirs[i][last] {
			return fmt.Errorf("row %d: count %s from the store, %s from the files", i, cells[last], theirs[i][last])
		}
	}
	return nil
}

// key is what of a row is compared.
func key(q sample, row []string) string {
	if q.events {
		return row[0]
	}
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = strings.TrimSuffix(cell, ".0") // how DuckDB writes a whole number
	}
	return strings.Join(out, "\t")
}

func texts(row []queryrun.Field) []string {
	out := make([]string, 0, len(row))
	for _, f := range row {
		if f.Name != "@ptr" {
			out = append(out, f.Value)
		}
	}
	return out
}
