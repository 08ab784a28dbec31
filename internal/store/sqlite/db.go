package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
	"modernc.org/sqlite"

	"github.com/cogtrail/cogtrail/internal/store"
)

// schemaVersion is the version of the tables this package makes. Rows inside
// are JSON and evolve without it.
const schemaVersion = 1

// Options of Open. The zero value is good for production.
type Options struct {
	// CacheBytes bounds the row cache. 0: 64 MB.
	CacheBytes int
	// Queue is how many transactions may wait for the committer; one more gets
	// store.ErrBusy. 0: 4096.
	Queue int
	// QueueBytes bounds the rows and records that wait, in bytes; a transaction
	// that is alone is let through whatever its size. 0: 256 MB.
	QueueBytes int
	// Readers is the number of connections for reads that miss the cache, and
	// that of concurrent Views. 0: 8.
	Readers int

	// beforeCommit, in tests, fails a batch just before its COMMIT.
	beforeCommit func() error
	// commit, in tests, stands for the COMMIT statement.
	commit func(run func() error) error
	// repair, in tests, fails the repair after a failed commit.
	repair func() error
	// awaiting, in tests, is told that a read waits for a batch to be decided.
	awaiting func()
	// logKeys bounds the commit log, in keys. 0: 65,536.
	logKeys int
}

// DB is a store.State in one SQLite file.
type DB struct {
	opts Options
	path string
	lock *os.File
	seed maphash.Seed

	readers, viewers *pool
	cache            *cache
	log              *commitLog
	stripes          [256]chan struct{} // held by a run that lost to a row of the stripe
	gate             sync.RWMutex       // read to queue; written by a run that must not lose

	spacesMu sync.RWMutex
	spaces   map[string]bool // every space with a table, perhaps some without

	queue     chan *commit
	queued    atomic.Int64 // bytes in queue and in the batch at work
	wake      chan struct{}
	checkpnt  chan struct{} // asks for a checkpoint
	walPages  atomic.Int64  // as the last checkpoint found it
	committer sync.WaitGroup
	stop      chan struct{}

	closeMu sync.RWMutex
	closed  bool
	running sync.WaitGroup // Updates, Views and Takes

	takeMu sync.Mutex
	taken  int64 // highest id given out since opening
	recent recent
}

var _ store.State = (*DB)(nil)

var errClosed = errors.New("state engine is closed")

// Open opens or creates the state of a data folder; the folder must exist.
// store.ErrLocked when another process (or another DB of this one) has it open,
// store.ErrVersion when a newer version wrote it.
func Open(dir string, opts Options) (*DB, error) {
	if opts.CacheBytes == 0 {
		opts.CacheBytes = 64 << 20
	}
	if opts.Queue == 0 {
		opts.Queue = 4096
	}
	if opts.QueueBytes == 0 {
		opts.QueueBytes = 256 << 20
	}
	if opts.Readers == 0 {
		opts.Readers = 8
	}
	if opts.logKeys == 0 {
		opts.logKeys = 1 << 16
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	// A commit then waits for the data and the file's size, not for its times.
	// Platforms without the call keep fsync.
	_, _ = sqlite.Fdatasync(true)

	db := &DB{
		opts: opts, path: filepath.Join(dir, "state.db"), lock: lock, seed: maphash.MakeSeed(),
		cache: newCache(opts.CacheBytes), log: newCommitLog(opts.logKeys),
		queue: make(chan *commit, opts.Queue), wake: make(chan struct{}, 1),
		checkpnt: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	for i := range db.stripes {
		db.stripes[i] = make(chan struct{}, 1)
	}
	err = makeFile(db.path)
	var writer *conn
	if err == nil {
		writer, err = db.openWriter()
	}
	if err != nil {
		_ = unlock(lock)
		return nil, err
	}
	if err := db.loadSpaces(writer); err != nil {
		_ = writer.close()
		_ = unlock(lock)
		return nil, err
	}
	db.readers = newPool(opts.Readers, db.openReader)
	db.viewers = newPool(opts.Readers, db.openReader)
	db.committer.Add(2)
	go func() { defer db.committer.Done(); db.commitLoop(writer) }()
	go func() { defer db.committer.Done(); db.checkpointLoop() }()
	// Records that a former opening left are waiting.
	db.signal()
	return db, nil
}

// lockFolder takes DIR/lock for this process and writes its id into it.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock file: %w", err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock of %s: %w", f.Name(), err)
		}
		var pid [20]byte
		n, _ := f.ReadAt(pid[:], 0)
		return nil, fmt.Errorf("%s is held by process %q: %w", f.Name(), strings.TrimSpace(string(pid[:n])), store.ErrLocked)
	}
	// The id is a hint for people; flock is what counts.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return f, nil
}

// makeFile makes an empty state file, readable by its owner only, and its entry
// in the folder durable. It must run before SQLite opens the file: closing a
// second descriptor of it would drop SQLite's locks.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("state file: %w", err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

