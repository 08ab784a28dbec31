package subscription

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Bounds of a parcel and of a lane.
const (
	maxEvents    = 10_000
	maxText      = 1 << 20 // bytes of the messages of a parcel; one event always fits
	maxParcels   = 10_000
	maxLaneBytes = 64 << 20
)

// Settle chooses among delivered events for the filters of their groups, in the
// drainer's transaction. now is in milliseconds.
func (s *Service) Settle(tx store.Tx, now int64, events []logs.Event) error {
	type groupKey struct{ account, region, group string }
	work := make(map[groupKey][]*choice)
	var order []*choice
	for i := range events {
		e := &events[i]
		k := groupKey{e.Account, e.Region, e.Group}
		choices, known := work[k]
		if !known {
			var err error
			if choices, err = s.open(tx, e); err != nil {
				return err
			}
			work[k] = choices
			order = append(order, choices...)
		}
		for _, c := range choices {
			if e.Ingested >= c.filter.Created && c.pattern.Match(e.Message) {
				c.add(e)
			}
		}
	}
	for _, c := range order {
		if err := s.hand(tx, now, c); err != nil {
			return fmt.Errorf("subscription filter %s of log group %s: %w", c.filter.Name, c.filter.Group, err)
		}
	}
	return nil
}

// choice is what one filter chose of a batch, by stream.
type choice struct {
	filter  *logs.Subscription
	pattern *pattern.Pattern
	streams map[string][]*logs.Event
	order   []string
}

func (c *choice) add(e *logs.Event) {
	if _, known := c.streams[e.Stream]; !known {
		c.order = append(c.order, e.Stream)
	}
	c.streams[e.Stream] = append(c.streams[e.Stream], e)
}

// open reads the filters of a group.
func (s *Service) open(tx store.Tx, e *logs.Event) ([]*choice, error) {
	var out []*choice
	for f, err := range logs.Subscriptions.Scan(tx, store.K(e.Account, e.Region, e.Group), nil) {
		if err != nil {
			return nil, fmt.Errorf("subscription filters of log group %s: %w", e.Group, err)
		}
		p, err := s.pattern(f.Pattern)
		if err != nil {
			return nil, fmt.Errorf("subscription filter %s of log group %s: %w", f.Name, e.Group, err)
		}
		out = append(out, &choice{filter: f, pattern: p, streams: make(map[string][]*logs.Event)})
	}
	return out, nil
}

// hand brings what a filter chose on its way.
func (s *Service) hand(tx store.Tx, now int64, c *choice) error {
	if len(c.order) == 0 {
		return nil
	}
	to, _, err := resolve(tx, c.filter.Destination)
	if err != nil {
		return err
	}
	if v, a, err := kindOf(to); err == nil && v == logGroup {
		g, err := groupOf(tx, a.Account, a.Region, groupName(a))
		if err != nil {
			return err
		}
		return s.forward(tx, now, c, g)
	}
	for _, stream := range c.order {
		m := &message{Type: "DATA_MESSAGE", Owner: c.filter.Account, Group: c.filter.Group, Stream: stream, Filters: []string{c.filter.Name}}
		size := 0
		for _, e := range c.streams[stream] {
			if len(m.Events) == maxEvents || len(m.Events) > 0 && size+len(e.Message) > maxText {
				if err := s.enqueue(tx, c.filter, m); err != nil {
					return err
				}
				m.Events, size = nil, 0
			}
			size += len(e.Message)
			m.Events = append(m.Events, choose(e, c.pattern))
		}
		if err := s.enqueue(tx, c.filter, m); err != nil {
			return err
		}
	}
	return nil
}

// forward adds what was chosen to another group. What that group forwards itself,
// or a group that is gone, takes nothing.
func (s *Service) forward(tx store.Tx, now int64, c *choice, to *logs.Group) error {
	n := int64(0)
	for _, events := range c.streams {
		n += int64(len(events))
	}
	if to == nil {
		return s.count(tx, c.filter, now, "DeliveryErrors", n)
	}
	for f, err := range logs.Subscriptions.Scan(tx, store.K(to.Account, to.Region, to.Name), nil) {
		if err != nil {
			return fmt.Errorf("subscription filters of the target: %w", err)
		}
		next, _, err := resolve(tx, f.Destination)
		if err != nil {
			return err
		}
		if v, _, err := kindOf(next); err == nil && v == logGroup {
			return s.count(tx, c.filter, now, "DeliveryErrors", n)
		}
	}
	for _, stream := range c.order {
		events := make([]logs.Event, len(c.streams[stream]))
		for i, e := range c.streams[stream] {
			events[i] = *e
		}
		if err := s.Forward(tx, to, stream, now, events); err != nil {
			return fmt.Errorf("forward to log group %s: %w", to.Name, err)
		}
	}
	return s.count(tx, c.filter, now, "ForwardedLogEvents", n)
}

