package crash

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// gone tells that an error is the end of the connection, not an answer.
func gone(err error) bool {
	var network net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.As(err, &network)
}

// patience bounds the wait until what was committed is drained and readable.
const patience = 30 * time.Second

// found is everything that a scene left in the server.
type found struct {
	users   map[string]string // name to sub
	objects map[string]bool
	lines   map[string]int
	history map[string][]server.Event // by operation
	group   map[string][]server.Event // copies of the trail, by operation
}

func (sc *scene) read(ctx context.Context, s *server.Server) (*found, error) {
	f := &found{objects: map[string]bool{}, lines: map[string]int{}, history: map[string][]server.Event{}, group: map[string][]server.Event{}}
	var err error
	if f.users, err = s.Users(ctx, sc.pool.ID); err != nil {
		return nil, err
	}
	if err := sc.readObjects(ctx, s, f); err != nil {
		return nil, err
	}
	lines, err := s.LogLines(ctx, sc.group, sc.began.Add(-time.Minute))
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		f.lines[l]++
	}
	for _, name := range []string{signUp, adminCreate} {
		events, err := s.Events(ctx, sc.began, name)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if sc.mine(e) {
				f.history[name] = append(f.history[name], e)
			}
		}
	}
	copies, err := s.GroupEvents(ctx, sc.trail.Group, sc.began.Add(-time.Second))
	if err != nil {
		return nil, err
	}
	for _, e := range copies {
		if sc.mine(e) {
			f.group[e.EventName] = append(f.group[e.EventName], e)
		}
	}
	return f, nil
}

// mine tells that an event is a success of this scene's writers.
func (sc *scene) mine(e server.Event) bool {
	if e.ErrorCode != "" || e.RequestParameters == nil {
		return false
	}
	switch e.EventName {
	case signUp:
		return e.RequestParameters["clientId"] == sc.pool.Client
	case adminCreate:
		return e.RequestParameters["userPoolId"] == sc.pool.ID
	case putObject:
		key, _ := e.RequestParameters["key"].(string)
		return strings.HasPrefix(key, sc.prefix)
	}
	return false
}

func (sc *scene) readObjects(ctx context.Context, s *server.Server, f *found) error {
	next := ""
	for {
		q := url.Values{"list-type": {"2"}, "prefix": {sc.prefix}}
		if next != "" {
			q.Set("continuation-token", next)
		}
		a, err := s.S3(ctx, &s.Root, "GET", "/"+sc.trail.Data+"?"+q.Encode(), nil, nil)
		if err == nil {
			err = a.Err()
		}
		if err != nil {
			return fmt.Errorf("list objects: %w", err)
		}
		var page struct {
			Contents              []struct{ Key string }
			NextContinuationToken string
		}
		if err := xml.Unmarshal(a.Body, &page); err != nil {
			return fmt.Errorf("decode list: %w", err)
		}
		for _, c := range page.Contents {
			f.objects[strings.TrimPrefix(c.Key, sc.prefix)] = true
		}
		if next = page.NextContinuationToken; next == "" {
			return nil
		}
	}
}

// check compares the journal, the state and the records. It reads again until
// everything acknowledged is visible or patience ends, and returns what is wrong.
func (sc *scene) check(ctx context.Context, s *server.Server) (*found, error) {
	for deadline := time.Now().Add(patience); ; {
		f, err := sc.read(ctx, s)
		if err != nil {
			return nil, err
		}
		faults := append(sc.missing(f), sc.joined(f)...)
		if len(faults) == 0 || time.Now().After(deadline) {
			return f, errors.Join(faults...)
		}
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// missing lists acknowledged changes that are not there, or not recorded exactly once.
func (sc *scene) missing(f *found) (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for kind, acks := range sc.acks {
		history, group := byRequest(f.history[kind]), byRequest(f.group[kind])
		for _, a := range acks {
			there := true
			switch kind {
			case signUp, adminCreate:
				there = f.users[a.key] != ""
			case putObject:
				there = f.objects[a.key]
			case putLog:
				if n := f.lines[a.key]; n != 1 {
					fault("acknowledged log event %s is there %d times", a.key, n)
				}
				continue
			}
			if !there {
				fault("acknowledged %s of %s is lost", kind, a.key)
			}
			if n := history[a.request]; kind != putObject && n != 1 {
				fault("acknowledged %s of %s is %d times in Event history", kind, a.key, n)
			}
			if n := group[a.request]; n != 1 {
				fault("acknowledged %s of %s is %d times in the trail's log group", kind, a.key, n)
			}
		}
	}
	for l, n := range f.lines {
		if n > 1 {
			fault("log event %s is there %d times", l, n)
		}
	}
	return faults
}

func byRequest(events []server.Event) map[string]int {
	out := make(map[string]int, len(events))
	for _, e := range events {
		out[e.RequestID]++
	}
	return out
}

// joined lists changes without record and records without change, of all that
// was acknowledged or not.
func (sc *scene) joined(f *found) (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for where, events := range map[string]map[string][]server.Event{"Event history": f.history, "the log group": f.group} {
		subs := map[string]int{}
		ids := map[string]bool{}
		for _, kind := range []string{signUp, adminCreate} {
			for _, e := range events[kind] {
				subs[subject(e)]++
			}
		}
		for _, list := range events {
			for _, e := range list {
				if ids[e.EventID] {
					fault("event %s is twice in %s", e.EventID, where)
				}
				ids[e.EventID] = true
			}
		}
		for name, sub := range f.users {
			if subs[sub] != 1 {
				fault("user %s has %d records in %s", name, subs[sub], where)
			}
			delete(subs, sub)
		}
		for sub := range subs {
			fault("a record in %s is about user %q, who is not there", where, sub)
		}
	}
	puts := map[string]int{}
	for _, e := range f.group[putObject] {
		key, _ := e.RequestParameters["key"].(string)
		puts[strings.TrimPrefix(key, sc.prefix)]++
	}
	for key := range f.objects {
		if puts[key] != 1 {
			fault("object %s has %d records", key, puts[key])
		}
		delete(puts, key)
	}
	for key := range puts {
		fault("a record is about object %s, which is not there", key)
	}
	return faults
}

// subject is the sub a record is about.
func subject(e server.Event) string { return e.AdditionalEventData.Sub }

// changes counts everything the scene left.
func (f *found) changes() int { return len(f.users) + len(f.objects) + len(f.lines) }

// element is the text of the first XML element of a name, empty if there is none.
func element(body, name string) string {
	_, rest, ok := strings.Cut(body, "<"+name+">")
	if !ok {
		return ""
	}
	text, _, _ := strings.Cut(rest, "<")
	return text
}
