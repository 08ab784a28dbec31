package event

import (
	"context"
	"fmt"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Bounds of what one FilterLogEvents reads. What is left comes with its token.
const (
	searchBytes  = 64 << 20
	searchEvents = 200_000
	searchPage   = 5_000
)

// sought is a page found before the transaction.
type sought struct {
	readAt int64
	rules  *mask.Rules    // of the search
	events []logs.Event   // masked
	next   *logs.Position // nil at the end
	err    error
}

func (s *Service) stageFilter(c *op.Call, in *api.FilterLogEventsInput) *sought {
	f := &sought{readAt: c.Now.UnixMilli()}
	if group, err := logs.Named(c, in.LogGroupName, in.LogGroupIdentifier); err == nil && !asked(in.Unmask) {
		f.err = s.State.View(c, func(tx store.Tx) (err error) {
			f.rules, err = s.Masks.For(tx, c.Account, c.Region, group)
			return err
		})
	}
	if f.err == nil {
		f.err = s.readFilter(c, c, in, f)
	}
	return f
}

func (s *Service) readFilter(ctx context.Context, c *op.Call, in *api.FilterLogEventsInput, f *sought) error {
	group, err := logs.Named(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return err
	}
	if len(in.LogStreamNames) > 0 && in.LogStreamNamePrefix != nil {
		return logs.Invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.") // (inferred)
	}
	p, err := pattern.Parse(logs.Text(in.FilterPattern))
	if err != nil {
		return logs.Invalid(err.Error())
	}
	r := logs.Request{
		Account: c.Account, Region: c.Region, Group: group, Streams: in.LogStreamNames,
		StreamPrefix: logs.Text(in.LogStreamNamePrefix), Limit: searchPage, MaxBytes: maxPageBytes * 4,
	}
	if in.StartTime != nil {
		r.From = *in.StartTime
	}
	if in.EndTime != nil {
		if *in.EndTime < r.From {
			return logs.Invalid("startTime must not be greater than endTime.") // (inferred)
		}
		r.To = *in.EndTime + 1 // inclusive, unlike GetLogEvents
	}
	limit := maxPage
	if in.Limit != nil {
		limit = int(min(max(*in.Limit, 1), maxPage))
	}
	if in.NextToken != nil {
		raw, err := s.Tokens.OpenToken(filterPurpose, *in.NextToken, filterBinding(c, group, in)...)
		place, ok := decodePlace(raw)
		if err != nil || !ok {
			return logs.BadToken()
		}
		r.After = &place
	}
	return s.search(ctx, r, p, limit, f)
}

// search reads on until the page is full, the events end or the call has read enough.
func (s *Service) search(ctx context.Context, r logs.Request, p *pattern.Pattern, limit int, f *sought) error {
	looked, read, size := 0, 0, 0
	for {
		if p.Kind() == pattern.Everything {
			r.Limit = min(searchPage, limit-len(f.events))
		}
		page, err := s.Reader.Events(ctx, r)
		if err != nil {
			return fmt.Errorf("search log group: %w", err)
		}
		for i := range page.Events {
			e := &page.Events[i]
			read += len(e.Message)
			// What is hidden cannot be searched for either: a pattern would tell it.
			e.Message = f.rules.Apply(e.Message)
			place := logs.Position{Time: e.Time, Ord: e.Ord}
			if p.Match(e.Message) {
				if len(f.events) > 0 && size+len(e.Message) > maxPageBytes {
					f.next = r.After
					return nil
				}
				size += len(e.Message)
				f.events = append(f.events, *e)
			}
			r.After = &place
			if len(f.events) == limit {
				if i < len(page.Events)-1 || page.More {
					f.next = &place
				}
				return nil
			}
		}
		if !page.More || len(page.Events) == 0 {
			return nil
		}
		if looked += len(page.Events); looked >= searchEvents || read >= searchBytes {
			f.next = r.After
			return nil
		}
	}
}

// FilterLogEvents returns the events of a group that a pattern chooses, in the
// order of time over all its streams.
func (s *Service) FilterLogEvents(c *op.Call, in *api.FilterLogEventsInput) (*api.FilterLogEventsOutput, error) {
	name, err := logs.Named(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	row, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, row)
	for _, stream := range in.LogStreamNames {
		has, err := logs.Streams.Has(c.Tx, store.K(row.Account, row.Region, row.ID, stream))
		if err != nil {
			return nil, fmt.Errorf("look for log stream: %w", err)
		}
		if !has {
			return nil, logs.NoStream()
		}
	}
	rules, err := s.rules(c, row, in.Unmask)
	if err != nil {
		return nil, err
	}
	f, _ := c.Staged.(*sought)
	if f == nil || f.readAt <= row.Created || !rules.Equal(f.rules) {
		f = &sought{readAt: c.Now.UnixMilli(), rules: rules}
		f.err = s.readFilter(c, c, in, f)
	}
	if f.err != nil {
		return nil, f.err
	}
	out := &api.FilterLogEventsOutput{
		Events:             make([]api.FilteredLogEvent, len(f.events)),
		SearchedLogStreams: []api.SearchedLogStream{}, // always empty since 15 May 2020
	}
	for i := range f.events {
		e := &f.events[i]
		out.Events[i] = api.FilteredLogEvent{
			LogStreamName: &e.Stream, Timestamp: &e.Time, Message: new(string(e.Message)), IngestionTime: &e.Ingested,
			EventId: new(logs.EventID(e)),
		}
	}
	if f.next != nil {
		out.NextToken = new(s.Tokens.SealToken(filterPurpose, encodePlace(*f.next), filterBinding(c, name, in)...))
	}
	return out, nil
}

func filterBinding(c *op.Call, group string, in *api.FilterLogEventsInput) []string {
	return []string{
		c.Account, c.Region, group, logs.Text(in.FilterPattern), logs.Text(in.LogStreamNamePrefix),
		strings.Join(in.LogStreamNames, ":"), // no name holds a colon
	}
}
