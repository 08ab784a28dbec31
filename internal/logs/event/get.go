package event

import (
	"context"
	"fmt"
	"math"
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxPage bounds a page of events: AWS answers 1 MB or 10,000 events.
const (
	maxPage      = 10_000
	maxPageBytes = 1 << 20
)

// got is a page read before the transaction.
type got struct {
	group  string
	readAt int64
	events []logs.Event // in order of time
	in     *cursor      // from the token, nil without one
	from   int64
	err    error
}

// stageGet reads the page. Its refusals wait until Run has found the stream.
func (s *Service) stageGet(c *op.Call, in *api.GetLogEventsInput) *got {
	g := &got{readAt: c.Now.UnixMilli()}
	g.err = s.readGet(c, c, in, g)
	return g
}

func (s *Service) readGet(ctx context.Context, c *op.Call, in *api.GetLogEventsInput, g *got) error {
	var err error
	if g.group, err = logs.Named(c, in.LogGroupName, in.LogGroupIdentifier); err != nil {
		return err
	}
	r := logs.Request{
		Account: c.Account, Region: c.Region, Group: g.group, Streams: []string{in.LogStreamName},
		Limit: maxPage, MaxBytes: maxPageBytes, Backward: in.StartFromHead == nil || !*in.StartFromHead,
	}
	if in.StartTime != nil {
		r.From = *in.StartTime
	}
	if in.EndTime != nil {
		if r.To = *in.EndTime; r.To <= r.From {
			r.To = 0 // an empty range; 0 would leave the end open
			g.from = r.From
			return s.openGet(c, in, g)
		}
	}
	if in.Limit != nil {
		r.Limit = int(min(max(*in.Limit, 1), maxPage))
	}
	g.from = r.From
	if err := s.openGet(c, in, g); err != nil {
		return err
	}
	if g.in != nil {
		r.Backward, r.After = g.in.backward, &g.in.place
	}
	p, err := s.Reader.Events(ctx, r)
	if err != nil {
		return fmt.Errorf("read log stream: %w", err)
	}
	g.events = p.Events
	if r.Backward {
		slices.Reverse(g.events)
	}
	return nil
}

func (s *Service) openGet(c *op.Call, in *api.GetLogEventsInput, g *got) error {
	if in.NextToken == nil {
		return nil
	}
	cur, err := openCursor(s.Tokens, *in.NextToken, c.Account, c.Region, g.group, in.LogStreamName)
	if err != nil {
		return err
	}
	g.in = &cur
	return nil
}

// GetLogEvents returns a page of a stream's events, oldest first within the page.
func (s *Service) GetLogEvents(c *op.Call, in *api.GetLogEventsInput) (*api.GetLogEventsOutput, error) {
	name, err := logs.Named(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	row, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, row)
	has, err := logs.Streams.Has(c.Tx, store.K(row.Account, row.Region, row.ID, in.LogStreamName))
	if err != nil {
		return nil, fmt.Errorf("look for log stream: %w", err)
	}
	if !has {
		return nil, logs.NoStream()
	}
	rules, err := s.rules(c, row, in.Unmask)
	if err != nil {
		return nil, err
	}
	g, _ := c.Staged.(*got)
	if g == nil || g.readAt <= row.Created {
		// Nothing was staged, or it may be of an older group of this name.
		g = s.stageGet(c, in)
	}
	if g.err != nil {
		return nil, g.err
	}
	out := &api.GetLogEventsOutput{Events: make([]api.OutputLogEvent, len(g.events))}
	for i := range g.events {
		e := &g.events[i]
		out.Events[i] = api.OutputLogEvent{Timestamp: &e.Time, Message: new(string(rules.Apply(e.Message))), IngestionTime: &e.Ingested}
	}
	forward, backward := g.cursors()
	seal := func(cur cursor) *string {
		if g.in != nil && cur == *g.in {
			return in.NextToken // the end is reached when the same token returns
		}
		return new(sealCursor(s.Tokens, cur, c.Account, c.Region, g.group, in.LogStreamName))
	}
	out.NextForwardToken, out.NextBackwardToken = seal(forward), seal(backward)
	return out, nil
}

// cursors are the places before and after the page.
func (g *got) cursors() (forward, backward cursor) {
	if n := len(g.events); n > 0 {
		first, last := &g.events[0], &g.events[n-1]
		return cursor{false, logs.Position{Time: last.Time, Ord: last.Ord}}, cursor{true, logs.Position{Time: first.Time, Ord: first.Ord}}
	}
	at := cursor{false, logs.Position{Time: g.from - 1, Ord: math.MaxInt64}}
	if g.in != nil {
		at = *g.in
	}
	if at.backward {
		return at.turned(), at
	}
	return at, at.turned()
}
