package accel_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/accel"
	"github.com/cogtrail/cogtrail/internal/query/accel/duckdb"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/qtest"
)

// Random queries mean the same with and without the backend.
func TestRandom_accelerated(t *testing.T) {
	t.Parallel()
	cases, err := qtest.Parse("include fixture\nquery\n  limit 1\ncount 1\n")
	if err != nil {
		t.Fatal(err)
	}
	c := cases[0]
	pool := duckdb.New(duckdb.Options{Processes: 2, Wait: time.Minute})
	t.Cleanup(func() { _ = pool.Close() })
	fast := (&scripts{backend: pool}).Open(t, c.Groups).(*session)
	slow := &session{&scripts{}, fast.shelf, accel.New(fast.shelf.s, nil, accel.Options{}), c.Groups}
	r := rand.New(rand.NewPCG(3, 4))
	rows := 0
	for range 400 {
		text := qtest.Random(r)
		p, err := plan.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want, err := slow.Run(t.Context(), p, c)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got, err := fast.Run(t.Context(), p, c)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		rows += len(got.Rows)
		if !reflect.DeepEqual(got.Rows, want.Rows) || !reflect.DeepEqual(got.Columns, want.Columns) || got.Matched != want.Matched || got.Scanned != want.Scanned {
			t.Errorf("%s\naccelerated %d of %d %v\nin Go       %d of %d %v", text, got.Matched, got.Scanned, got.Rows, want.Matched, want.Scanned, want.Rows)
		}
	}
	s := fast.engine.Stats()
	t.Logf("%d rows; %+v", rows, s)
	if duckdb.Built && s.Accelerated < 40 {
		t.Errorf("only %d queries were accelerated", s.Accelerated)
	}
}
