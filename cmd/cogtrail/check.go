package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

// checkCommand looks over a data folder that no server uses.
func checkCommand(ctx context.Context, p *program, args []string) error {
	fs := p.flags("check", "check [--data DIR] [--state URL]")
	data := fs.String("data", "", "data folder (default ./cogtrail-data)")
	state := fs.String("state", "", "state engine: postgres://… (default embedded)")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	c, err := loadConfig("", p.getenv)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if *data != "" {
		c.Data = *data
	}
	if *state != "" {
		c.State = *state
	}
	if err := c.finish(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	e, err := openEngines(ctx, c, &clock{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	faults, err := e.check(ctx, p.stdout)
	if err = errors.Join(err, e.close()); err != nil {
		return err
	}
	if faults > 0 {
		return fmt.Errorf("%d faults found", faults)
	}
	fmt.Fprintln(p.stdout, "no fault found")
	return nil
}

// check looks over every engine and prints what it finds.
func (e *engines) check(ctx context.Context, w io.Writer) (faults int, err error) {
	if db, ok := e.state.(*sqlite.DB); ok {
		fmt.Fprintln(w, "state: integrity of the database")
		if err := db.Check(ctx); err != nil {
			fmt.Fprintln(w, "  fault:", err)
			faults++
		}
	}
	fmt.Fprintln(w, "segments: files, row counts, checksums, sequence numbers")
	report, err := e.segments.Check(ctx)
	if err != nil {
		return faults, fmt.Errorf("check segments: %w", err)
	}
	for _, f := range report.Findings {
		fmt.Fprintln(w, "  fault:", f)
		faults++
	}
	return faults, nil
}
