package segment_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// TestDamagedFile changes bytes of a file and demands that readers fail or
// succeed, but never end the process.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rows := segmenttest.New(8).Rows(500)
	m := f.seal(rows)
	path := filepath.Join(f.dir, "segments", m.Name)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	failed := 0
	for range 60 {
		b := append([]byte(nil), sound...)
		for range 1 + rnd.IntN(4) {
			b[rnd.IntN(len(b))] ^= byte(1 + rnd.IntN(255))
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		f.open()
		err := f.s.Source(segmenttest.Account, segmenttest.Region, []string{segment.History}).Scan(t.Context(),
			block.ScanRequest{End: time.UnixMilli(at * 2)}, func(b *block.Block) error {
				for _, c := range append(segment.Promoted(), block.Message, block.Ptr, block.LogStream) {
					b.Column(c)
				}
				return b.Done()
			})
		_, lookupErr := f.s.Lookup(t.Context(), segment.LookupRequest{Account: segmenttest.Account, Region: segmenttest.Region,
			Attribute: segment.ByEventID, Value: rows[7].ID, Limit: 10})
		if err != nil || lookupErr != nil {
			failed++
		}
		rep, err := f.s.Check(t.Context())
		if err != nil || len(rep.Findings) == 0 {
			t.Fatalf("check found nothing: %v", err)
		}
	}
	if failed == 0 {
		t.Error("no reader noticed")
	}
}

// TestLargeMessages holds the sizes of blocks and pages.
func TestLargeMessages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rows := logRows("app", "a", 50, at)
	for i := range rows {
		rows[i].Message = append(fmt.Appendf(nil, "%d ", i), make([]byte, 1<<20)...)
	}
	f.seal(rows[:40])
	for i := range 7 {
		f.seal(logRows("other", fmt.Sprint(i), 40, at))
	}
	f.compact()
	f.s.Append(rows[40:])
	f.scan([]string{"app"}, block.ScanRequest{}).want(t, rows)
	res, err := f.s.Events(t.Context(), segment.EventsRequest{Account: segmenttest.Account, Region: segmenttest.Region, Group: "app", Limit: 100, MaxBytes: 10 << 20})
	if err != nil || len(res.Rows) != 9 || !res.More {
		t.Errorf("%d rows, more %v: %v", len(res.Rows), res.More, err)
	}
}

func TestLookupInsights(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rows := segmenttest.New(9).Rows(3)
	for i := range rows {
		rows[i].Group = segment.Insights
		rows[i].ID = fmt.Sprint(i)
		rows[i].Message = fmt.Appendf(nil, `{"eventID":"%d","insightDetails":{"eventName":"N%d","eventSource":"s"}}`, i, i%2)
	}
	f.seal(rows[:2])
	f.s.Append(rows[2:])
	for value, want := range map[string]int{"N0": 2, "N1": 1, "N2": 0} {
		res, err := f.s.Lookup(t.Context(), segment.LookupRequest{Account: segmenttest.Account, Region: segmenttest.Region,
			Insights: true, Attribute: segment.ByEventName, Value: value, Limit: 10})
		if err != nil || len(res.Rows) != want {
			t.Errorf("%s: %d rows: %v", value, len(res.Rows), err)
		}
	}
}
