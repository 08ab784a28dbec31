package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

func open(t *testing.T, dir string, opts Options) *DB {
	t.Helper()
	db, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func put(t *testing.T, db *DB, key, value string) error {
	t.Helper()
	return db.Update(t.Context(), func(tx store.Tx) error {
		tx.Append(store.Record{Kind: store.AuditRecord, ID: key})
		return tx.Put("s", []byte(key), []byte(value))
	})
}

// rows returns the committed rows, as an Update and a View see them, and the
// ids of the records not taken yet.
func rows(t *testing.T, db *DB) string {
	t.Helper()
	var out [2]string
	for i, do := range []func(context.Context, func(store.Tx) error) error{db.Update, db.View} {
		err := do(t.Context(), func(tx store.Tx) error {
			var all []string
			for kv, err := range tx.Scan("s", nil, nil, false) {
				if err != nil {
					return err
				}
				got, err := tx.Get("s", kv.Key)
				if err != nil || !bytes.Equal(got, kv.Value) {
					return fmt.Errorf("row %q: scan %q, get %q, %v", kv.Key, kv.Value, got, err)
				}
				all = append(all, string(kv.Key)+"="+string(kv.Value))
			}
			out[i] = strings.Join(all, " ")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if out[0] != out[1] {
		t.Fatalf("update sees %q, view %q", out[0], out[1])
	}
	got, err := db.Take(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range got {
		out[0] += " " + r.Record.ID
	}
	return out[0]
}

// The suite again where nothing fits: every read misses, every log is trimmed.
func TestStateSmall(t *testing.T) {
	t.Parallel()
	storetest.RunState(t, storetest.Engine{Concurrent: true, Fresh: func(t *testing.T) func() store.State {
		dir := filepath.Join(t.TempDir(), "odd %41?#&= name")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return func() store.State {
			db, err := Open(dir, Options{CacheBytes: 2000, Readers: 1, logKeys: 30})
			if err != nil {
				t.Fatal(err)
			}
			return db
		}
	}})
}

func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir, Options{})
	_, err := Open(dir, Options{})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), fmt.Sprint(os.Getpid())) {
		t.Fatalf("second opening: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, Options{})
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir, Options{})
	if err := put(t, db, "a", "1"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state.db", "state.db-wal", "state.db-shm", "lock"} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if st.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, st.Mode().Perm())
		}
	}
	if _, err := Open(filepath.Join(dir, "none"), Options{}); err == nil {
		t.Error("a missing folder is opened")
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, dir, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	c, err := openConn(filepath.Join(dir, "state.db"), "rw")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.exec("UPDATE meta SET value=99 WHERE name='schema'"), c.close()); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first failure must leave no lock
		if _, err := Open(dir, Options{}); !errors.Is(err, store.ErrVersion) {
			t.Fatalf("got %v", err)
		}
	}
}

func TestNotADatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "state.db"), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil {
		t.Fatal("opened")
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	boom := errors.New("input/output error")
	cases := []struct {
		name string
		opts func(fail *atomic.Int32) Options
		// unknown: the caller is told that the outcome is not known.
		unknown, broken bool
	}{
		{"before COMMIT", func(fail *atomic.Int32) Options {
			return Options{beforeCommit: func() error {
				if fail.Load() > 0 {
					return boom
				}
				return nil
			}}
		}, false, false},
		{"COMMIT is not done", func(fail *atomic.Int32) Options {
			return Options{commit: func(run func() error) error {
				if fail.Load() > 0 {
					return boom
				}
				return run()
			}}
		}, false, false},
		{"COMMIT is not done and cannot be repaired", func(fail *atomic.Int32) Options {
			return Options{commit: func(run func() error) error {
				if fail.Load() > 0 {
					return boom
				}
				return run()
			}}
		}, true, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var fail atomic.Int32
			dir := t.TempDir()
			opts := c.opts(&fail)
			if c.broken {
				opts.repair = func() error { return errors.New("disk is gone") }
			}
			db := open(t, dir, opts)
			if err := put(t, db, "a", "1"); err != nil {
				t.Fatal(err)
			}
			if got := rows(t, db); got != "a=1 a" {
				t.Fatal(got)
			}
			fail.Store(1)
			err := put(t, db, "a", "2")
			if !errors.Is(err, boom) || errors.Is(err, store.ErrUnknown) != c.unknown {
				t.Fatalf("failed update: %v", err)
			}
			fail.Store(0)
			if got := rows(t, db); got != "a=1" {
				t.Fatalf("after the failure: %s", got)
			}
			err = put(t, db, "b", "3")
			if c.broken {
				if err == nil || !strings.Contains(err.Error(), "cannot be written") {
					t.Fatalf("update of a broken engine: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := rows(t, db); got != "a=1 b=3 b" {
				t.Fatal(got)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = open(t, dir, Options{})
			if got := rows(t, db); got != "a=1 b=3 a b" {
				t.Fatalf("after reopening: %s", got)
			}
		})
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]Options{"by number": {Queue: 1}, "by bytes": {QueueBytes: 1000}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entered, leave := make(chan struct{}), make(chan struct{})
			var first atomic.Bool
			opts.beforeCommit = func() error {
				if first.CompareAndSwap(false, true) {
					close(entered)
					<-leave
				}
				return nil
			}
			db := open(t, t.TempDir(), opts)
			one := make(chan error)
			// Larger than all bytes allowed, but alone.
			go func() { one <- put(t, db, "a", strings.Repeat("x", 2000)) }()
			<-entered // the committer is at work
			if opts.Queue == 1 {
				db.queue <- &commit{done: make(chan error, 1)}
			}
			if err := put(t, db, "c", "3"); !errors.Is(err, store.ErrBusy) {
				t.Errorf("got %v", err)
			}
			close(leave)
			if err := <-one; err != nil {
				t.Error(err)
			}
			if n := db.queued.Load(); n != 0 {
				t.Errorf("%d bytes still wait", n)
			}
		})
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir(), Options{})
	for i := range 50 {
		if err := put(t, db, fmt.Sprintf("%02d", i), "v"); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Fatal(st, err)
	}
	if err := db.Backup(t.Context(), path); err == nil {
		t.Error("a backup replaces a file")
	}
	want := rows(t, db)
	copied := open(t, dir, Options{})
	if err := copied.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, copied); got != want {
		t.Fatalf("copy: %s", got)
	}
}

func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir, Options{})
	for i := range 200 {
		if err := put(t, db, fmt.Sprintf("%03d", i), strings.Repeat("v", 500)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state.db")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The file's last pages are of the tree of rows and of the outbox.
	for i := len(raw) - 5*4096; i < len(raw)-5*4096+200; i++ {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err = Open(dir, Options{})
	if err != nil {
		return // found even earlier
	}
	defer db.Close()
	if err := db.Check(t.Context()); err == nil {
		t.Fatal("damage is not found")
	}
}

func TestTableNames(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, space := range []string{"users", "Users", "USERS", "u^sers", "u^Sers", "^", "^^", "ünï", `a"b`, "a.b", "^u"} {
		table, err := tableName(space)
		if err != nil {
			t.Fatal(err)
		}
		folded := strings.ToLower(table)
		if other, ok := seen[folded]; ok {
			t.Errorf("%q and %q share a table", space, other)
		}
		seen[folded] = space
		if back, ok := spaceName(table); !ok || back != space {
			t.Errorf("%q comes back as %q, %v", space, back, ok)
		}
	}
	for _, bad := range []string{"", "a\x00b", strings.Repeat("x", maxSpaceName+1)} {
		if _, err := tableName(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if _, ok := spaceName("outbox"); ok {
		t.Error("the outbox is a space")
	}
}

func TestCheckpoints(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir, Options{})
	big := strings.Repeat("x", 1<<20)
	for i := range 100 {
		if err := put(t, db, fmt.Sprint(i%10), big); err != nil {
			t.Fatal(err)
		}
	}
	st, err := os.Stat(filepath.Join(dir, "state.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	if st.Size() > 96<<20 {
		t.Fatalf("write-ahead log has %d bytes after 100 MB of writes", st.Size())
	}
}
