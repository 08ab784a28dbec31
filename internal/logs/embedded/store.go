package embedded

import (
	"context"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
)

// Store shows a segment store as the logs services want it.
type Store struct{ *segment.Store }

var (
	_ logs.Reader     = Store{}
	_ logs.Marks      = Store{}
	_ insight.Sources = Store{}
)

// Events implements logs.Reader.
func (s Store) Events(ctx context.Context, r logs.Request) (logs.Page, error) {
	req := segment.EventsRequest{
		Account: r.Account, Region: r.Region, Group: r.Group, Streams: r.Streams, StreamPrefix: r.StreamPrefix,
		From: r.From, To: r.To, Backward: r.Backward, Limit: r.Limit, MaxBytes: r.MaxBytes,
	}
	if r.After != nil {
		req.After = &segment.Position{Time: r.After.Time, Ord: r.After.Ord}
	}
	res, err := s.Store.Events(ctx, req)
	if err != nil {
		return logs.Page{}, err
	}
	p := logs.Page{Events: make([]logs.Event, len(res.Rows)), More: res.More}
	for i := range res.Rows {
		p.Events[i] = eventOf(&res.Rows[i])
	}
	return p, nil
}

func eventOf(r *segment.Row) logs.Event {
	return logs.Event{
		Account: r.Account, Region: r.Region, Group: r.Group, Stream: r.Stream,
		Time: r.Time, Ingested: r.Ingested, Ord: r.Ord, Message: r.Message,
	}
}

// Forget implements logs.Marks.
func (s Store) Forget(tx store.Tx, account, region, group, stream string, before int64) error {
	return segment.MarkDeleted(tx, account, region, group, stream, before)
}

// Retain implements logs.Marks.
func (s Store) Retain(tx store.Tx, account, region, group string, days int) error {
	return segment.SetRetention(tx, account, region, group, days)
}
