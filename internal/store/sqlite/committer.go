package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/overlay"
)

// maxBatch is how many transactions share one fsync.
const maxBatch = 256

// maxSpaces bounds the tables; spaces are named by code, not by data.
const maxSpaces = 4096

// commit is a finished run of fn on its way to the file.
type commit struct {
	reads   readSet
	seen    uint64
	writes  []overlay.Write
	ids     []uint64 // of writes
	records []store.Record
	settled []int64
	retry   bool // it lost before: goes first in its batch

	numbered []store.Taken // records with their ids, once written

	lostTo uint64
	done   chan error // gets one answer
}

// bytes is what waits with c, about.
func (c *commit) bytes() int64 {
	n := 64 * len(c.settled)
	for _, w := range c.writes {
		n += len(w.Key) + len(w.Value) + 64
	}
	for _, r := range c.records {
		n += len(r.Data) + 128
	}
	return int64(n)
}

// commitLoop is the only goroutine that writes rows.
func (db *DB) commitLoop(w *conn) {
	c := &committer{db: db, w: w}
	defer func() { _ = c.w.close() }()
	batch := make([]*commit, 0, maxBatch)
	for {
		select {
		case first := <-db.queue:
			batch = append(batch[:0], first)
		case <-db.stop:
			return
		}
	drain:
		for len(batch) < maxBatch {
			select {
			case more := <-db.queue:
				batch = append(batch, more)
			default:
				break drain
			}
		}
		c.commit(batch)
		clear(batch)
	}
}

type committer struct {
	db *DB
	w  *conn
	// broken is set when the file is in a state that cannot be repaired.
	broken error
	// written since the last request for a checkpoint, in bytes, about.
	written int
	made    map[string]statements // of tables known to exist, by space
}

// statements are the SQL texts that change a table.
type statements struct{ put, delete string }

// commit decides and answers a batch.
func (c *committer) commit(batch []*commit) {
	if c.broken != nil {
		for _, m := range batch {
			m.done <- c.broken
		}
		return
	}
	winners := c.validate(batch)
	if len(winners) == 0 {
		c.db.log.publish()
		return
	}
	err := c.write(winners)
	if err != nil {
		c.db.recent.forget()
	}
	records := false
	for _, m := range winners {
		if err == nil {
			c.db.recent.add(m.numbered)
			for i, w := range m.writes {
				// Who writes a row reads it again soon, but hardly ever an entry of
				// an index: most are only scanned, and many are never looked for.
				if w.Delete || isIndex(w.Space) {
					c.db.cache.remove(m.ids[i])
				} else {
					c.db.cache.put(m.ids[i], w.Space, w.Key, w.Value)
				}
			}
		}
		records = records || len(m.records) > 0
	}
	c.db.log.publish()
	for _, m := range winners {
		m.done <- err
	}
	if err == nil && records {
		c.db.signal()
	}
	if c.written > checkpointBytes {
		c.written = 0
		c.checkpoint()
	}
}

// validate registers the members whose reads still hold and answers the others.
// Those that lost before come first, so that they are not overtaken for ever.
func (c *committer) validate(batch []*commit) []*commit {
	winners := make([]*commit, 0, len(batch))
	l := c.db.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pending == nil {
		l.pending = make(chan struct{})
	}
	for _, first := range [2]bool{true, false} {
		for _, m := range batch {
			if m.retry != first {
				continue
			}
			if id, lost := l.conflict(&m.reads, m.seen); lost {
				m.lostTo = id
				m.done <- errRerun
				continue
			}
			if len(m.writes) > 0 {
				l.register(m.writes, m.ids)
			}
			winners = append(winners, m)
		}
	}
	return winners
}

// write puts the winners into the file in one transaction. When it fails,
// nothing of them is there, or the error says that it is not known.
func (c *committer) write(winners []*commit) error {
	if err := c.w.exec("BEGIN IMMEDIATE"); err != nil {
		return c.undo(fmt.Errorf("begin of commit: %w", err))
	}
	for _, m := range winners {
		if err := c.apply(m); err != nil {
			return c.undo(err)
		}
	}
	if hook := c.db.opts.beforeCommit; hook != nil {
		if err := hook(); err != nil {
			return c.undo(err)
		}
	}
	commit := func() error { return c.w.exec("COMMIT") }
	var err error
	if hook := c.db.opts.commit; hook != nil {
		err = hook(commit)
	} else {
		err = commit()
	}
	if err != nil {
		return c.repair(fmt.Errorf("commit: %w", err))
	}
	return nil
}

const (
	outboxSQL  = "INSERT INTO outbox (kind,account,region,event,data) VALUES "
	outboxRow  = "(?,?,?,?,?)"
	outboxMany = 8 // rows by one statement
)

var outboxManySQL = outboxSQL + strings.Repeat(outboxRow+",", outboxMany-1) + outboxRow

