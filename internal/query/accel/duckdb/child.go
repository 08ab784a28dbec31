package duckdb

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/cogtrail/cogtrail/internal/query/accel"
)

// childVariable marks the process that serves queries.
const childVariable = "COGTRAIL_ACCELERATOR_CHILD"

// Child turns this process into the accelerator if it was started as one: it serves queries on standard input and
// output until input ends, and then returns true. main calls it before anything else and exits if it is true.
func Child() bool {
	if os.Getenv(childVariable) == "" {
		return false
	}
	yieldToParent()
	if err := serve(os.Stdin, os.Stdout, newExecutor(), func() { os.Exit(0) }); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// executor does the work of a child.
type executor interface {
	// run executes the statements of a query over its files and hands each row to emit.
	run(q *header, emit func(statement int, cells []accel.Cell) error) error
	// prepare is called between queries, to make the next one quicker.
	prepare()
}

// serve answers queries one after the other until input ends. If input ends in the middle of a query, the parent is
// gone and nobody waits for the answer: gone is called, which may end the process.
func serve(in io.Reader, out io.Writer, run executor, gone func()) error {
	type arrival struct {
		h   *header
		err error
	}
	queries := make(chan arrival)
	var busy atomic.Bool
	go func() {
		r := bufio.NewReader(in)
		for {
			h, _, err := readFrame(r)
			if err != nil {
				if busy.Load() {
					gone()
				}
				queries <- arrival{err: err}
				return
			}
			busy.Store(true)
			queries <- arrival{h: h}
		}
	}()
	for {
		a := <-queries
		if errors.Is(a.err, io.EOF) {
			return nil
		}
		if a.err != nil {
			return fmt.Errorf("accelerator input: %w", a.err)
		}
		if err := answer(a.h, out, run); err != nil {
			return fmt.Errorf("accelerator output: %w", err)
		}
		busy.Store(false)
		run.prepare()
	}
}

var errTooLarge = errors.New("result exceeds its limit of bytes")

// answer sends rows in batches and then done or failed; its error is one of writing.
func answer(q *header, out io.Writer, run executor) error {
	var limit int64 = 64 << 20
	if q.Settings != nil && q.Settings.ResultBytes > 0 {
		limit = q.Settings.ResultBytes
	}
	var sent int64
	var writing error
	batch := header{Kind: kindRows}
	body := make([]byte, 0, batchBytes+4096)
	flush := func() error {
		if batch.Rows == 0 {
			return nil
		}
		writing = writeFrame(out, &batch, body)
		batch.Rows, body = 0, body[:0]
		return writing
	}
	err := run.run(q, func(statement int, cells []accel.Cell) error {
		if statement != batch.Statement || len(body) > batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
		batch.Statement, batch.Columns = statement, len(cells)
		before := len(body)
		for _, c := range cells {
			body = appendCell(body, c)
		}
		batch.Rows++
		if sent += int64(len(body) - before); sent > limit || len(body) > maxBody {
			return errTooLarge
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if writing != nil {
		return writing
	}
	if err != nil {
		text := err.Error()
		return writeFrame(out, &header{Kind: kindFailed, Error: text[:min(len(text), 4096)]}, nil)
	}
	return writeFrame(out, &header{Kind: kindDone}, nil)
}
