package segment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// TestScanOfRareField: a condition on a field without column leaves out what cannot fulfil it, files, row groups and rows,
// and counts it; nothing that fulfils it is left out.
func TestScanOfRareField(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const files, perFile = 4, 3000
	rare := map[string]bool{}
	total := 0
	for i := range files {
		rows := logRows("app", "s", perFile, at+int64(i*perFile))
		for k := range rows {
			text := fmt.Sprintf(`{"eventName":"GetUser","requestParameters":{"clientMetadata":{"order":"order%d"}},"n":%d}`, k%7, k)
			if i == 2 && (k == 5 || k == 2999) {
				text = fmt.Sprintf(`{"eventName":"GetUser","requestParameters":{"clientMetadata":{"voucher":"SPRING-%dX"}},"n":%d}`, k, k)
				rare[text] = true
			}
			rows[k].Message = []byte(text)
		}
		total += perFile
		f.seal(rows)
	}
	voucher := block.Predicate{Column: "requestParameters.clientMetadata.voucher", Op: block.Exists}
	got := f.scan([]string{"app"}, block.ScanRequest{Equal: []block.Predicate{voucher}})
	for text := range rare {
		if got.rows[text] != 1 {
			t.Errorf("%s is seen %d times", text, got.rows[text])
		}
	}
	if seen := len(got.rows); seen != 2 || int(got.skipped)+seen != total {
		t.Errorf("%d rows, %d left out of %d", seen, got.skipped, total)
	}
	voucher.Op, voucher.Values = block.Eq, []string{"SPRING-5X"}
	if got = f.scan([]string{"app"}, block.ScanRequest{Equal: []block.Predicate{voucher}}); int(got.skipped)+len(got.rows) != total || len(got.rows) > 2 || len(got.rows) == 0 {
		t.Errorf("%d rows, %d left out", len(got.rows), got.skipped)
	}
	voucher.Values = []string{"SUMMER"}
	if got = f.scan([]string{"app"}, block.ScanRequest{Equal: []block.Predicate{voucher}}); len(got.rows) != 0 || int(got.skipped) != total {
		t.Errorf("%d rows, %d left out", len(got.rows), got.skipped)
	}
	// Three events share a millisecond. In a part of the range only what lies in it is counted, and after a deletion only what is still there.
	half := block.ScanRequest{Equal: []block.Predicate{voucher}, Start: time.UnixMilli(at + perFile/6), End: time.UnixMilli(at + 2*perFile)}
	if got = f.scan([]string{"app"}, half); len(got.rows) != 0 || int(got.skipped) != perFile+perFile/2 {
		t.Errorf("%d rows, %d left out of half", len(got.rows), got.skipped)
	}
	f.update(func(tx store.Tx) error {
		return segment.MarkDeleted(tx, segmenttest.Account, segmenttest.Region, "app", "s", at*2)
	})
	if got = f.scan([]string{"app"}, block.ScanRequest{Equal: []block.Predicate{voucher}}); len(got.rows) != 0 || got.skipped != 0 {
		t.Errorf("%d rows, %d left out of a deleted stream", len(got.rows), got.skipped)
	}
}
