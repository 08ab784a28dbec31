package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cogtrail/cogtrail/internal/store"
)

func record(id string) store.Record {
	return store.Record{Kind: store.AuditRecord, ID: id, Data: []byte("{}")}
}

func put(t *testing.T, db *DB, key, value string) error {
	t.Helper()
	return db.Update(t.Context(), func(tx store.Tx) error {
		tx.Append(record(key))
		return tx.Put("s", []byte(key), []byte(value))
	})
}

func get(t *testing.T, db *DB, key string) string {
	t.Helper()
	var out string
	err := db.View(t.Context(), func(tx store.Tx) error {
		v, err := tx.Get("s", []byte(key))
		if errors.Is(err, store.ErrNotFound) {
			v, err = []byte("-"), nil
		}
		out = string(v)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func take(t *testing.T, db *DB) string {
	t.Helper()
	got, err := db.Take(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range got {
		ids = append(ids, r.Record.ID)
	}
	return strings.Join(ids, " ")
}

func closed(t *testing.T, db *DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A transaction gets the lower id and commits later. A cursor over ids would
// pass it by.
func TestLowerIDCommitsLater(t *testing.T) {
	t.Parallel()
	url := place(t)
	db := open(t, url, Options{})
	defer closed(t, db)
	ctx := t.Context()
	slow, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close(context.Background())
	tx, err := slow.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var low int64
	if err := tx.QueryRow(ctx, "INSERT INTO outbox (kind,account,region,event,data) VALUES (1,'','','slow','{}') RETURNING id").Scan(&low); err != nil {
		t.Fatal(err)
	}
	if err := put(t, db, "quick", "v"); err != nil {
		t.Fatal(err)
	}
	got, err := db.Take(ctx, 10)
	if err != nil || len(got) != 1 || got[0].Record.ID != "quick" || got[0].ID <= low {
		t.Fatalf("while the slow one is open: %+v, %v; its id is %d", got, err, low)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if ids := take(t, db); ids != "slow" {
		t.Fatalf("after the slow one committed: %q", ids)
	}
	if ids := take(t, db); ids != "" {
		t.Fatalf("again: %q", ids)
	}
}

// Two processes share the database: one drains; when it ends the other gets
// what was taken and not settled.
func TestOneDrainer(t *testing.T) {
	t.Parallel()
	url := place(t)
	first, second := open(t, url, Options{}), open(t, url, Options{})
	defer closed(t, second)
	if err := put(t, first, "a", "1"); err != nil {
		t.Fatal(err)
	}
	if err := put(t, second, "b", "2"); err != nil {
		t.Fatal(err)
	}
	if ids := take(t, first); ids != "a b" {
		t.Fatalf("drainer: %q", ids)
	}
	if ids := take(t, second); ids != "" {
		t.Fatalf("the other: %q", ids)
	}
	if get(t, first, "b") != "2" || get(t, second, "a") != "1" {
		t.Fatal("rows are not shared")
	}
	closed(t, first)
	if ids := take(t, second); ids != "a b" {
		t.Fatalf("the other after the drainer ended: %q", ids)
	}
}

// The drainer's connection breaks after its first records were taken.
func TestDrainerReconnects(t *testing.T) {
	t.Parallel()
	db := open(t, place(t), Options{})
	defer closed(t, db)
	if err := put(t, db, "a", "1"); err != nil {
		t.Fatal(err)
	}
	if ids := take(t, db); ids != "a" {
		t.Fatal(ids)
	}
	if err := put(t, db, "b", "2"); err != nil {
		t.Fatal(err)
	}
	if err := db.outbox.admin.conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The server may still hold the lost session's lock for a moment.
	ids := ""
	for ids == "" {
		<-db.Wake()
		ids = take(t, db)
	}
	if ids != "b" {
		t.Fatalf("got %q: a is repeated or b is missed", ids)
	}
}

// cutter is a connection that breaks when a COMMIT passes.
type cutter struct {
	net.Conn
	armed *atomic.Bool
	pass  bool // the server still gets the COMMIT
}

func (c *cutter) Write(p []byte) (int, error) {
	if bytes.Contains(bytes.ToLower(p), []byte("commit")) && c.armed.CompareAndSwap(true, false) {
		if c.pass {
			if _, err := c.Conn.Write(p); err != nil {
				return 0, err
			}
			// The server's answer proves that it has committed; nobody else gets it.
			_, _ = c.Conn.Read(make([]byte, 100))
		}
		c.Conn.Close()
		return 0, errors.New("connection cut")
	}
	return c.Conn.Write(p)
}

func TestConnectionBreaksInCommit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		pass bool
		want string
	}{{"before the server got it", false, "-"}, {"before the answer came", true, "v"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var armed atomic.Bool
			db := open(t, place(t), Options{configure: func(cfg *pgx.ConnConfig) {
				dial := cfg.DialFunc
				cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
					conn, err := dial(ctx, network, addr)
					return &cutter{Conn: conn, armed: &armed, pass: c.pass}, err
				}
			}})
			defer closed(t, db)
			if err := put(t, db, "warm", "up"); err != nil {
				t.Fatal(err)
			}
			armed.Store(true)
			if err := put(t, db, "k", "v"); !errors.Is(err, store.ErrUnknown) {
				t.Fatalf("got %v", err)
			}
			if got := get(t, db, "k"); got != c.want {
				t.Fatalf("row is %q", got)
			}
		})
	}
}

// A failed statement makes the transaction void, whatever fn makes of its error.
func TestErrorOfStatementIsNotHidden(t *testing.T) {
	t.Parallel()
	db := open(t, place(t), Options{})
	defer closed(t, db)
	if err := put(t, db, "k", "v"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Update(ctx, func(tx store.Tx) error {
		cancel()
		_, _ = tx.Get("s", []byte("k"))
		return tx.Put("s", []byte("k"), []byte("founded on nothing"))
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if got := get(t, db, "k"); got != "v" {
		t.Fatalf("row is %q", got)
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	db := open(t, place(t), Options{MaxConns: 1, Waiting: 1})
	defer closed(t, db)
	if err := put(t, db, "k", "v"); err != nil {
		t.Fatal(err)
	}
	db.waiting.Add(1)
	defer db.waiting.Add(-1)
	if err := put(t, db, "k", "w"); !errors.Is(err, store.ErrBusy) {
		t.Fatalf("got %v", err)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	url := place(t)
	closed(t, open(t, url, Options{}))
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), "UPDATE meta SET value=99"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), url, Options{}); !errors.Is(err, store.ErrVersion) {
		t.Fatalf("got %v", err)
	}
}

func TestOpenFailures(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"postgres://[", "postgres:///x?host=/nowhere/at/all"} {
		if _, err := Open(t.Context(), address, Options{}); err == nil {
			t.Errorf("%s is opened", address)
		}
	}
}

func TestTableNames(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 60)
	seen := map[string]string{}
	for _, space := range []string{"users", "Users", long + "a", long + "b", `quo"te`, "a~b", strings.Repeat("ü", 50), strings.Repeat("ü", 51)} {
		table, err := tableName(space)
		if err != nil {
			t.Fatal(err)
		}
		if raw := strings.ReplaceAll(table[1:len(table)-1], `""`, `"`); len(raw) > maxTable {
			t.Errorf("table of %q has %d bytes", space, len(raw))
		}
		if other, ok := seen[table]; ok {
			t.Errorf("%q and %q share a table", space, other)
		}
		seen[table] = space
	}
	for _, bad := range []string{"", "a\x00b", strings.Repeat("x", maxSpaceName+1)} {
		if _, err := tableName(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// BenchmarkCommit measures the same transaction as that of package sqlite.
func BenchmarkCommit(b *testing.B) {
	url, err := server.URL(b.Context(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	db, err := Open(b.Context(), url, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	row, data := make([]byte, 1000), make([]byte, 1300)
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			key := fmt.Appendf(nil, "%d.%d", b.N, n.Add(1))
			err := db.Update(b.Context(), func(tx store.Tx) error {
				tx.Append(store.Record{Kind: store.AuditRecord, Data: data})
				return tx.Put("users", key, row)
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}
