package metric

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// metricRow says that a metric exists. It is never rewritten, so that reading it
// in every Put disturbs nobody.
type metricRow struct {
	Account, Region string
	Namespace, Name string
	Dimensions      []series.Dimension `json:",omitempty"` // sorted by name
	Created         int64              // s since 1970
}

// lastRow is the time of a metric's newest value, written by the Keeper.
type lastRow struct {
	Account, Region string
	Hash            []byte
	At              int64 // s since 1970
}

// deltaRow is what one call adds to one period of one stream.
type deltaRow struct {
	Account, Region string
	Hash            []byte
	ID              string
	Unit            string
	High            bool   `json:",omitempty"` // storage resolution of 1 s
	At              int64  // start of the second or minute, s since 1970
	Summary         []byte // series.Summary
}

// bucketRow is the summary of one period.
type bucketRow struct {
	Account, Region string
	Hash            []byte
	Seconds         int64 // length of the period: 1, 60, 300, 3600
	At              int64 // its start, s since 1970
	Unit            string
	Summary         []byte
}

var (
	metrics = store.Table[metricRow]{Name: "metric", Key: func(r *metricRow) store.Key {
		return store.K(r.Account, r.Region, clip(r.Namespace), clip(r.Name), hashOf(r.identity()))
	}}
	lasts  = store.Table[lastRow]{Name: "metric.last", Key: func(r *lastRow) store.Key { return store.K(r.Account, r.Region, r.Hash) }}
	deltas = store.Table[deltaRow]{Name: "metric.delta", Key: func(r *deltaRow) store.Key {
		return store.K(r.Account, r.Region, r.Hash, r.ID)
	}}
	buckets = store.Table[bucketRow]{Name: "metric.bucket", Key: func(r *bucketRow) store.Key {
		return store.K(r.Account, r.Region, r.Hash, r.Seconds, r.At, r.Unit)
	}}
)

func (r *metricRow) identity() series.Identity {
	return series.Identity{Namespace: r.Namespace, Name: r.Name, Dimensions: r.Dimensions}
}

// hashOf stands for a metric in keys: its names may be longer than a key.
func hashOf(id series.Identity) []byte {
	sum := sha256.Sum256([]byte(id.Metric()))
	return sum[:16]
}

// clip keeps key parts short; the hash tells apart what it makes equal.
func clip(s string) string { return s[:min(len(s), 300)] }

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
