package logs_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const day = 24 * time.Hour

func TestStoredBytes(t *testing.T) {
	t.Parallel()
	db := mem.New()
	t.Cleanup(func() { _ = db.Close() })
	g := &logs.Group{Account: "111122223333", Region: "eu-west-1", Name: "/a", ID: "one"}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	add := func(at time.Time, n int64) {
		t.Helper()
		err := db.Update(t.Context(), func(tx store.Tx) error {
			return logs.AddBytes(tx, g, now.UnixMilli(), map[int64]int64{logs.Day(at.UnixMilli()): n})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	size := func(retention int64) (n int64) {
		t.Helper()
		err := db.View(t.Context(), func(tx store.Tx) (err error) {
			h := *g
			h.RetentionDays = retention
			n, err = logs.StoredBytes(tx, &h, now.UnixMilli())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	add(now, 1)
	add(now, 2)
	add(now.Add(-2*day), 10)
	add(now.Add(-100*day), 100)
	add(now.Add(-101*day), 1000)
	for name, c := range map[string]struct{ retention, want int64 }{
		"for ever":   {0, 1113},
		"a year":     {365, 1113},
		"a week":     {7, 13},
		"a day":      {1, 3},
		"two months": {60, 13},
	} {
		if got := size(c.retention); got != c.want {
			t.Errorf("%s: %d bytes, want %d", name, got, c.want)
		}
	}
	// What is older than the retention and a month is forgotten with the next write.
	g.RetentionDays = 30
	add(now, 1)
	if got := size(0); got != 14 {
		t.Errorf("after pruning: %d bytes", got)
	}
	rows := 0
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := logs.DropUsage(tx, g); err != nil {
			return err
		}
		for range tx.Scan("logs.usage", nil, nil, false) {
			rows++
		}
		return logs.DropUsage(tx, g) // gone already is no error
	})
	if err != nil || rows != 0 {
		t.Errorf("dropped: %d rows left, %v", rows, err)
	}
}
