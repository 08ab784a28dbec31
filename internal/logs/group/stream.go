package group

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CreateLogStream makes an empty stream.
func (s *Service) CreateLogStream(c *op.Call, in *api.CreateLogStreamInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	if _, err := logs.AddStream(c.Tx, g, in.LogStreamName, c.Now.UnixMilli()); err != nil {
		if errors.Is(err, store.ErrExists) {
			return api.ResourceAlreadyExistsException("The specified log stream already exists")
		}
		return fmt.Errorf("new log stream: %w", err)
	}
	return nil
}

// goneMS is how long a deleted stream is remembered: far longer than a row
// stays in the outbox.
const goneMS = 24 * 60 * 60 * 1000

// DeleteLogStream removes a stream with its events.
func (s *Service) DeleteLogStream(c *op.Call, in *api.DeleteLogStreamInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	key := store.K(g.Account, g.Region, g.ID, in.LogStreamName)
	if err := logs.Streams.Delete(c.Tx, key); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return logs.NoStream()
		}
		return fmt.Errorf("delete log stream: %w", err)
	}
	if err := logs.Activities.Delete(c.Tx, key); err != nil {
		return fmt.Errorf("statistics of log stream: %w", err)
	}
	now := c.Now.UnixMilli()
	if err := s.Marks.Forget(c.Tx, g.Account, g.Region, g.Name, in.LogStreamName, now); err != nil {
		return fmt.Errorf("hide events of log stream: %w", err)
	}
	if err := pruneGone(c.Tx, g, now-goneMS); err != nil {
		return err
	}
	gone := &logs.Gone{Account: g.Account, Region: g.Region, GroupID: g.ID, Stream: in.LogStreamName, At: now}
	if err := logs.GoneStreams.Put(c.Tx, gone); err != nil {
		return fmt.Errorf("remember deleted log stream: %w", err)
	}
	return nil
}

// pruneGone drops a few marks older than before, so that they cannot pile up.
func pruneGone(tx store.Tx, g *logs.Group, before int64) error {
	var old []store.Key
	looked := 0
	for m, err := range logs.GoneStreams.Scan(tx, store.K(g.Account, g.Region, g.ID), nil) {
		if err != nil {
			return fmt.Errorf("deleted log streams: %w", err)
		}
		if looked++; looked > 100 {
			break
		}
		if m.At < before {
			old = append(old, logs.GoneStreams.Key(m))
		}
	}
	for _, k := range old {
		if err := logs.GoneStreams.Delete(tx, k); err != nil {
			return fmt.Errorf("deleted log streams: %w", err)
		}
	}
	return nil
}
