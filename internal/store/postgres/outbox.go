package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/cogtrail/cogtrail/internal/store"
)

// outbox gives out records. It has its own connection, whose session holds the
// advisory lock of the one process that drains.
type outbox struct {
	admin *admin
	lock  bool // the lock is held by the present connection; guarded by admin.mu

	mu    sync.Mutex
	token int64
	given map[int64]bool // given out and not settled since opening
}

func (o *outbox) init(cfg *pgx.ConnConfig) {
	// A mark that a crash loses does no harm.
	cfg.RuntimeParams["synchronous_commit"] = "off"
	o.token, o.given = newToken(), make(map[int64]bool)
	o.admin = &admin{cfg: cfg, ready: func(context.Context, *pgx.Conn) error { o.lock = false; return nil }}
}

const takeSQL = `UPDATE outbox SET taken_by=$1 WHERE id IN
 (SELECT id FROM outbox WHERE taken_by<>$1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
 RETURNING id,kind,account,region,event,data`

// Take implements store.State. While another process drains the outbox there is
// nothing to take; when that process ends, its records come to the next caller.
func (db *DB) Take(ctx context.Context, max int) ([]store.Taken, error) {
	if err := db.enter(); err != nil {
		return nil, err
	}
	defer db.running.Done()
	o := &db.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		var got []store.Taken
		err := o.admin.do(ctx, func(ctx context.Context, c *pgx.Conn) (err error) {
			got, err = o.mark(ctx, c, max)
			return err
		})
		if err != nil {
			// Rows may be marked that nobody saw: with another token they are not.
			o.token = newToken()
			return nil, err
		}
		if len(got) == 0 {
			return nil, nil
		}
		fresh := got[:0]
		for _, t := range got {
			if !o.given[t.ID] {
				o.given[t.ID] = true
				fresh = append(fresh, t)
			}
		}
		// All were given before the token changed: what follows may be new.
		if len(fresh) > 0 {
			return fresh, nil
		}
	}
}

// mark marks and returns rows; none if another session is the drainer.
func (o *outbox) mark(ctx context.Context, c *pgx.Conn, max int) ([]store.Taken, error) {
	if !o.lock {
		if err := c.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext('cogtrail outbox ' || current_schema()))").Scan(&o.lock); err != nil {
			return nil, fmt.Errorf("lock of outbox: %w", err)
		}
		if !o.lock {
			return nil, nil
		}
	}
	rows, err := c.Query(ctx, takeSQL, o.token, max)
	if err != nil {
		return nil, fmt.Errorf("records of outbox: %w", err)
	}
	got, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t store.Taken, err error) {
		var kind int16
		err = r.Scan(&t.ID, &kind, &t.Account, &t.Region, &t.Record.ID, &t.Data)
		t.Kind = store.RecordKind(kind)
		return t, err
	})
	if err != nil {
		return nil, fmt.Errorf("records of outbox: %w", err)
	}
	// RETURNING promises no order.
	slices.SortFunc(got, func(a, b store.Taken) int { return cmp.Compare(a.ID, b.ID) })
	return got, nil
}

// settled forgets what no longer exists.
func (o *outbox) settled(ids []int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range ids {
		delete(o.given, id)
	}
}
