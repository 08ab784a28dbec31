package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"modernc.org/sqlite"

	"github.com/cogtrail/cogtrail/internal/store"
)

// conn is one SQLite connection with its prepared statements. It is used by
// one goroutine at a time. It works below database/sql: no pool, no
// conversions, no watcher goroutine per statement.
type conn struct {
	c     driver.Conn
	stmts map[string]driver.Stmt
	args  []driver.NamedValue
	row   []driver.Value
}

// openConn opens the file; mode is SQLite's: rwc, rw or ro.
func openConn(path, mode string) (*conn, error) {
	u := url.URL{Scheme: "file", Path: path, RawQuery: "mode=" + mode}
	dc, err := (&sqlite.Driver{}).Open(u.String())
	if err != nil {
		return nil, fmt.Errorf("open of %s: %w", path, err)
	}
	c := &conn{c: dc, stmts: make(map[string]driver.Stmt)}
	// The wait is for another program that looks at the file; own writers never compete.
	if err := c.exec("PRAGMA busy_timeout=5000"); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// stmt returns the prepared statement of sql. The texts are few: one per
// space and kind.
func (c *conn) stmt(sql string) (driver.Stmt, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	s, err := c.c.Prepare(sql)
	if err != nil {
		return nil, fmt.Errorf("preparation of SQL statement: %w", err)
	}
	c.stmts[sql] = s
	return s, nil
}

// forget drops all prepared statements.
func (c *conn) forget() {
	for sql, s := range c.stmts {
		s.Close()
		delete(c.stmts, sql)
	}
}

func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// exec runs one statement. Args are int64, string or []byte; nil bytes are NULL.
func (c *conn) exec(sql string, args ...any) error {
	_, err := c.run(sql, args)
	return err
}

// insert is exec of an INSERT; it returns the rowid of the last row.
func (c *conn) insert(sql string, args ...any) (int64, error) {
	r, err := c.run(sql, args)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

func (c *conn) run(sql string, args []any) (driver.Result, error) {
	s, err := c.stmt(sql)
	if err != nil {
		return nil, err
	}
	return s.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(args))
}

// query runs one statement and calls each for every row until it returns
// false. The slice of values is reused; the bytes in it are not.
func (c *conn) query(sql string, each func(row []driver.Value) bool, args ...any) (err error) {
	s, err := c.stmt(sql)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(context.Background(), c.bind(args))
	if err != nil {
		return err
	}
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	n := len(rows.Columns())
	for len(c.row) < n {
		c.row = append(c.row, nil)
	}
	for {
		row := c.row[:n]
		if err := rows.Next(row); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if !each(row) {
			return nil
		}
	}
}

// get returns the value at key of a space, or nil when there is no such row.
func (c *conn) get(space string, key []byte) (value []byte, err error) {
	table, err := tableName(space)
	if err != nil {
		return nil, err
	}
	err = c.query("SELECT v FROM "+quote(table)+" WHERE k=?", func(row []driver.Value) bool {
		value = bytesOf(row[0])
		return false
	}, notNil(key))
	if err != nil && !noTable(err) {
		return nil, fmt.Errorf("row of %s: %w", space, err)
	}
	return value, nil
}

// page returns up to max rows of a range in the order asked for, fewer when
// they are large, and whether there may be more.
func (c *conn) page(space string, lo, hi []byte, reverse bool, max int) (out []store.KV, more bool, err error) {
	table, err := tableName(space)
	if err != nil {
		return nil, false, err
	}
	sql, args := "SELECT k,v FROM "+quote(table)+" WHERE k>=?", []any{notNil(lo)}
	if hi != nil {
		sql, args = sql+" AND k<?", append(args, hi)
	}
	sql += " ORDER BY k"
	if reverse {
		sql += " DESC"
	}
	size := 0
	err = c.query(sql+" LIMIT ?", func(row []driver.Value) bool {
		kv := store.KV{Key: bytesOf(row[0]), Value: bytesOf(row[1])}
		out = append(out, kv)
		size += len(kv.Key) + len(kv.Value)
		more = len(out) == max || size > pageBytes
		return !more
	}, append(args, int64(max))...)
	if err != nil && !noTable(err) {
		return nil, false, fmt.Errorf("rows of %s: %w", space, err)
	}
	return out, more, nil
}

// noTable tells that a space has no table yet, in the state the connection sees.
func noTable(err error) bool {
	return strings.Contains(err.Error(), "no such table: "+tablePrefix)
}

func (c *conn) close() error {
	c.forget()
	return c.c.Close()
}

// bytesOf reads a blob; the driver gives an empty one as nil.
func bytesOf(v driver.Value) []byte {
	b, _ := v.([]byte)
	return notNil(b)
}

func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
