package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/fsblob"
	"github.com/cogtrail/cogtrail/internal/store/postgres"
	"github.com/cogtrail/cogtrail/internal/store/s3blob"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// engines are the storage of one server. This file is the only list of engines.
type engines struct {
	state    store.State
	blob     store.Blob
	segments *segment.Store
}

// openEngines opens what the configuration names.
func openEngines(ctx context.Context, c *Config, clk *clock, log *slog.Logger) (*engines, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	e := &engines{}
	var err error
	if strings.HasPrefix(c.State, "postgres") {
		e.state, err = postgres.Open(ctx, c.State, postgres.Options{})
	} else {
		e.state, err = sqlite.Open(c.Data, sqlite.Options{})
	}
	if err != nil {
		return nil, fmt.Errorf("open state engine: %w", err)
	}
	if c.Objects != "" {
		e.blob, err = s3blob.Open(ctx, c.Objects)
	} else {
		e.blob, err = fsblob.Open(filepath.Join(c.Data, "objects"))
	}
	if err != nil {
		return nil, e.failed(fmt.Errorf("open object store: %w", err))
	}
	e.segments, err = segment.Open(ctx, e.state, c.Data, segment.Options{HistoryDays: c.History.Days, Now: clk.Now, Log: log})
	if err != nil {
		return nil, e.failed(fmt.Errorf("open log segments: %w", err))
	}
	return e, nil
}

// failed closes what was opened before err.
func (e *engines) failed(err error) error {
	if cerr := e.close(); cerr != nil {
		return fmt.Errorf("%w (and close: %w)", err, cerr)
	}
	return err
}

func (e *engines) close() error {
	var first error
	if e.segments != nil {
		first = e.segments.Close()
	}
	if e.state != nil {
		if err := e.state.Close(); first == nil {
			first = err
		}
	}
	return first
}
