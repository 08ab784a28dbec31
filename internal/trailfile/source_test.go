package trailfile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
)

// folder writes files by their path below a temporary folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLocal(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a/b/1.json": "", "a/2.json": "", "a/b/c/3.json.gz": "", "a/x.txt": ""})
	for _, c := range []struct {
		arg  string
		want []string
	}{
		{"a", []string{"a/2.json", "a/b/1.json", "a/b/c/3.json.gz", "a/x.txt"}},
		{"a/2.json", []string{"a/2.json"}},
		{"a/*.json", []string{"a/2.json"}},
		{"a/**/*.json", []string{"a/2.json", "a/b/1.json"}},
		{"**/*.json*", []string{"a/2.json", "a/b/1.json", "a/b/c/3.json.gz"}},
		{"a/*/*", []string{"a/b/1.json"}},
		{"a/**/c/**", []string{"a/b/c/3.json.gz"}},
		{"a/[x-z].t?t", []string{"a/x.txt"}},
	} {
		var got []string
		for f, err := range Local([]string{filepath.Join(dir, c.arg)}) {
			if err != nil {
				t.Fatalf("%s: %v", c.arg, err)
			}
			rel, err := filepath.Rel(dir, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(rel))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.arg, got, c.want)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "empty", "more"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{"none", "none/*.json", "a/*.none", "a/[.json", "empty", "empty/**"} {
		failed := false
		for f, err := range Local([]string{filepath.Join(dir, arg)}) {
			if failed = err != nil; !failed {
				t.Errorf("%s: finds %s", arg, f.Name)
			}
		}
		if !failed {
			t.Errorf("%s: no error", arg)
		}
	}
}

// Large records are not gathered to blocks of any size.
func TestSource_largeRecords(t *testing.T) {
	t.Parallel()
	large := `{"eventTime":"2026-03-01T00:00:00Z","x":"` + strings.Repeat("x", 1<<20) + `"}`
	s := &Source{Files: Stream("stdin", strings.NewReader(strings.Repeat(large, 20))), Now: time.UnixMilli(0), Workers: 1}
	rows := 0
	err := s.Scan(t.Context(), block.ScanRequest{Start: time.UnixMilli(0), End: time.UnixMilli(1 << 53)}, func(b *block.Block) error {
		if rows += b.N; b.Bytes > blockBytes+2<<20 {
			t.Errorf("a block of %d bytes", b.Bytes)
		}
		return b.Done()
	})
	if err != nil || rows != 20 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

// What can be read only once is not taken for empty the second time.
func TestStream_again(t *testing.T) {
	t.Parallel()
	p, err := plan.Compile("pattern @message | diff")
	if err != nil {
		t.Fatal(err)
	}
	s := &Source{Files: Stream("stdin", strings.NewReader(`{"eventTime":"2026-03-01T00:00:00Z"}`)), Now: time.UnixMilli(0)}
	_, err = run.Run(t.Context(), p, run.Options{Source: s, Start: time.UnixMilli(0), End: time.UnixMilli(1 << 42)})
	if err == nil || !strings.Contains(err.Error(), "stdin: it can be read only once") {
		t.Errorf("got %v", err)
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	files := map[string]string{}
	for f := range 5 {
		var records []string
		for i := range 1200 {
			records = append(records, fmt.Sprintf(`{"eventTime":%q,"eventName":"E%d"}`, at.Add(time.Duration(f*1200+i)*time.Second).Format(time.RFC3339), i%3))
		}
		files[fmt.Sprintf("%d.json.gz", f)] = zipped(`{"Records":[` + strings.Join(records, ",") + `]}`)
	}
	files["5.json"] = `{"Records":[{"eventTime":"2026-03-01T00:00:00Z","eventName":"E9"},{"event`
	dir := folder(t, files)
	for _, c := range []struct {
		text string
		want []string
	}{
		{"stats count(*) as n by eventName", []string{"2000", "2000", "2000", "1"}},
		{"stats count(*) as n", []string{"6001"}},
		{`filter eventName = "E9" | fields eventName`, []string{"E9"}},
		{"fields @timestamp | limit 1", []string{"2026-03-01 01:39:59.000"}},
	} {
		p, err := plan.Compile(c.text)
		if err != nil {
			t.Fatal(err)
		}
		progress := &Progress{}
		s := &Source{Files: Local([]string{dir}), Now: at, Workers: 3, Progress: progress}
		res, err := run.Run(t.Context(), p, run.Options{Source: s, Start: time.UnixMilli(0), End: at.AddDate(1, 0, 0), Now: at})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range res.Rows {
			for _, f := range row {
				if f.Name == res.Columns[len(res.Columns)-1] {
					got = append(got, f.Value)
				}
			}
		}
		if !slices.Equal(got, c.want) || res.Scanned != 6001 {
			t.Errorf("%s: %v of %d, want %v", c.text, got, res.Scanned, c.want)
		}
		if faults := s.Faults(); len(faults) != 1 || filepath.Base(faults[0].Name) != "5.json" {
			t.Errorf("faults %v", faults)
		}
		if progress.Done.Load() != 6 || progress.Total.Load() != 6 || progress.Records.Load() != 6001 {
			t.Errorf("progress %d of %d, %d", progress.Done.Load(), progress.Total.Load(), progress.Records.Load())
		}
	}
}
