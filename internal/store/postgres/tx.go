package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/overlay"
)

const (
	// maxRuns is how often fn runs before Update gives up with store.ErrConflict.
	maxRuns = 30
	// maxPause bounds the wait between two runs; it grows from a millisecond.
	maxPause = 200 * time.Millisecond

	firstPage = 16
	nextPage  = 256
	pageBytes = 4 << 20 // a page's size, about, once the size of rows is known
)

// errRerun ends a run of fn that lost.
var errRerun = errors.New("transaction must run again")

// session is the base of one run of fn: a transaction that begins with the
// first read.
type session struct {
	db   *DB
	ctx  context.Context
	mode pgx.TxOptions
	conn *pgxpool.Conn
	tx   pgx.Tx
	err  error // of the first statement that failed; the transaction is void then
}

func (s *session) begin() error {
	if s.err != nil || s.tx != nil {
		return s.err
	}
	conn, err := s.db.acquire(s.ctx)
	if err != nil {
		return s.fail(err)
	}
	tx, err := conn.BeginTx(s.ctx, s.mode)
	if err != nil {
		conn.Release()
		return s.fail(fmt.Errorf("begin of transaction: %w", err))
	}
	s.conn, s.tx = conn, tx
	return nil
}

func (s *session) fail(err error) error {
	if s.err == nil {
		s.err = err
	}
	return err
}

// end rolls back what is not committed and gives the connection back.
func (s *session) end() {
	if s.tx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), commitTimeout)
	defer cancel()
	_ = s.tx.Rollback(ctx)
	s.conn.Release()
}

// Get implements overlay.Base.
func (s *session) Get(space string, key []byte) ([]byte, error) {
	table, err := s.db.table(s.ctx, space)
	if err != nil {
		return nil, s.fail(err)
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	var value []byte
	err = s.tx.QueryRow(s.ctx, "SELECT v FROM "+table+" WHERE k=$1", notNil(key)).Scan(&value)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	if err != nil {
		return nil, s.fail(fmt.Errorf("row of %s: %w", space, err))
	}
	return notNil(value), nil
}

// Scan implements overlay.Base. It reads pages, so that the caller may use the
// transaction between rows.
func (s *session) Scan(space string, lo, hi []byte, reverse bool) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		table, err := s.db.table(s.ctx, space)
		if err != nil {
			yield(store.KV{}, s.fail(err))
			return
		}
		if err := s.begin(); err != nil {
			yield(store.KV{}, err)
			return
		}
		for size, next := firstPage, nextPage; ; size = next {
			page, bytes, err := s.page(table, lo, hi, reverse, size)
			if err != nil {
				yield(store.KV{}, s.fail(fmt.Errorf("rows of %s: %w", space, err)))
				return
			}
			for _, kv := range page {
				if !yield(kv, nil) {
					return
				}
			}
			if len(page) < size {
				return
			}
			if last := page[size-1].Key; reverse {
				hi = last
			} else {
				lo = append(append([]byte(nil), last...), 0)
			}
			next = min(nextPage, max(1, pageBytes*size/max(1, bytes)))
		}
	}
}

func (s *session) page(table string, lo, hi []byte, reverse bool, size int) (page []store.KV, bytes int, err error) {
	sql, args := "SELECT k,v FROM "+table+" WHERE k>=$1", []any{notNil(lo), size}
	if hi != nil {
		sql, args = sql+" AND k<$3", append(args, hi)
	}
	sql += " ORDER BY k"
	if reverse {
		sql += " DESC"
	}
	rows, err := s.tx.Query(s.ctx, sql+" LIMIT $2", args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var kv store.KV
		if err := rows.Scan(&kv.Key, &kv.Value); err != nil {
			return nil, 0, err
		}
		kv.Key, kv.Value = notNil(kv.Key), notNil(kv.Value)
		page = append(page, kv)
		bytes += len(kv.Key) + len(kv.Value)
	}
	return page, bytes, rows.Err()
}

// View implements store.State. fn sees one snapshot.
func (db *DB) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	if err := ctx.Err(); err != nil {
		return err
	}
	s := &session{db: db, ctx: ctx, mode: pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}}
	defer s.end()
	return fn(overlay.NewReadOnly(s))
}

