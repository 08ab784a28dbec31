package deliver

import (
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Rows are numbered, and what is being written remembers the last number that it
// holds. A new row must therefore get a number of its own, above what is being
// written, whatever the clock does: with a number twice the first row would be
// lost, with a lower one the new row would count as written.

// pendingNumber numbers records that wait for the next file.
func pendingNumber(tx store.Tx, trail, region string, now time.Time) (int64, error) {
	n := now.UnixNano()
	in, err := fileIntents.Get(tx, store.K(trail, region))
	switch {
	case err == nil:
		n = max(n, in.Until+1)
	case !errors.Is(err, store.ErrNotFound):
		return 0, fmt.Errorf("read log file begun: %w", err)
	}
	return free(n, func(n int64) error {
		_, err := pendings.Get(tx, store.K(trail, region, n))
		return err
	})
}

// deliveredNumber numbers a log file that waits for its digest. Several files of
// one pass have the same time, but not the same last record.
func deliveredNumber(tx store.Tx, trail string, f *fileIntent) (int64, error) {
	n := f.Until
	in, err := digestIntents.Get(tx, store.K(trail, f.Region))
	switch {
	case err == nil:
		n = max(n, in.Until+1)
	case !errors.Is(err, store.ErrNotFound):
		return 0, fmt.Errorf("read digest begun: %w", err)
	}
	return free(n, func(n int64) error {
		_, err := delivereds.Get(tx, store.K(trail, f.Region, n))
		return err
	})
}

// free is the first number from n on that no row has.
func free(n int64, get func(int64) error) (int64, error) {
	for ; ; n++ {
		if err := get(n); errors.Is(err, store.ErrNotFound) {
			return n, nil
		} else if err != nil {
			return 0, fmt.Errorf("find free number: %w", err)
		}
	}
}
