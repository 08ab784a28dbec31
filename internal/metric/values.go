package metric

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Values reads metrics for alarms: many of them in one transaction, those of an account and Region together.
type Values struct {
	tx      store.Tx
	waiting unfolded
	recent  *Recent // nil to read every bucket
	err     error
}

// In returns the values as a transaction sees them.
func In(tx store.Tx) *Values { return &Values{tx: tx, waiting: unfolded{tx: tx, each: true}} }

// In returns the values as a snapshot sees them, where reading more than is asked for disturbs nobody.
func (r *Recent) In(tx store.Tx) *Values {
	return &Values{tx: tx, waiting: unfolded{tx: tx}, recent: r, err: r.advance(tx)}
}

// Points returns the periods between start and end that have data, oldest first,
// counted from start. An empty unit joins the values of all units. They are not to be changed.
func (v *Values) Points(account, region, namespace, name string, dimensions []series.Dimension, unit string, start, end time.Time, period time.Duration) ([]series.Bucket, error) {
	q := Query{
		Account: account, Region: region, Namespace: namespace, Name: name, Dimensions: dimensions, Start: start, End: end, Period: period,
		Anchor: start, Unit: unit,
	}
	streams, err := v.streams(q)
	if err != nil || len(streams) == 0 {
		return nil, err
	}
	if len(streams) == 1 {
		return streams[0].Buckets, nil
	}
	var all []series.Bucket
	for _, s := range streams {
		all = append(all, s.Buckets...)
	}
	return series.RollUp(all, period, start), nil
}

func (v *Values) streams(q Query) ([]Stream, error) {
	if v.err != nil {
		return nil, v.err
	}
	if v.recent == nil {
		return read(v.tx, q, &v.waiting)
	}
	hash := q.hash()
	streams, ok, err := v.recent.of(v.tx, &q, hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		return read(v.tx, q, &v.waiting)
	}
	own := false // what is remembered is not to be changed
	for d, err := range v.waiting.of(q.Account, q.Region, hash) {
		if err != nil {
			return nil, fmt.Errorf("read metric: %w", err)
		}
		at := floor(d.At, seconds(series.Standard))
		if at < q.Start.Unix() || at*int64(time.Second) >= q.End.UnixNano() || q.Unit != "" && d.Unit != q.Unit {
			continue
		}
		if !own {
			streams, own = copied(streams), true
		}
		if streams, err = join(streams, d.Unit, at, d.Summary); err != nil {
			return nil, err
		}
	}
	if q.Period > series.Standard {
		for i := range streams {
			streams[i].Buckets = series.RollUp(streams[i].Buckets, q.Period, q.Anchor)
		}
	}
	return streams, nil
}

func copied(streams []Stream) []Stream {
	out := make([]Stream, len(streams))
	for i, s := range streams {
		out[i] = Stream{Unit: s.Unit, Buckets: make([]series.Bucket, len(s.Buckets))}
		for j, b := range s.Buckets {
			out[i].Buckets[j] = series.Bucket{Start: b.Start, Summary: b.Summary.Clone()}
		}
	}
	return out
}

// deltaSource gives the deltas of a metric.
type deltaSource interface {
	of(account, region string, hash []byte) iter.Seq2[*deltaRow, error]
}

// nothing is a deltaSource without deltas.
type nothing struct{}

func (nothing) of(string, string, []byte) iter.Seq2[*deltaRow, error] {
	return func(func(*deltaRow, error) bool) {}
}

// mostUnfolded is how many deltas of an account are read at once.
const mostUnfolded = 2000

// unfolded are the deltas of the account and Region that was asked for last. They are read at once for all of its metrics, unless each
// is to be read for itself or there are more than mostUnfolded.
type unfolded struct {
	tx              store.Tx
	each            bool
	account, region string
	many            bool
	byMetric        map[string][]*deltaRow // by hash
}

// of yields the deltas of a metric.
func (u *unfolded) of(account, region string, hash []byte) iter.Seq2[*deltaRow, error] {
	if !u.each && (u.byMetric == nil || u.account != account || u.region != region) {
		if err := u.read(account, region); err != nil {
			return func(yield func(*deltaRow, error) bool) { yield(nil, err) }
		}
	}
	if u.each || u.many {
		return deltas.Scan(u.tx, store.K(account, region, hash), nil)
	}
	return func(yield func(*deltaRow, error) bool) {
		for d := range slices.Values(u.byMetric[string(hash)]) {
			if !yield(d, nil) {
				return
			}
		}
	}
}

func (u *unfolded) read(account, region string) error {
	u.account, u.region, u.many, u.byMetric = account, region, false, map[string][]*deltaRow{}
	n := 0
	for d, err := range deltas.Scan(u.tx, store.K(account, region), nil) {
		if err != nil {
			return err
		}
		if n++; n > mostUnfolded {
			u.many = true
			return nil
		}
		u.byMetric[string(d.Hash)] = append(u.byMetric[string(d.Hash)], d)
	}
	return nil
}
