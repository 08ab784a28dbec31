package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/store"
)

// swap is a handler that can be exchanged while no call runs.
type swap struct {
	mu sync.RWMutex
	h  http.Handler
}

// ServeHTTP serves with the handler of the moment. The call that asks for the
// exchange is the one that does not hold it up.
func (s *swap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.RLock()
	h := s.h
	if r.URL.Path == ownapi.Prefix+"reset" {
		s.mu.RUnlock()
		h.ServeHTTP(w, r)
		return
	}
	defer s.mu.RUnlock()
	h.ServeHTTP(w, r)
}

// aloneTime bounds how long a reset waits for running calls.
const aloneTime = 10 * time.Second

// alone waits until no call runs and keeps it so until mu is unlocked. Calls that come
// meanwhile are served: one that takes long must not hold up all others.
func (s *swap) alone(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, aloneTime)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !s.mu.TryLock() {
		select {
		case <-ctx.Done():
			return errors.New("calls are still running; try again")
		case <-tick.C:
		}
	}
	return nil
}

// reset empties everything (dev mode): it waits for running calls, stops
// background work, removes the data and starts anew with the same keys. The
// new state gets the record of it before anything else.
func (s *server) reset(ctx context.Context, record func(store.State) error) error {
	if s.config.State != "" || s.config.Objects != "" {
		return errors.New("only the embedded engines can be reset")
	}
	select {
	case s.life <- struct{}{}:
	default:
		return errors.New("the server is stopping, or being reset")
	}
	defer func() { <-s.life }()
	s.parts.tails.Close()
	if err := s.calls.alone(ctx); err != nil {
		return err
	}
	defer s.calls.mu.Unlock()
	ctx = context.WithoutCancel(ctx) // a client that goes away must not leave half a server
	s.stopBackground()
	if err := s.engines.close(); err != nil {
		return fmt.Errorf("close engines: %w", err)
	}
	for _, name := range []string{"state.db", "state.db-wal", "state.db-shm", "segments", "objects"} {
		if err := os.RemoveAll(filepath.Join(s.config.Data, name)); err != nil {
			return fmt.Errorf("remove data: %w", err)
		}
	}
	var err error
	if s.engines, err = openEngines(ctx, s.config, s.clock, s.log); err != nil {
		return err
	}
	if err := record(s.engines.state); err != nil {
		return s.engines.failed(fmt.Errorf("record of the reset: %w", err))
	}
	if s.parts, err = build(ctx, s); err != nil {
		return s.engines.failed(err)
	}
	s.calls.h = s.parts.handler
	s.startBackground(ctx)
	s.parts.own.Ready(true)
	return nil
}
