package qtest

import (
	"strings"
	"testing"
)

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"unknown directive", "lode x\n", "line 1: unknown directive lode"},
		{"body without directive", "  x\n", "line 1: indented line without directive"},
		{"query without expectation", "query\n  fields a\n", "line 1: query without expectation"},
		{"expectation without query", "count 1\n", "line 1: count before any query"},
		{"event without message", "load g\n  E1 2026-03-01T00:00:00Z\n", "line 1: event"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("load g\n  E1 2026-03-01T00:00:00Z {}\ntable t\n  a,b\nrange 2026-03-01T00:00:00Z 2026-03-01T00:12:00Z\nquery\n  fields a\ncount 1\n")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 10_000 {
			return
		}
		_, _ = Parse(s)
	})
}
