package run_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/run"
)

// slow yields its blocks one second apart and calls look between them.
type slow struct {
	*lines
	look func(block int)
}

func (s slow) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	n := 0
	return s.lines.Scan(ctx, req, func(b *block.Block) error {
		if err := yield(b); err != nil {
			return err
		}
		time.Sleep(time.Second) // of the bubble
		synctest.Wait()
		n++
		s.look(n)
		return nil
	})
}

func TestRun_partial_rows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string // values of the first column after three blocks of sixteen lines
	}{
		{`fields n | sort n desc | limit 3`, []string{"47", "46", "45"}},
		{`fields n | limit 2`, []string{"47", "46"}},
		{`fields n | sort n asc | filter n > 20 | limit 2`, []string{"21", "22"}},
		{`stats count(*)`, nil},
		{`fields n | dedup s`, nil},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				progress := &run.Progress{}
				checked := false
				opt := options(slow{manyLines(64), func(n int) {
					if n != 3 {
						return
					}
					checked = true
					var got []string
					for _, row := range progress.Partial() {
						got = append(got, row[0].Value)
					}
					if !slices.Equal(got, c.want) {
						t.Errorf("shown %v, want %v", got, c.want)
					}
				}})
				opt.Progress, opt.Workers = progress, 1
				if _, err := run.Run(t.Context(), compile(t, c.text), opt); err != nil {
					t.Fatal(err)
				}
				if !checked {
					t.Error("the scan ended early")
				}
			})
		})
	}
}
