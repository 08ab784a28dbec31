package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	// checkpointBytes written ask for a checkpoint.
	checkpointBytes = 4 << 20
	// walLimitPages is where the committer stops to empty the write-ahead log.
	walLimitPages = 64 << 20 / 4096
)

var errConnClosed = errors.New("connection to state file is closed")

// closedConn stands for a connection that could not be opened again.
type closedConn struct{}

func (closedConn) Prepare(string) (driver.Stmt, error) { return nil, errConnClosed }
func (closedConn) Close() error                        { return nil }
func (closedConn) Begin() (driver.Tx, error)           { return nil, errConnClosed }

// checkpointLoop moves the write-ahead log into the file beside the commits.
func (db *DB) checkpointLoop() {
	var c *conn
	defer func() {
		if c != nil {
			_ = c.close()
		}
	}()
	for {
		select {
		case <-db.checkpnt:
		case <-db.stop:
			return
		}
		if c == nil {
			var err error
			if c, err = openConn(db.path, "rw"); err != nil {
				c = nil
				continue // the log only grows; the next request tries again
			}
		}
		if _, pages, err := checkpoint(c, "PASSIVE"); err == nil {
			db.walPages.Store(pages)
		}
	}
}

// checkpoint asks the loop for one. Under unbroken load it never reaches the
// end of the log, which then cannot be used from its beginning again; so beyond
// the limit the committer does the small rest itself, unless Views hold the log.
func (c *committer) checkpoint() {
	if c.db.walPages.Load() > walLimitPages && c.w.exec("PRAGMA busy_timeout=0") == nil {
		if busy, _, err := checkpoint(c.w, "RESTART"); err == nil && !busy {
			c.db.walPages.Store(0)
		}
		_ = c.w.exec("PRAGMA busy_timeout=5000")
	}
	select {
	case c.db.checkpnt <- struct{}{}:
	default:
	}
}

// checkpoint returns whether others kept it from its end, and the pages in the log.
func checkpoint(c *conn, mode string) (busy bool, pages int64, err error) {
	err = c.query("PRAGMA wal_checkpoint("+mode+")", func(row []driver.Value) bool {
		n, _ := row[0].(int64)
		busy = n != 0
		pages, _ = row[1].(int64)
		return true
	})
	return busy, pages, err
}

// Backup writes a consistent copy of the state to a new file at path and syncs
// it; commits go on meanwhile. It fails if path exists. Copies are as secret as
// the original: the file is readable by its owner only.
func (db *DB) Backup(ctx context.Context, path string) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	if err := ctx.Err(); err != nil {
		return err
	}
	// The readers' connections may not write, not even another file.
	c, err := openConn(db.path, "rw")
	if err != nil {
		return err
	}
	defer c.close()
	// VACUUM INTO fills an empty file; made here, it has the right mode from the start.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("backup of state: %w", err)
	}
	defer f.Close()
	err = c.exec("VACUUM INTO ?", path)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("backup of state: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Check proves that the file is sound: SQLite's integrity check and the schema
// version. It reads the whole file.
func (db *DB) Check(ctx context.Context) error {
	if err := db.enter(); err != nil {
		return err
	}
	defer db.running.Done()
	c, err := db.viewers.get(ctx)
	if err != nil {
		return err
	}
	defer db.viewers.put(c)
	var faults []error
	err = c.query("PRAGMA integrity_check(20)", func(row []driver.Value) bool {
		if text, _ := row[0].(string); text != "ok" {
			faults = append(faults, fmt.Errorf("state file: %s", text))
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("integrity check of state file: %w", err)
	}
	faults = append(faults, readVersion(c))
	return errors.Join(faults...)
}
