//go:build cgo && ((linux && (amd64 || arm64)) || (darwin && (amd64 || arm64)) || (windows && amd64))

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	duck "github.com/duckdb/duckdb-go/v2"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

// Built says that this binary holds DuckDB.
const Built = true

// databases makes a database for each query; the next one is made while there is no query.
type databases struct{ next *sql.DB }

func newExecutor() executor { return &databases{} }

func (d *databases) prepare() {
	if d.next == nil {
		d.next, _ = open() // the next query meets the error
	}
}

func open() (*sql.DB, error) {
	connector, err := duck.NewConnector("?autoinstall_known_extensions=false&autoload_known_extensions=false", nil)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	if err := db.Ping(); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), db.Close())
	}
	return db, nil
}

// run executes a query in a database of its own, which can read nothing but the query's files.
func (d *databases) run(q *header, emit func(int, []accel.Cell) error) (err error) {
	db := d.next
	d.next = nil
	if db == nil {
		if db, err = open(); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.Exec(strings.Join(setup(q), "; ")); err != nil {
		return fmt.Errorf("configure database: %w", err)
	}
	for i, s := range q.Statements {
		if err := query(db, s, func(cells []accel.Cell) error { return emit(i, cells) }); err != nil {
			return err
		}
	}
	return nil
}

// setup are the statements that confine a database; the last one makes the others final.
func setup(q *header) []string {
	files := make([]string, len(q.Files))
	for i, f := range q.Files {
		files[i] = accel.DuckDB.Quote(f)
	}
	s := settings{MemoryMB: 512, Threads: 1}
	if q.Settings != nil {
		s = *q.Settings
	}
	return []string{
		fmt.Sprintf("SET memory_limit='%dMB'", max(s.MemoryMB, 16)),
		fmt.Sprintf("SET threads=%d", max(s.Threads, 1)),
		"SET temp_directory=''",
		"SET preserve_insertion_order=false",
		"SET allow_community_extensions=false",
		"SET allow_unsigned_extensions=false",
		"SET allowed_paths=[" + strings.Join(files, ",") + "]",
		"SET enable_external_access=false",
		"SET lock_configuration=true",
	}
}

func query(db *sql.DB, s statement, emit func([]accel.Cell) error) error {
	rows, err := db.QueryContext(context.Background(), s.SQL, unpackArgs(s.Args)...)
	if err != nil {
		return fmt.Errorf("execute: %w", err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	values, targets := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		targets[i] = &values[i]
	}
	cells := make([]accel.Cell, len(names))
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		for i, v := range values {
			switch v := v.(type) {
			case nil:
				cells[i] = accel.Cell{}
			case int64:
				cells[i] = accel.Cell{Kind: accel.Int, Int: v}
			case string:
				cells[i] = accel.Cell{Kind: accel.Text, Text: v}
			default:
				return fmt.Errorf("column %s has type %T", names[i], v)
			}
		}
		if err := emit(cells); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}
