package pgtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServer(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	defer func() {
		if !stopped {
			_ = s.Stop()
		}
	}()
	// do runs one statement in a new connection.
	do := func(schema, sql string) (out string) {
		t.Helper()
		url, err := s.URL(ctx, schema)
		if err != nil {
			t.Fatal(err)
		}
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background())
		if err := c.QueryRow(ctx, sql).Scan(&out); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			t.Fatal(err)
		}
		return out
	}
	if got := do("one", "SHOW fsync"); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	do("one", "CREATE TABLE t AS SELECT 'kept' AS v")
	if err := s.Crash(ctx); err != nil {
		t.Fatal(err)
	}
	if got := do("one", "SELECT v FROM t"); got != "kept" {
		t.Errorf("after the crash: %q", got)
	}
	if got := do("two", "SELECT coalesce(to_regclass('t')::text,'none')"); got != "none" {
		t.Errorf("another schema has table %s", got)
	}
	stopped = true
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("folder is left: %v", err)
	}
}
