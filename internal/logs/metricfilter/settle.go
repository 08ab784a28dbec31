package metricfilter

import (
	"errors"
	"fmt"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxSeries bounds the streams of values a filter fills from one batch. AWS
// disables a filter that makes more than 1,000 in an hour. [CloudWatch Logs: metric filters]
const maxSeries = 1000

// Dimensions that every event has.
const (
	accountField = "@aws.account"
	regionField  = "@aws.region"
)

// Settle applies the groups' filters to delivered events, in the drainer's
// transaction. now is in milliseconds.
func (s *Service) Settle(tx store.Tx, now int64, events []logs.Event) error {
	type groupKey struct{ account, region, group string }
	work := make(map[groupKey][]*tally)
	var order []*tally
	for i := range events {
		e := &events[i]
		k := groupKey{e.Account, e.Region, e.Group}
		tallies, known := work[k]
		if !known {
			var err error
			if tallies, err = s.open(tx, e); err != nil {
				return err
			}
			work[k] = tallies
			order = append(order, tallies...)
		}
		for _, t := range tallies {
			t.add(e)
		}
	}
	for _, t := range order {
		if err := t.save(tx, s.Emit); err != nil {
			return err
		}
	}
	return s.sweep(tx, now)
}

// open reads the filters of a group.
func (s *Service) open(tx store.Tx, e *logs.Event) ([]*tally, error) {
	var out []*tally
	for f, err := range logs.Filters.Scan(tx, store.K(e.Account, e.Region, e.Group), nil) {
		if err != nil {
			return nil, fmt.Errorf("filters of log group %s: %w", e.Group, err)
		}
		p, err := s.program(f)
		if err != nil {
			return nil, fmt.Errorf("metric filter %s of log group %s: %w", f.Name, e.Group, err)
		}
		out = append(out, &tally{filter: f, program: p, values: make(map[string]*values), minutes: make(map[int64]bool)})
	}
	return out, nil
}

// tally is what one filter makes of a batch.
type tally struct {
	filter  *logs.Filter
	program *program
	values  map[string]*values
	order   []*values
	minutes map[int64]bool // minutes with events, and whether one matched
	seen    []int64
	key     []byte
}

// values are the matches of one minute and one set of dimensions.
type values struct {
	minute     int64
	dimensions map[string]string
	sum        series.Summary
}

const minuteMS = 60_000

func (t *tally) add(e *logs.Event) {
	if e.Ingested < t.filter.Created {
		return // older than the filter: filters never look back
	}
	minute := e.Time - e.Time%minuteMS
	matched := t.program.pattern.Match(e.Message)
	if t.filter.Default != nil {
		was, known := t.minutes[minute]
		if !known {
			t.seen = append(t.seen, minute)
		}
		t.minutes[minute] = was || matched
	}
	if !matched {
		return
	}
	n, ok := t.program.value.Number(e.Message)
	if !ok {
		return // what is no number emits nothing (inferred)
	}
	v := t.stream(e, minute)
	if v == nil {
		return
	}
	// A value that CloudWatch would refuse is left out like one that is no number.
	_ = v.sum.Add(n, 1)
}

// stream finds the values that an event belongs to; nil if it lacks a dimension
// or the filter has made too many.
func (t *tally) stream(e *logs.Event, minute int64) *values {
	key := fmt.Appendf(t.key[:0], "%d", minute)
	texts := make([]string, len(t.program.dimensions))
	for i, d := range t.program.dimensions {
		text, ok := d.value.Value(e.Message)
		if !ok || text == "" {
			return nil // (inferred)
		}
		texts[i] = text
		key = fmt.Appendf(key, " %d:%s", len(text), text) // lengths keep lists of texts apart
	}
	t.key = key
	v := t.values[string(key)]
	if v == nil {
		if len(t.values) >= maxSeries {
			return nil
		}
		v = &values{minute: minute}
		if n := len(texts) + len(t.filter.System); n > 0 {
			v.dimensions = make(map[string]string, n)
		}
		for i, d := range t.program.dimensions {
			v.dimensions[d.name] = clip(texts[i])
		}
		maps.Copy(v.dimensions, system(t.filter))
		t.values[string(key)] = v
		t.order = append(t.order, v)
	}
	return v
}

func system(f *logs.Filter) map[string]string {
	out := make(map[string]string, len(f.System))
	for _, name := range f.System {
		switch name {
		case accountField:
			out[name] = f.Account
		case regionField:
			out[name] = f.Region
		}
	}
	return out
}

// maxDimension is the longest value of a dimension in bytes. [CloudWatch: Dimension]
const maxDimension = 1024

func clip(text string) string {
	if len(text) <= maxDimension {
		return text
	}
	n := maxDimension
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

func (t *tally) save(tx store.Tx, emit Emit) error {
	f := t.filter
	for _, v := range t.order {
		if v.sum.Count == 0 {
			continue
		}
		at := time.UnixMilli(v.minute).UTC()
		if err := emit(tx, f.Account, f.Region, f.Namespace, f.MetricName, v.dimensions, f.Unit, at, v.sum); err != nil {
			return fmt.Errorf("values of metric filter %s: %w", f.Name, err)
		}
	}
	for _, minute := range t.seen {
		if err := note(tx, f, minute, t.minutes[minute]); err != nil {
			return err
		}
	}
	return nil
}

// waiting is a minute in which events came for a filter with a default value.
type waiting struct {
	Account, Region, Group, Filter string
	Minute                         int64 // its start, milliseconds
	Matched                        bool
}

var defaults = store.Table[waiting]{
	Name: "logs.defaults",
	Key:  func(w *waiting) store.Key { return store.K(w.Minute, w.Account, w.Region, w.Group, w.Filter) },
}

func note(tx store.Tx, f *logs.Filter, minute int64, matched bool) error {
	w := &waiting{Account: f.Account, Region: f.Region, Group: f.Group, Filter: f.Name, Minute: minute, Matched: matched}
	old, err := defaults.Get(tx, defaults.Key(w))
	switch {
	case err == nil && (old.Matched || !matched):
		return nil
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("default value of metric filter %s: %w", f.Name, err)
	}
	return defaults.Put(tx, w)
}
