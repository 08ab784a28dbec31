package livetail

import (
	"io"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Times of a session. [CloudWatch Logs: StartLiveTail]
const (
	updateEvery = time.Second
	longest     = 3 * time.Hour
	maxUpdate   = 500 // events of an update
)

// stream is a session as the gateway writes it.
type stream struct {
	session *session
	tick    *time.Ticker
	end     *time.Timer
}

var _ schema.Events = (*stream)(nil)

// Next implements schema.Events.
func (s *stream) Next() (string, any, error) {
	t := s.session
	if s.tick == nil {
		s.tick, s.end = time.NewTicker(updateEvery), time.NewTimer(longest)
		if !t.service.Hub.add(t) {
			return "", nil, api.SessionStreamingException("Too many sessions are open.") // another came first
		}
		return "sessionStart", &api.LiveTailSessionStart{
			RequestId: &t.request, SessionId: &t.id, LogGroupIdentifiers: t.arns, LogStreamNames: t.streams, LogStreamNamePrefixes: t.prefixes,
			LogEventFilterPattern: t.text,
		}, nil
	}
	select {
	case <-t.ctx.Done():
		return "", nil, io.EOF
	case <-t.service.Hub.ending:
		return "", nil, io.EOF
	case <-s.end.C:
		return "", nil, api.SessionTimeoutException("The session has ended after three hours.") // (inferred)
	case <-s.tick.C:
	}
	if err := s.refresh(); err != nil {
		if t.ctx.Err() != nil {
			return "", nil, io.EOF
		}
		failure := api.SessionStreamingException("The session has ended by an unknown error.") // (inferred)
		failure.Cause = err
		return "", nil, failure
	}
	events, sampled := t.drain(maxUpdate)
	out := &api.LiveTailSessionUpdate{
		SessionMetadata: &api.LiveTailSessionMetadata{Sampled: &sampled}, SessionResults: make([]api.LiveTailSessionLogEvent, len(events)),
	}
	for i := range events {
		// Again: it may have come before a policy that holds now.
		events[i].Message = t.rules[events[i].Group].Apply(events[i].Message)
		out.SessionResults[i] = shape(&events[i])
	}
	return "sessionUpdate", out, nil
}

// refresh reads the policies again, so that one put during the session holds.
func (s *stream) refresh() error {
	t := s.session
	return t.service.State.View(t.ctx, func(tx store.Tx) error {
		rules, err := t.read(tx)
		if err == nil {
			t.mu.Lock()
			t.rules = rules
			t.mu.Unlock()
		}
		return err
	})
}

func shape(e *logs.Event) api.LiveTailSessionLogEvent {
	return api.LiveTailSessionLogEvent{
		LogStreamName: &e.Stream, LogGroupIdentifier: new(e.Account + ":" + e.Group), Message: new(string(e.Message)),
		Timestamp: &e.Time, IngestionTime: &e.Ingested,
	}
}

// Close implements io.Closer.
func (s *stream) Close() error {
	s.session.service.Hub.remove(s.session)
	if s.tick != nil {
		s.tick.Stop()
		s.end.Stop()
	}
	return nil
}
