package metric

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Add adds one value to a metric in the transaction of what it measures. unit may
// be empty ("None"). A value that CloudWatch would refuse gives series.ErrValue.
func Add(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, value float64) error {
	var s series.Summary
	if err := s.Add(value, 1); err != nil {
		return fmt.Errorf("metric %s: %w", name, err)
	}
	return AddSummary(tx, account, region, namespace, name, dimensions, unit, at, s)
}

// AddSummary adds the values of a summary to the minute of at. An empty summary
// adds nothing.
func AddSummary(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error {
	if s.Count == 0 {
		return nil
	}
	ds := make([]series.Dimension, 0, len(dimensions))
	for n, v := range dimensions {
		ds = append(ds, series.Dimension{Name: n, Value: v})
	}
	b := newBatch(account, region)
	if err := b.add(series.New(namespace, name, ds, unit), at, false, s); err != nil {
		return err
	}
	return b.write(tx, at)
}

// batch joins what one call adds to the same period, so that a call writes one
// row for it.
type batch struct {
	account, region string
	metrics         map[string]series.Identity // by hash
	sums            map[part]*series.Summary
	order           []part
}

type part struct {
	hash, unit string
	high       bool
	at         int64
}

func newBatch(account, region string) *batch {
	return &batch{account: account, region: region, metrics: map[string]series.Identity{}, sums: map[part]*series.Summary{}}
}

func (b *batch) add(id series.Identity, at time.Time, high bool, s series.Summary) error {
	length := series.Standard
	if high {
		length = series.HighResolution
	}
	p := part{hash: string(hashOf(id)), unit: id.Unit, high: high, at: series.Floor(at, length).Unix()}
	b.metrics[p.hash] = id
	if sum := b.sums[p]; sum != nil {
		sum.Merge(s)
		return nil
	}
	b.sums[p] = new(s.Clone())
	b.order = append(b.order, p)
	return nil
}

func (b *batch) write(tx store.Tx, now time.Time) error {
	for _, p := range b.order {
		id, known := b.metrics[p.hash]
		if known {
			delete(b.metrics, p.hash) // once a call is enough
			row := metricRow{Account: b.account, Region: b.region, Namespace: id.Namespace, Name: id.Name, Dimensions: id.Dimensions, Created: now.Unix()}
			has, err := metrics.Has(tx, metrics.Key(&row))
			if err != nil {
				return fmt.Errorf("look up metric: %w", err)
			}
			if !has {
				if err := metrics.Put(tx, &row); err != nil {
					return fmt.Errorf("keep metric: %w", err)
				}
			}
		}
		raw, err := b.sums[p].MarshalBinary()
		if err != nil {
			return fmt.Errorf("encode metric values: %w", err)
		}
		err = deltas.Put(tx, &deltaRow{
			Account: b.account, Region: b.region, Hash: []byte(p.hash), ID: uuid.NewString(), Unit: p.unit, High: p.high, At: p.at, Summary: raw,
		})
		if err != nil {
			return fmt.Errorf("keep metric values: %w", err)
		}
	}
	return nil
}