func (db *DB) openWriter() (*conn, error) {
	c, err := openConn(db.path, "rw")
	if err != nil {
		return nil, err
	}
	if err := prepareFile(c); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// prepareFile sets the modes of durability and makes or checks the schema.
func prepareFile(c *conn) error {
	mode := ""
	set := func(row []driver.Value) bool { mode, _ = row[0].(string); return true }
	if err := c.query("PRAGMA journal_mode=WAL", set); err != nil {
		return fmt.Errorf("journal mode of state file: %w", err)
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode of state file is %q, the file system does not support WAL", mode)
	}
	for _, sql := range []string{
		"PRAGMA synchronous=FULL",
		"PRAGMA journal_size_limit=67108864",
		"PRAGMA wal_autocheckpoint=0", // checkpointLoop does it
		"PRAGMA cache_size=-16384",
		"BEGIN IMMEDIATE",
	} {
		if err := c.query(sql, func([]driver.Value) bool { return true }); err != nil {
			return fmt.Errorf("state file, %s: %w", sql, err)
		}
	}
	err := checkVersion(c)
	if err == nil {
		err = c.exec("COMMIT")
	}
	if err != nil {
		_ = c.exec("ROLLBACK")
	}
	return err
}

func checkVersion(c *conn) error {
	for _, sql := range []string{
		"CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
		"CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, event TEXT NOT NULL, data BLOB NOT NULL)",
	} {
		if err := c.exec(sql); err != nil {
			return fmt.Errorf("schema of state file: %w", err)
		}
	}
	if err := c.exec("INSERT OR IGNORE INTO meta VALUES ('schema',?), ('repairs',0)", int64(schemaVersion)); err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	return readVersion(c)
}

func readVersion(c *conn) error {
	var version int64 = -1
	err := c.query("SELECT value FROM meta WHERE name='schema'", func(row []driver.Value) bool {
		version, _ = row[0].(int64)
		return false
	})
	if err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	if version != schemaVersion {
		return fmt.Errorf("state file has schema %d, this program knows %d: %w", version, schemaVersion, store.ErrVersion)
	}
	return nil
}

func (db *DB) openReader() (*conn, error) {
	c, err := openConn(db.path, "rw")
	if err != nil {
		return nil, err
	}
	for _, sql := range []string{"PRAGMA query_only=1", "PRAGMA cache_size=-8192"} {
		if err := c.exec(sql); err != nil {
			c.close()
			return nil, fmt.Errorf("reader of state file: %w", err)
		}
	}
	return c, nil
}

func (db *DB) loadSpaces(c *conn) error {
	db.spaces = make(map[string]bool)
	err := c.query("SELECT name FROM sqlite_master WHERE type='table'", func(row []driver.Value) bool {
		name, _ := row[0].(string)
		if space, ok := spaceName(name); ok {
			db.spaces[space] = true
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("list of spaces: %w", err)
	}
	return nil
}

// hasSpace is false only if no commit, nor one under way, made the space.
func (db *DB) hasSpace(space string) bool {
	db.spacesMu.RLock()
	defer db.spacesMu.RUnlock()
	return db.spaces[space]
}

// enter counts a running call, which Close waits for.
func (db *DB) enter() error {
	db.closeMu.RLock()
	defer db.closeMu.RUnlock()
	if db.closed {
		return errClosed
	}
	db.running.Add(1)
	return nil
}

// Close implements store.State. Calls after it fail. The write-ahead log is
// moved into the file.
func (db *DB) Close() error {
	db.closeMu.Lock()
	if db.closed {
		db.closeMu.Unlock()
		return nil
	}
	db.closed = true
	db.closeMu.Unlock()
	db.running.Wait()
	err := errors.Join(db.readers.close(), db.viewers.close())
	// The writer closes last: the last connection moves the write-ahead log.
	close(db.stop)
	db.committer.Wait()
	return errors.Join(err, unlock(db.lock))
}

// unlock gives the folder up at once. Closing alone would leave the lock to a
// program that is just being started and still holds a copy of the descriptor.
func unlock(lock *os.File) error {
	return errors.Join(unix.Flock(int(lock.Fd()), unix.LOCK_UN), lock.Close())
}

// pool is a bounded set of reader connections, opened when first needed.
type pool struct {
	open  func() (*conn, error)
	slots chan *conn // nil: not opened yet
}

func newPool(n int, open func() (*conn, error)) *pool {
	p := &pool{open: open, slots: make(chan *conn, n)}
	for range n {
		p.slots <- nil
	}
	return p
}

func (p *pool) get(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c := <-p.slots:
		if c != nil {
			return c, nil
		}
		c, err := p.open()
		if err != nil {
			p.slots <- nil
			return nil, err
		}
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// put gives a connection back.
func (p *pool) put(c *conn) { p.slots <- c }

// drop closes a connection that cannot be used any more; its place is opened anew.
func (p *pool) drop(c *conn) {
	_ = c.close()
	p.slots <- nil
}

// close waits for all connections to come back.
func (p *pool) close() error {
	var errs []error
	for range cap(p.slots) {
		if c := <-p.slots; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}
