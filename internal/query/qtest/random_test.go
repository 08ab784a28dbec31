package qtest_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/qtest"
)

// Whether a source holds columns, how it cuts its blocks and how many goroutines read them must not show.
func TestRandom_one_meaning(t *testing.T) {
	t.Parallel()
	cases, err := qtest.Parse("include fixture\nquery\n  limit 1\ncount 1\n")
	if err != nil {
		t.Fatal(err)
	}
	c := cases[0]
	engines := []qtest.Session{
		qtest.Memory{Workers: 1}.Open(t, c.Groups), qtest.Memory{Workers: 1, BlockRows: 100}.Open(t, c.Groups),
		qtest.Memory{Workers: 3, BlockRows: 2, Promoted: []string{"eventSource", "eventName", "errorCode", "sourceIPAddress", "awsRegion",
			"additionalEventData.sub", "flag", "durationMs", "empty"}}.Open(t, c.Groups),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		text := qtest.Random(r)
		p, err := plan.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want, err := engines[0].Run(t.Context(), p, c)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, e := range engines[1:] {
			got, err := e.Run(t.Context(), p, c)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s\n%v\nwant %v", text, got, want)
			}
		}
	}
}
