package postgres

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/postgres/pgtest"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

var (
	server *pgtest.Server
	places atomic.Int64
)

func TestMain(m *testing.M) {
	s, err := pgtest.Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server = s
	code := m.Run()
	if err := s.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// place returns the address of an empty schema of the test's own.
func place(t *testing.T) string {
	t.Helper()
	url, err := server.URL(t.Context(), fmt.Sprintf("place%d", places.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func open(t *testing.T, url string, opts Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestState(t *testing.T) {
	t.Parallel()
	storetest.RunState(t, storetest.Engine{Concurrent: true, Fresh: func(t *testing.T) func() store.State {
		url := place(t)
		return func() store.State { return open(t, url, Options{MaxConns: 8}) }
	}})
}
