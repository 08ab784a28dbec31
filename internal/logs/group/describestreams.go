package group

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const byLastEvent = "LastEventTime"

// DescribeLogStreams lists streams by name or by the time of their last event.
func (s *Service) DescribeLogStreams(c *op.Call, in *api.DescribeLogStreamsInput) (*api.DescribeLogStreamsOutput, error) {
	name, err := logs.Named(c, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	prefix, order := logs.Text(in.LogStreamNamePrefix), logs.Text(in.OrderBy)
	if order == byLastEvent && in.LogStreamNamePrefix != nil {
		return nil, logs.Invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	group := store.K(g.Account, g.Region, g.ID)
	pager := logs.Pager{
		Tokens: s.Tokens, Purpose: "logs.streams", Under: group,
		Binding: []string{c.Account, c.Region, name, prefix, order, boolText(in.Descending)},
	}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	limit := page(in.Limit)
	var rows []found
	if order == byLastEvent {
		rows, err = byTime(c.Tx, group, after, in.Descending != nil && *in.Descending, limit+1)
	} else {
		rows, err = byName(c.Tx, logs.Prefix(group, prefix), after, in.Descending != nil && *in.Descending, limit+1)
	}
	if err != nil {
		return nil, err
	}
	out := &api.DescribeLogStreamsOutput{LogStreams: []api.LogStream{}}
	if len(rows) > limit {
		rows = rows[:limit]
		out.NextToken = pager.Next(rows[limit-1].at)
	}
	for _, r := range rows {
		item, err := streamShape(c.Tx, g, r.activity)
		if err != nil {
			return nil, err
		}
		out.LogStreams = append(out.LogStreams, item)
	}
	return out, nil
}

// found is a stream with its place in the listing.
type found struct {
	at       store.Key
	activity *logs.Activity
}

func byName(tx store.Tx, prefix, after store.Key, descending bool, n int) ([]found, error) {
	lo, hi := []byte(prefix), []byte(prefix.After())
	if after != nil && descending {
		hi = after
	} else if after != nil {
		lo = append(append([]byte(nil), after...), 0)
	}
	var out []found
	for kv, err := range tx.Scan(logs.Streams.Name, lo, hi, descending) {
		if err != nil {
			return nil, fmt.Errorf("list log streams: %w", err)
		}
		a, err := logs.Activities.Get(tx, kv.Key)
		if err != nil {
			return nil, fmt.Errorf("statistics of log stream: %w", err)
		}
		if out = append(out, found{kv.Key, a}); len(out) == n {
			break
		}
	}
	return out, nil
}

func byTime(tx store.Tx, group, after store.Key, descending bool, n int) ([]found, error) {
	var out []found
	for r, err := range logs.Activities.ScanIndex(tx, "last", group, after, descending) {
		if err != nil {
			return nil, fmt.Errorf("list log streams: %w", err)
		}
		if out = append(out, found{r.Position, r.Row}); len(out) == n {
			break
		}
	}
	return out, nil
}

func streamShape(tx store.Tx, g *logs.Group, a *logs.Activity) (api.LogStream, error) {
	s, err := logs.Streams.Get(tx, store.K(a.Account, a.Region, a.GroupID, a.Stream))
	if err != nil {
		return api.LogStream{}, fmt.Errorf("read log stream: %w", err)
	}
	item := api.LogStream{
		LogStreamName: new(s.Name), CreationTime: new(s.Created), Arn: new(arn.LogStream(g.Region, g.Account, g.Name, s.Name)),
		StoredBytes: new(int64(0)), // always 0 since June 2019 [CloudWatch Logs: LogStream]
	}
	if a.Ingested != 0 {
		item.FirstEventTimestamp, item.LastEventTimestamp = new(a.First), new(a.Last)
		item.LastIngestionTime = new(a.Ingested)
		item.UploadSequenceToken = new(logs.SequenceToken(a.Ingested))
	}
	return item, nil
}
