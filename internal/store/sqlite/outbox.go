package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Take implements store.State. Ids grow in commit order and are never used
// twice, so the highest id taken is the place to go on from. Records committed
// a moment ago come from memory, all others from the file.
func (db *DB) Take(ctx context.Context, max int) ([]store.Taken, error) {
	if err := db.enter(); err != nil {
		return nil, err
	}
	defer db.running.Done()
	db.takeMu.Lock()
	defer db.takeMu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if out, ok := db.recent.take(db.taken, max); ok {
		if len(out) > 0 {
			db.taken = out[len(out)-1].ID
		}
		return out, nil
	}
	c, err := db.readers.get(ctx)
	if err != nil {
		return nil, err
	}
	defer db.readers.put(c)
	var out []store.Taken
	err = c.query("SELECT id,kind,account,region,event,data FROM outbox WHERE id>? ORDER BY id LIMIT ?", func(row []driver.Value) bool {
		var t store.Taken
		t.ID, _ = row[0].(int64)
		kind, _ := row[1].(int64)
		t.Kind = store.RecordKind(kind)
		t.Account, _ = row[2].(string)
		t.Region, _ = row[3].(string)
		t.Record.ID, _ = row[4].(string)
		t.Data = bytesOf(row[5])
		out = append(out, t)
		return true
	}, db.taken, int64(max))
	if err != nil {
		return nil, fmt.Errorf("records of outbox: %w", err)
	}
	if len(out) > 0 {
		db.taken = out[len(out)-1].ID
	}
	return out, nil
}

// Wake implements store.State.
func (db *DB) Wake() <-chan struct{} { return db.wake }

func (db *DB) signal() {
	select {
	case db.wake <- struct{}{}:
	default:
	}
}
