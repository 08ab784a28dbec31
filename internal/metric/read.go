package metric

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Query asks for the values of one metric.
type Query struct {
	Account, Region string
	Namespace, Name string
	Dimensions      []series.Dimension // all of them
	Start, End      time.Time          // Start inclusive, End exclusive
	Period          time.Duration      // series.ValidPeriod
	// Anchor is where periods count from: the zero time for calendar periods.
	Anchor time.Time
	// Unit limits to one unit; empty asks for all.
	Unit string
}

// Stream is the values of one unit, oldest period first.
type Stream struct {
	Unit    string
	Buckets []series.Bucket // of Query.Period, only those with data
}

// Read returns the streams of a metric, sorted by unit: summaries of what was
// folded and what was not. It returns none when there is no data.
func Read(tx store.Tx, q Query) ([]Stream, error) { return read(tx, q, &unfolded{tx: tx, each: true}) }

func read(tx store.Tx, q Query, waiting deltaSource) ([]Stream, error) {
	hash := q.hash()
	level := q.level()
	n := seconds(level)
	// A bucket counts as a whole for the period its start lies in.
	lo, hi := floor(q.Start.Unix(), n), q.End.UnixNano()
	var out []Stream
	add := func(unit string, at int64, raw []byte) (err error) {
		if at < lo || at*int64(time.Second) >= hi || (q.Unit != "" && unit != q.Unit) {
			return nil
		}
		out, err = join(out, unit, at, raw)
		return err
	}
	prefix := store.K(q.Account, q.Region, hash, n)
	for b, err := range buckets.Scan(tx, prefix, store.K(q.Account, q.Region, hash, n, lo-1, "\xff")) {
		if err != nil {
			return nil, fmt.Errorf("read metric: %w", err)
		}
		if b.At*int64(time.Second) >= hi {
			break
		}
		if err := add(b.Unit, b.At, b.Summary); err != nil {
			return nil, err
		}
	}
	for d, err := range waiting.of(q.Account, q.Region, hash) {
		if err != nil {
			return nil, fmt.Errorf("read metric: %w", err)
		}
		if n == 1 && !d.High {
			continue
		}
		if err := add(d.Unit, floor(d.At, n), d.Summary); err != nil {
			return nil, err
		}
	}
	if q.Period == level {
		return out, nil
	}
	for i := range out {
		out[i].Buckets = series.RollUp(out[i].Buckets, q.Period, q.Anchor)
	}
	return out, nil
}

func (q *Query) hash() []byte { return hashOf(series.New(q.Namespace, q.Name, q.Dimensions, "")) }

// join adds an encoded summary to the stream of its unit; streams stay sorted.
func join(streams []Stream, unit string, at int64, raw []byte) ([]Stream, error) {
	var s series.Summary
	if err := s.UnmarshalBinary(raw); err != nil {
		return nil, fmt.Errorf("read metric values: %w", err)
	}
	i, found := slices.BinarySearchFunc(streams, unit, func(s Stream, unit string) int { return strings.Compare(s.Unit, unit) })
	if !found {
		streams = slices.Insert(streams, i, Stream{Unit: unit})
	}
	streams[i].add(series.Bucket{Start: time.Unix(at, 0).UTC(), Summary: s})
	return streams, nil
}

// add joins a bucket, most often the newest so far.
func (s *Stream) add(b series.Bucket) {
	i := len(s.Buckets)
	for i > 0 && s.Buckets[i-1].Start.After(b.Start) {
		i--
	}
	if i > 0 && s.Buckets[i-1].Start.Equal(b.Start) {
		s.Buckets[i-1].Summary.Merge(b.Summary)
		return
	}
	s.Buckets = slices.Insert(s.Buckets, i, b)
}

// level picks the longest buckets that make up the periods asked for. Seconds
// are read only for periods below a minute, and hold only high-resolution values.
func (q *Query) level() time.Duration {
	for _, l := range slices.Backward(levels) {
		// Seconds hold high-resolution values only, so periods of minutes that do
		// not begin with a minute are made of minutes all the same.
		fits := q.Period%l.length == 0 && (l.length >= time.Minute || q.Period < time.Minute)
		if !q.Anchor.IsZero() {
			fits = fits && q.Anchor.UnixNano()%int64(l.length) == 0
		}
		// The first period must not gain what lies before it. The last may: older
		// values are kept in long buckets only, wherever the end lies.
		if fits && q.Start.UnixNano()%int64(l.length) == 0 {
			return l.length
		}
	}
	if q.Period < time.Minute {
		return time.Second
	}
	return time.Minute
}
