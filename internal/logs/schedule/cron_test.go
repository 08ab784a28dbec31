package schedule

import (
	"testing"
	"time"
)

func TestExpression_Next(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 1, 1, 0, 0, 30, 0, time.UTC)
	for _, c := range []struct {
		text  string
		after time.Time
		want  string // UTC; empty for none
	}{
		{"cron(0 8 * * ? *)", time.Date(2026, 3, 1, 7, 59, 59, 0, time.UTC), "2026-03-01T08:00:00Z"},
		{"cron(0 8 * * ? *)", time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), "2026-03-02T08:00:00Z"},
		{"cron(0 8 * * ? *)", time.Date(2026, 7, 1, 0, 0, 0, 0, berlin), "2026-07-01T06:00:00Z"},
		{"cron(0/15 * * * ? *)", time.Date(2026, 3, 1, 0, 50, 0, 0, time.UTC), "2026-03-01T01:00:00Z"},
		{"cron(5,10-12 3 ? * MON-FRI *)", time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC), "2026-03-02T03:05:00Z"},
		{"cron(0 0 31 * ? *)", time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), "2026-05-31T00:00:00Z"},
		{"cron(0 0 29 FEB ? *)", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "2028-02-29T00:00:00Z"},
		{"cron(0 0 30 2 ? *)", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), ""},
		{"cron(0 0 1 1 ? 2025)", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), ""},
		{"rate(5 minutes)", begin, "2026-01-01T00:05:30Z"},
		{"rate(1 day)", begin.Add(36 * time.Hour), "2026-01-03T00:00:30Z"},
	} {
		e, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := ""
		if at, ok := e.Next(c.after, begin); ok {
			got = at.UTC().Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s after %v: %s, want %s", c.text, c.after, got, c.want)
		}
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "cron()", "cron(* * * * * *)", "cron(0 8 ? * ? *)", "cron(60 8 * * ? *)", "cron(0 8 * XYZ ? *)", "cron(5-1 8 * * ? *)",
		"cron(*/0 8 * * ? *)", "cron(0 8 * * ? *", "rate(0 minutes)", "rate(1 week)", "rate(1)", "at(2026-01-01T00:00:00)"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s: taken", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("cron(0/15 8-10,12 ? JAN-MAR MON 2026)")
	f.Add("rate(5 minutes)")
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil || len(text) > 256 {
			return
		}
		after := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		if next, ok := e.Next(after, after); ok && !next.After(after) {
			t.Errorf("%q: %v is not after %v", text, next, after)
		}
	})
}
