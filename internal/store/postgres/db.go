package postgres

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	schemaVersion = 1
	// pollEvery is how soon records of other processes are noticed.
	pollEvery = time.Second
	// commitTimeout bounds what the caller's context may not interrupt.
	commitTimeout = 30 * time.Second
)

// Options of Open. The zero value is good for production.
type Options struct {
	// MaxConns bounds the pool; two more connections serve the outbox. 0: 32.
	MaxConns int
	// Waiting bounds the callers that wait for a connection; one more gets
	// store.ErrBusy. 0: 1024.
	Waiting int

	// configure, in tests, changes how connections are made.
	configure func(*pgx.ConnConfig)
}

// DB is a store.State in PostgreSQL.
type DB struct {
	opts   Options
	pool   *pgxpool.Pool
	admin  *admin
	outbox outbox

	waiting atomic.Int64
	wake    chan struct{}
	stop    chan struct{}

	spacesMu sync.RWMutex
	spaces   map[string]string // space -> quoted table known to exist

	closeMu sync.RWMutex
	closed  bool
	running sync.WaitGroup
}

var _ store.State = (*DB)(nil)

var errClosed = errors.New("state engine is closed")

// Open connects to the database of a postgres:// address and makes the tables
// if they are missing. store.ErrVersion when a newer version made them.
func Open(ctx context.Context, address string, opts Options) (*DB, error) {
	if opts.MaxConns == 0 {
		opts.MaxConns = 32
	}
	if opts.Waiting == 0 {
		opts.Waiting = 1024
	}
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("address of PostgreSQL: %w", err)
	}
	cfg.MaxConns = int32(opts.MaxConns)
	setParams(cfg.ConnConfig)
	if opts.configure != nil {
		opts.configure(cfg.ConnConfig)
	}
	db := &DB{
		opts: opts, spaces: make(map[string]string),
		admin: &admin{cfg: cfg.ConnConfig.Copy()},
		wake:  make(chan struct{}, 1), stop: make(chan struct{}),
	}
	db.outbox.init(cfg.ConnConfig.Copy())
	if err := db.admin.do(ctx, makeSchema); err != nil {
		db.admin.close()
		return nil, err
	}
	if db.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		db.admin.close()
		return nil, fmt.Errorf("connections to PostgreSQL: %w", err)
	}
	db.signal()
	db.running.Go(db.poll)
	return db, nil
}

// setParams sets what the promises depend on, whatever the server's defaults are.
func setParams(c *pgx.ConnConfig) {
	p := c.RuntimeParams
	p["application_name"] = "cogtrail"
	p["synchronous_commit"] = "on"
	// Reading a small table as a whole would lock it as a whole against others.
	p["enable_seqscan"] = "off"
	p["enable_bitmapscan"] = "off"
	// A process that hangs must not keep old row versions alive for ever.
	p["idle_in_transaction_session_timeout"] = "120000"
}

// makeSchema makes the fixed tables. Two processes may do it at once, so it is
// guarded by a lock of the transaction.
func makeSchema(ctx context.Context, c *pgx.Conn) error {
	tx, err := c.Begin(ctx)
	if err != nil {
		return fmt.Errorf("schema of state: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	for _, sql := range []string{
		"SELECT pg_advisory_xact_lock(hashtext('cogtrail schema ' || current_schema()))",
		"CREATE TABLE IF NOT EXISTS meta (name text PRIMARY KEY, value bigint NOT NULL)",
		"CREATE TABLE IF NOT EXISTS outbox (id bigserial PRIMARY KEY, kind smallint NOT NULL, account text NOT NULL, region text NOT NULL, event text NOT NULL, data bytea NOT NULL, taken_by bigint NOT NULL DEFAULT 0)",
		fmt.Sprintf("INSERT INTO meta VALUES ('schema',%d) ON CONFLICT DO NOTHING", schemaVersion),
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("schema of state: %w", err)
		}
	}
	var version int64
	if err := tx.QueryRow(ctx, "SELECT value FROM meta WHERE name='schema'").Scan(&version); err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	if version != schemaVersion {
		return fmt.Errorf("state has schema %d, this program knows %d: %w", version, schemaVersion, store.ErrVersion)
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("schema of state: %w", err)
	}
	return nil
}

