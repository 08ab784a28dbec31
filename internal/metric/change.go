package metric

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	// keepChanges is how many folded batches stay to be followed.
	keepChanges = 128
	// mostChangeBytes bounds what one of them tells.
	mostChangeBytes = 512 << 10
)

// changeRow is what one folding added to buckets of a minute, so that one who remembers buckets can follow without reading them.
type changeRow struct {
	Seq     int64 // without gaps
	Changes []change
	// Many tells that there was too much to tell: whoever follows reads all buckets anew.
	Many bool `json:",omitempty"`
}

type change struct {
	Account, Region string
	Hash            []byte
	Unit            string
	At              int64
	Summary         []byte
}

// headRow is the number of the newest changeRow.
type headRow struct{ Seq int64 }

var (
	changes = store.Table[changeRow]{Name: "metric.change", Key: func(r *changeRow) store.Key { return store.K(r.Seq) }}
	heads   = store.Table[headRow]{Name: "metric.change.head", Key: func(*headRow) store.Key { return store.K("head") }}
)

// head is the number of the newest changeRow, 0 before the first.
func head(tx store.Tx) (int64, error) {
	h, err := heads.Get(tx, heads.Key(nil))
	if err != nil {
		return 0, ignoreMissing(err)
	}
	return h.Seq, nil
}

// note tells what a folding added to buckets, by their keys.
func note(tx store.Tx, sums map[string]*bucketRow, merged map[string]*series.Summary) error {
	seq, err := head(tx)
	if err != nil {
		return fmt.Errorf("read changes of metrics: %w", err)
	}
	r := changeRow{Seq: seq + 1}
	bytes := 0
	for key, b := range sums {
		if b.Seconds != seconds(series.Standard) {
			continue
		}
		raw, err := merged[key].MarshalBinary()
		if err != nil {
			return fmt.Errorf("encode metric values: %w", err)
		}
		if bytes += len(raw); bytes > mostChangeBytes {
			r.Changes, r.Many = nil, true
			break
		}
		r.Changes = append(r.Changes, change{Account: b.Account, Region: b.Region, Hash: b.Hash, Unit: b.Unit, At: b.At, Summary: raw})
	}
	if err := changes.Put(tx, &r); err != nil {
		return err
	}
	if old := r.Seq - keepChanges; old > 0 {
		if err := changes.Remove(tx, &changeRow{Seq: old}); err != nil {
			return err
		}
	}
	return heads.Put(tx, &headRow{Seq: r.Seq})
}

// follow calls do with the changes after a number, and returns the newest number. whole is false if not all can be told any more, or do
// could not take one.
func follow(tx store.Tx, after int64, do func(*change) bool) (newest int64, whole bool, err error) {
	newest, err = head(tx)
	if err != nil {
		return 0, false, fmt.Errorf("read changes of metrics: %w", err)
	}
	if newest < after || newest-after >= keepChanges {
		return newest, false, nil
	}
	for seq := after + 1; seq <= newest; seq++ {
		r, err := changes.Get(tx, store.K(seq))
		if errors.Is(err, store.ErrNotFound) || err == nil && r.Many {
			return newest, false, nil
		}
		if err != nil {
			return 0, false, fmt.Errorf("read changes of metrics: %w", err)
		}
		for i := range r.Changes {
			if !do(&r.Changes[i]) {
				return newest, false, nil
			}
		}
	}
	return newest, true, nil
}