func (c *committer) apply(m *commit) error {
	for _, w := range m.writes {
		sql, err := c.table(w.Space)
		if err != nil {
			return err
		}
		if w.Delete {
			err = c.w.exec(sql.delete, w.Key)
		} else {
			err = c.w.exec(sql.put, w.Key, w.Value)
		}
		if err != nil {
			return fmt.Errorf("write of %s: %w", w.Space, err)
		}
		c.written += len(w.Key) + len(w.Value) + 64
	}
	for rs := m.records; len(rs) > 0; {
		sql, n := outboxSQL+outboxRow, 1
		if len(rs) >= outboxMany {
			sql, n = outboxManySQL, outboxMany
		}
		args := make([]any, 0, n*5)
		for _, r := range rs[:n] {
			args = append(args, int64(r.Kind), r.Account, r.Region, r.ID, notNil(r.Data))
			c.written += len(r.Data) + 128
		}
		last, err := c.w.insert(sql, args...)
		if err != nil {
			return fmt.Errorf("write of outbox: %w", err)
		}
		for i, r := range rs[:n] {
			m.numbered = append(m.numbered, store.Taken{ID: last - int64(n-1-i), Record: r})
		}
		rs = rs[n:]
	}
	// Records are mostly settled in long runs; one statement per run is far quicker.
	slices.Sort(m.settled)
	for ids := m.settled; len(ids) > 0; {
		n := 1
		for n < len(ids) && ids[n] <= ids[n-1]+1 {
			n++
		}
		if err := c.w.exec("DELETE FROM outbox WHERE id BETWEEN ? AND ?", ids[0], ids[n-1]); err != nil {
			return fmt.Errorf("settling of outbox: %w", err)
		}
		c.written += 64 * n
		ids = ids[n:]
	}
	return nil
}

// table makes the table of a space when a row is first written to it, and
// returns its statements.
func (c *committer) table(space string) (sql statements, err error) {
	sql, ok := c.made[space]
	if ok {
		return sql, nil
	}
	name, err := tableName(space)
	if err != nil {
		return sql, err
	}
	// Readers must look for the table before it can be seen: see hasSpace.
	c.db.spacesMu.Lock()
	n := len(c.db.spaces)
	if n < maxSpaces {
		c.db.spaces[space] = true
	}
	c.db.spacesMu.Unlock()
	if n >= maxSpaces {
		return sql, fmt.Errorf("state has %d spaces, no more are allowed", maxSpaces)
	}
	layout := ""
	if isIndex(space) {
		layout = " WITHOUT ROWID" // see package comment
	}
	if err := c.w.exec("CREATE TABLE IF NOT EXISTS " + quote(name) + " (k BLOB PRIMARY KEY NOT NULL, v BLOB NOT NULL)" + layout); err != nil {
		return sql, fmt.Errorf("table of space %s: %w", space, err)
	}
	if c.made == nil {
		c.made = make(map[string]statements)
	}
	sql = statements{
		put:    "INSERT INTO " + quote(name) + " VALUES (?,?) ON CONFLICT (k) DO UPDATE SET v=excluded.v",
		delete: "DELETE FROM " + quote(name) + " WHERE k=?",
	}
	c.made[space] = sql
	return sql, nil
}

// undo rolls back a transaction that was not yet committed.
func (c *committer) undo(cause error) error {
	c.made = nil
	// An error may have ended the transaction already, so this may fail too.
	_ = c.w.exec("ROLLBACK")
	if err := c.w.exec("BEGIN IMMEDIATE"); err == nil {
		if err = c.w.exec("ROLLBACK"); err == nil {
			return cause
		}
	}
	return c.reopen(cause)
}

// repair follows a failed COMMIT. The frames of the transaction may be in the
// write-ahead log with the mark of a commit, and a crash would bring them back.
// A small transaction overwrites them; frames after it are void, since each
// frame's checksum builds on the one before.
func (c *committer) repair(cause error) error {
	c.made = nil
	_ = c.w.exec("ROLLBACK")
	if err := c.mark(); err == nil {
		return cause
	}
	return c.reopen(errors.Join(cause, store.ErrUnknown))
}

func (c *committer) mark() error {
	if hook := c.db.opts.repair; hook != nil {
		if err := hook(); err != nil {
			return err
		}
	}
	if err := c.w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := c.w.exec("UPDATE meta SET value=value+1 WHERE name='repairs'")
	if err == nil {
		err = c.w.exec("COMMIT")
	}
	if err != nil {
		_ = c.w.exec("ROLLBACK")
	}
	return err
}

// reopen replaces a connection that does not answer as it should. When the new
// one cannot commit either, the engine refuses all further work.
func (c *committer) reopen(cause error) error {
	_ = c.w.close()
	w, err := c.db.openWriter()
	if err == nil {
		c.w = w
		if err = c.mark(); err == nil {
			return cause
		}
	} else {
		c.w = &conn{c: closedConn{}}
	}
	c.broken = fmt.Errorf("state file cannot be written since an earlier failure: %w", err)
	return errors.Join(cause, err)
}
