package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// Event history as LookupEvents searches it: pages of 50 over 90 days.
const (
	historyDays = 90
	pageSize    = 50
	farPage     = 100
	lookups     = 100 // of each page of each value
)

// history measures LookupEvents over so many events of 90 days: by each attribute the first page and the hundredth,
// or the last if there are fewer.
func history(ctx context.Context, o options) (err error) {
	dir := filepath.Join(o.dir, "history")
	last := time.UnixMilli(segmenttest.Epoch).Add(historyDays*24*time.Hour - time.Hour) // the store's day
	f, err := openAt(ctx, dir, func() time.Time { return last })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	gen := segmenttest.New(2)
	gen.Step = (historyDays*24*time.Hour - 2*time.Hour) / time.Duration(o.history)
	held, _ := f.segments.GroupSize(segment.Key{Account: segmenttest.Account, Region: segmenttest.Region, Group: segment.History})
	ids, key := []string{}, ""
	for n := range o.history {
		if n >= held && n%batch == 0 {
			rows := gen.Rows(int(min(batch, o.history-n)))
			ids = append(ids, rows[len(rows)/2].ID)
			if err := f.seal(ctx, rows); err != nil {
				return err
			}
			if (n/batch)%50 == 49 {
				if err := f.merge(ctx); err != nil {
					return err
				}
				progress("%d events in history", n+batch)
			}
		} else if n < held {
			if r := gen.Next(); n%batch == batch/2 {
				ids = append(ids, r.ID)
			}
		}
	}
	if err := f.merge(ctx); err != nil {
		return err
	}
	newest, err := f.segments.Lookup(ctx, request("", "", nil))
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, r := range newest.Rows {
		if name, ok := segment.Username(r.Message); ok {
			names[name] = true
		}
		if k := accessKey(r.Message); k != "" {
			key = k
		}
	}
	tries := []struct {
		by     segment.Attribute
		values []string
	}{
		{"", []string{""}},
		{segment.ByEventID, ids},
		{segment.ByEventName, []string{"InitiateAuth", "ListUsers", "CreateUserPoolClient", "DeleteTrail"}},
		{segment.ByEventSource, []string{"cognito-idp.amazonaws.com", "sts.amazonaws.com", "kms.amazonaws.com"}},
		{segment.ByReadOnly, []string{"true", "false"}},
		{segment.ByUsername, append(sortedKeys(names), "nobody")},
		{segment.ByResourceType, []string{"AWS::Cognito::UserPool", "AWS::S3::Bucket"}},
		{segment.ByResourceName, []string{segmenttest.Pool(0), segmenttest.Pool(2), "nobody's"}},
		{segment.ByAccessKeyID, []string{key, "AKIANOBODY"}},
	}
	if err := f.describe(); err != nil {
		return err
	}
	fmt.Printf("Pages of %d, %d look-ups of each page in turn over the values; a value that occurs too rarely has its last page in the place of the hundredth.\n\n", pageSize, lookups)
	fmt.Println("| attribute | values | first page: p50 ms | p99 ms | most ms | hundredth page: p50 ms | p99 ms | most ms |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, t := range tries {
		starts := make([]*segment.Position, len(t.values))
		for i, v := range t.values {
			if starts[i], err = walk(ctx, f, t.by, v); err != nil {
				return err
			}
		}
		name := string(t.by)
		if name == "" {
			name = "none"
		}
		line := fmt.Sprintf("| %s | %d |", name, len(t.values))
		for far := range 2 {
			took := make([]time.Duration, 0, lookups)
			for i := range lookups {
				at := starts[i%len(starts)]
				if far == 0 {
					at = nil
				}
				began := time.Now()
				if _, err := f.segments.Lookup(ctx, request(t.by, t.values[i%len(t.values)], at)); err != nil {
					return err
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
			line += fmt.Sprintf(" %.1f | %.1f | %.1f |", ms(took[lookups/2]), ms(took[lookups*99/100-1]), ms(took[lookups-1]))
		}
		fmt.Println(line)
	}
	return nil
}

func request(by segment.Attribute, value string, after *segment.Position) segment.LookupRequest {
	return segment.LookupRequest{Account: segmenttest.Account, Region: segmenttest.Region, Attribute: by, Value: value, Limit: pageSize, After: after}
}

func accessKey(record []byte) string { return gjson.GetBytes(record, "userIdentity.accessKeyId").Str }

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }

// walk goes to the beginning of the hundredth page, or of the last.
func walk(ctx context.Context, f *folder, by segment.Attribute, value string) (at *segment.Position, err error) {
	for range farPage - 1 {
		page, err := f.segments.Lookup(ctx, request(by, value, at))
		if err != nil {
			return nil, err
		}
		if !page.More {
			break
		}
		at = new(page.Rows[len(page.Rows)-1].Position())
	}
	return at, nil
}
