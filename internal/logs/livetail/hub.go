package livetail

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

// Bounds of sessions. [CloudWatch Logs: quotas]
const (
	maxOfAccount = 15
	maxSessions  = 100
	maxBuffered  = 5000
	maxBytes     = 16 << 20 // of the messages a session buffers, and
	maxSent      = 4 << 20  // of those of an update; one message always fits
)

// Hub hands events to the sessions that are open.
type Hub struct {
	open     atomic.Int64 // sessions, so that Publish costs nothing without any
	mu       sync.Mutex
	sessions map[*session]struct{}
	ending   chan struct{} // closed by Close
}

// NewHub makes a hub without sessions.
func NewHub() *Hub {
	return &Hub{sessions: make(map[*session]struct{}), ending: make(chan struct{})}
}

// Watched tells whether anybody would see published events.
func (h *Hub) Watched() bool { return h.open.Load() > 0 }

// Publish hands over events that have just become visible.
func (h *Hub) Publish(events []logs.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.sessions {
		s.take(events)
	}
}

// Close ends all sessions, those too that begin later.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case <-h.ending:
	default:
		close(h.ending)
	}
}

// room tells whether an account may open one more session.
func (h *Hub) room(account, region string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.roomLocked(account, region)
}

func (h *Hub) roomLocked(account, region string) bool {
	n := 0
	for s := range h.sessions {
		if s.account == account && s.region == region {
			n++
		}
	}
	return n < maxOfAccount && len(h.sessions) < maxSessions
}

// add opens a session, if there is room.
func (h *Hub) add(s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.roomLocked(s.account, s.region) {
		return false
	}
	h.sessions[s] = struct{}{}
	h.open.Add(1)
	return true
}

func (h *Hub) remove(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.sessions[s]; ok {
		delete(h.sessions, s)
		h.open.Add(-1)
	}
}

// session is one client's tail.
type session struct {
	service         *Service
	ctx             context.Context
	account, region string
	id, request     string
	groups          []string // names
	arns            []string
	streams         []string
	prefixes        []string
	text            *string // of the pattern, as given
	pattern         *pattern.Pattern

	mu      sync.Mutex
	rules   map[string]*mask.Rules // by group
	buffer  []logs.Event
	size    int  // of the buffer's messages
	dropped bool // since the last update
}

// take keeps the events that the session is about.
func (s *session) take(events []logs.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range events {
		e := events[i]
		if e.Account != s.account || e.Region != s.region || !slices.Contains(s.groups, e.Group) || !s.follows(e.Stream) {
			continue
		}
		e.Message = s.rules[e.Group].Apply(e.Message)
		if !s.pattern.Match(e.Message) {
			continue
		}
		if len(s.buffer) == maxBuffered || len(s.buffer) > 0 && s.size+len(e.Message) > maxBytes {
			s.forget(len(s.buffer)/10 + 1)
		}
		s.buffer = append(s.buffer, e)
		s.size += len(e.Message)
	}
}

// forget drops the oldest n events of the buffer.
func (s *session) forget(n int) {
	for i := range s.buffer[:n] {
		s.size -= len(s.buffer[i].Message)
	}
	s.buffer = slices.Delete(s.buffer, 0, n)
	s.dropped = true
}

func (s *session) follows(stream string) bool {
	if len(s.streams) == 0 && len(s.prefixes) == 0 {
		return true
	}
	return slices.Contains(s.streams, stream) || slices.ContainsFunc(s.prefixes, func(p string) bool { return strings.HasPrefix(stream, p) })
}

// drain returns what the buffer holds, at most max of it spread evenly, and whether
// some is missing.
func (s *session) drain(max int) (events []logs.Event, sampled bool) {
	s.mu.Lock()
	all, sampled := s.buffer, s.dropped
	s.buffer, s.size, s.dropped = nil, 0, false
	s.mu.Unlock()
	n := min(len(all), max)
	size := 0
	for i := range n {
		e := all[i*len(all)/n]
		if size += len(e.Message); size > maxSent && i > 0 {
			return events, true
		}
		events = append(events, e)
	}
	return events, sampled || n < len(all)
}
