package pattern_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/logs/pattern/ptest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	cases, err := ptest.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s:%d", c.File, c.Line), func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(c.Pattern)
			if c.Refused != "" {
				if err == nil || err.Error() != c.Refused {
					t.Errorf("%s: %v, want %s", c.Pattern, err, c.Refused)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", c.Pattern, err)
			}
			again, err := pattern.Parse(p.String())
			if err != nil || again.String() != p.String() || p.Text() != c.Pattern {
				t.Fatalf("printed as %q: %v; reprinted as %q; kept as %q", p, err, again, p.Text())
			}
			for _, e := range c.Events {
				if p.Match([]byte(e.Text)) != e.Match || again.Match([]byte(e.Text)) != e.Match {
					t.Errorf("%s on %s: want %v", c.Pattern, e.Text, e.Match)
				}
				if e.Values != nil && !maps.Equal(p.Extract([]byte(e.Text)), e.Values) {
					t.Errorf("%s on %s: %q, want %q", c.Pattern, e.Text, p.Extract([]byte(e.Text)), e.Values)
				}
			}
		})
	}
}
