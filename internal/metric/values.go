package metric

import (
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
}

// In returns the values as a transaction sees them. In a snapshot, where reading more than is asked for disturbs nobody, they are read
// faster.
func In(tx store.Tx, snapshot bool) *Values {
	return &Values{tx: tx, waiting: unfolded{tx: tx, each: !snapshot}}
}

// Points returns the periods between start and end that have data, oldest first,
// counted from start. An empty unit joins the values of all units.
func (v *Values) Points(account, region, namespace, name string, dimensions []series.Dimension, unit string, start, end time.Time, period time.Duration) ([]series.Bucket, error) {
	streams, err := read(v.tx, Query{
		Account: account, Region: region, Namespace: namespace, Name: name, Dimensions: dimensions, Start: start, End: end, Period: period,
		Anchor: start, Unit: unit,
	}, &v.waiting)
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