// Update implements store.State.
func (db *DB) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	for run := range maxRuns {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := db.run(ctx, fn); err != errRerun {
			return err
		}
		if err := pause(ctx, run); err != nil {
			return err
		}
	}
	return fmt.Errorf("transaction lost %d times: %w", maxRuns, store.ErrConflict)
}

// pause waits before the next run. The winner cannot be made to lose while it
// waits for the disk, so a loser that runs again at once would only lose again.
func pause(ctx context.Context, run int) error {
	longest := min(time.Millisecond<<run, maxPause)
	t := time.NewTimer(rand.N(longest))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (db *DB) run(ctx context.Context, fn func(store.Tx) error) error {
	s := &session{db: db, ctx: ctx, mode: pgx.TxOptions{IsoLevel: pgx.Serializable}}
	defer s.end()
	tx := overlay.New(s)
	err := fn(tx)
	if s.err != nil {
		// fn may have hidden it, or made something else of it.
		if lost(s.err) {
			return errRerun
		}
		if err == nil {
			err = s.err
		}
		return err
	}
	if err != nil {
		if s.tx != nil && lost(s.tx.Commit(ctx)) {
			return errRerun
		}
		return err
	}
	if !tx.Empty() {
		if err := s.flush(tx); lost(err) {
			return errRerun
		} else if err != nil {
			return err
		}
	}
	if s.tx == nil {
		return nil
	}
	if err := s.commit(); err != nil {
		return err
	}
	if ids := tx.Settled(); len(ids) > 0 {
		db.outbox.settled(ids)
	}
	if len(tx.Records()) > 0 {
		db.signal()
	}
	return nil
}

// flush sends all writes in one round trip.
func (s *session) flush(tx *overlay.Tx) error {
	batch := &pgx.Batch{}
	writes := tx.Writes()
	for len(writes) > 0 {
		space := writes[0].Space
		table, err := s.db.table(s.ctx, space)
		if err != nil {
			return err
		}
		var keys, values, gone [][]byte
		n := 0
		for ; n < len(writes) && writes[n].Space == space; n++ {
			if w := writes[n]; w.Delete {
				gone = append(gone, w.Key)
			} else {
				keys, values = append(keys, w.Key), append(values, w.Value)
			}
		}
		writes = writes[n:]
		if len(gone) > 0 {
			batch.Queue("DELETE FROM "+table+" WHERE k=ANY($1)", gone)
		}
		if len(keys) > 0 {
			batch.Queue("INSERT INTO "+table+" (k,v) SELECT * FROM unnest($1::bytea[],$2::bytea[]) ON CONFLICT (k) DO UPDATE SET v=EXCLUDED.v", keys, values)
		}
	}
	if ids := tx.Settled(); len(ids) > 0 {
		batch.Queue("DELETE FROM outbox WHERE id=ANY($1)", ids)
	}
	if rs := tx.Records(); len(rs) > 0 {
		kinds, data := make([]int16, len(rs)), make([][]byte, len(rs))
		accounts, regions, events := make([]string, len(rs)), make([]string, len(rs)), make([]string, len(rs))
		for i, r := range rs {
			kinds[i], accounts[i], regions[i], events[i], data[i] = int16(r.Kind), r.Account, r.Region, r.ID, notNil(r.Data)
		}
		// The ids follow the order of appending.
		batch.Queue("INSERT INTO outbox (kind,account,region,event,data) SELECT kind,account,region,event,data FROM "+
			"unnest($1::smallint[],$2::text[],$3::text[],$4::text[],$5::bytea[]) WITH ORDINALITY AS r(kind,account,region,event,data,n) ORDER BY n",
			kinds, accounts, regions, events, data)
	}
	if err := s.begin(); err != nil {
		return err
	}
	if err := s.tx.SendBatch(s.ctx, batch).Close(); err != nil {
		return fmt.Errorf("writes of transaction: %w", err)
	}
	return nil
}

func (s *session) commit() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), commitTimeout)
	defer cancel()
	err := s.tx.Commit(ctx)
	var answer *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case lost(err):
		return errRerun
	case errors.As(err, &answer) && answer.Code[:2] != "57" || errors.Is(err, pgx.ErrTxCommitRollback):
		return fmt.Errorf("commit: %w", err)
	default:
		// No answer, or one of class 57: the server is going down.
		return fmt.Errorf("commit: %w: %w", store.ErrUnknown, err)
	}
}

// lost tells that the transaction was ended in favour of others:
// serialization_failure or deadlock_detected.
func lost(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