// table returns the table of a space and makes it if this process has not used
// it yet. It uses a connection of its own, so that a transaction that holds one
// of the pool never waits for a second one.
func (db *DB) table(ctx context.Context, space string) (string, error) {
	db.spacesMu.RLock()
	name, ok := db.spaces[space]
	db.spacesMu.RUnlock()
	if ok {
		return name, nil
	}
	name, err := tableName(space)
	if err != nil {
		return "", err
	}
	err = db.admin.do(ctx, func(ctx context.Context, c *pgx.Conn) error {
		// IF NOT EXISTS alone can fail when two sessions make the table at once.
		_, err := c.Exec(ctx, "DO $$ BEGIN PERFORM pg_advisory_xact_lock(hashtext('cogtrail schema ' || current_schema())); "+
			"CREATE TABLE IF NOT EXISTS "+name+" (k bytea PRIMARY KEY, v bytea NOT NULL); END $$")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("table of space %s: %w", space, err)
	}
	db.spacesMu.Lock()
	db.spaces[space] = name
	db.spacesMu.Unlock()
	return name, nil
}

// acquire gets a connection of the pool.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	if db.waiting.Add(1) > int64(db.opts.Waiting) {
		db.waiting.Add(-1)
		return nil, store.ErrBusy
	}
	defer db.waiting.Add(-1)
	c, err := db.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("connection to PostgreSQL: %w", err)
	}
	return c, nil
}

func (db *DB) poll() {
	t := time.NewTicker(pollEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			db.signal()
		case <-db.stop:
			return
		}
	}
}

// Wake implements store.State. It also receives now and then without cause.
func (db *DB) Wake() <-chan struct{} { return db.wake }

func (db *DB) signal() {
	select {
	case db.wake <- struct{}{}:
	default:
	}
}

func (db *DB) enter() error {
	db.closeMu.RLock()
	defer db.closeMu.RUnlock()
	if db.closed {
		return errClosed
	}
	db.running.Add(1)
	return nil
}

// Close implements store.State.
func (db *DB) Close() error {
	db.closeMu.Lock()
	if db.closed {
		db.closeMu.Unlock()
		return nil
	}
	db.closed = true
	db.closeMu.Unlock()
	close(db.stop)
	db.running.Wait()
	db.pool.Close()
	db.admin.close()
	db.outbox.admin.close()
	return nil
}

// admin is one connection outside the pool, made when needed and again when it broke.
type admin struct {
	cfg *pgx.ConnConfig
	// ready, if set, prepares a new connection.
	ready func(ctx context.Context, c *pgx.Conn) error

	mu   sync.Mutex
	conn *pgx.Conn
}

// do runs fn with the connection. What fn does ought to be harmless when its
// outcome is not known.
func (a *admin) do(ctx context.Context, fn func(context.Context, *pgx.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn != nil && a.conn.IsClosed() {
		a.conn = nil
	}
	if a.conn == nil {
		c, err := pgx.ConnectConfig(ctx, a.cfg.Copy())
		if err != nil {
			return fmt.Errorf("connection to PostgreSQL: %w", err)
		}
		if a.ready != nil {
			if err := a.ready(ctx, c); err != nil {
				_ = c.Close(ctx)
				return err
			}
		}
		a.conn = c
	}
	return fn(ctx, a.conn)
}

func (a *admin) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		// The server ends a session after the client has gone; the next drainer
		// need not wait for that.
		_, _ = a.conn.Exec(ctx, "SELECT pg_advisory_unlock_all()")
		_ = a.conn.Close(ctx)
		a.conn = nil
	}
}

// newToken returns a random, never zero mark of an opening.
func newToken() int64 {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return int64(binary.BigEndian.Uint64(b[:])) | 1
}