// resolve returns the ARN behind a filter's destination: its own, or the target of
// a logical one, empty if that is gone.
func resolve(tx store.Tx, text string) (target string, logical bool, err error) {
	v, a, err := kindOf(text)
	if err != nil || v != destination {
		return text, false, nil
	}
	d, err := logs.Destinations.Get(tx, store.K(a.Account, a.Region, strings.TrimPrefix(a.Resource, "destination:")))
	if errors.Is(err, store.ErrNotFound) {
		return "", true, nil
	}
	if err != nil {
		return "", true, fmt.Errorf("destination: %w", err)
	}
	return d.Target, true, nil
}

// groupOf returns a group, nil if there is none.
func groupOf(tx store.Tx, account, region, name string) (*logs.Group, error) {
	g, err := logs.FindGroup(tx, account, region, name)
	if isRefusal(err) {
		return nil, nil
	}
	return g, err
}

func isRefusal(err error) bool {
	_, ok := errors.AsType[*schema.Error](err)
	return ok
}

// enqueue adds a message to a filter's lane, and a job if none is on its way.
func (s *Service) enqueue(tx store.Tx, f *logs.Subscription, m *message) error {
	if len(m.Events) == 0 {
		return nil
	}
	now := s.Now()
	data, err := pack(m)
	if err != nil {
		return err
	}
	l, err := lane(tx, f.Account, f.Region, f.Group, f.Name)
	if err != nil {
		return err
	}
	if l.Parcels >= maxParcels || l.Bytes+int64(len(data)) > maxLaneBytes {
		return s.count(tx, f, now.UnixMilli(), "DeliveryThrottling", int64(len(m.Events)))
	}
	p := &logs.Parcel{
		Account: f.Account, Region: f.Region, Group: f.Group, Filter: f.Name, Number: l.Next, ID: uuid.NewString(), Data: data,
		Stream: m.Stream, Made: now.UnixMilli(),
	}
	if m.Type == "DATA_MESSAGE" {
		p.Events = int64(len(m.Events))
	}
	if err := logs.Parcels.Put(tx, p); err != nil {
		return fmt.Errorf("keep message: %w", err)
	}
	l.Next++
	l.Parcels++
	l.Bytes += int64(len(data))
	if !l.Active {
		l.Active = true
		if err := job.Enqueue(tx, now, f.Account, f.Region, JobKind, work{f.Group, f.Name}); err != nil {
			return err
		}
	}
	if err := logs.Lanes.Put(tx, l); err != nil {
		return fmt.Errorf("queue of subscription filter: %w", err)
	}
	return nil
}

// lane reads a filter's lane, or makes an empty one.
func lane(tx store.Tx, account, region, group, filter string) (*logs.Lane, error) {
	l, err := logs.Lanes.Get(tx, store.K(account, region, group, filter))
	if errors.Is(err, store.ErrNotFound) {
		return &logs.Lane{Account: account, Region: region, Group: group, Filter: filter}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("queue of subscription filter: %w", err)
	}
	return l, nil
}

// count adds to a metric of AWS/Logs. [CloudWatch Logs: monitoring with CloudWatch metrics]
func (s *Service) count(tx store.Tx, f *logs.Subscription, now int64, name string, n int64) error {
	if n == 0 {
		return nil
	}
	kind := string(webhook)
	if v, _, err := kindOf(f.Destination); err == nil {
		kind = string(v)
	}
	var sum series.Summary
	if err := sum.Add(float64(n), 1); err != nil {
		return fmt.Errorf("metric %s: %w", name, err)
	}
	unit := "Count"
	if name == "ForwardedBytes" {
		unit = "Bytes"
	}
	dims := map[string]string{"LogGroupName": f.Group, "DestinationType": kind, "FilterName": f.Name}
	if err := s.Emit(tx, f.Account, f.Region, "AWS/Logs", name, dims, unit, time.UnixMilli(now).UTC(), sum); err != nil {
		return fmt.Errorf("metric %s: %w", name, err)
	}
	return nil
}
