package mute_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/mute"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02T15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"PT1M": time.Minute, "PT4H": 4 * time.Hour, "P1D": 24 * time.Hour, "P15D": 15 * 24 * time.Hour, "P1DT2H30M": 26*time.Hour + 30*time.Minute, "PT90M": 90 * time.Minute,
	} {
		if got, err := mute.ParseDuration(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "P", "PT", "1H", "PT0M", "P16D", "P15DT1M", "PT1S", "PT1M1H", "P1DT", "P1H", "PT1D", "PTM", "P1M", "PT9999999M", "P1D1D", "PT1"} {
		if got, err := mute.ParseDuration(bad); err == nil {
			t.Errorf("%q is %v", bad, got)
		}
	}
}

func TestSchedule_Active(t *testing.T) {
	t.Parallel()
	none := time.Time{}
	for name, c := range map[string]struct {
		expression, duration, zone string
		now, from, until           time.Time
		start                      string // "" for none
		status                     string
	}{
		"inside":                 {"cron(0 2 * * *)", "PT4H", "", at("2026-03-05T03:00"), none, none, "2026-03-05T02:00", "ACTIVE"},
		"first minute":           {"cron(0 2 * * *)", "PT4H", "", at("2026-03-05T02:00"), none, none, "2026-03-05T02:00", "ACTIVE"},
		"end is outside":         {"cron(0 2 * * *)", "PT4H", "", at("2026-03-05T06:00"), none, none, "", "SCHEDULED"},
		"without cron( )":        {"0 2 * * *", "PT4H", "", at("2026-03-05T05:59"), none, none, "2026-03-05T02:00", "ACTIVE"},
		"over midnight":          {"cron(30 23 * * *)", "PT2H", "", at("2026-03-05T01:00"), none, none, "2026-03-04T23:30", "ACTIVE"},
		"weekend":                {"cron(0 0 * * SAT)", "P2D", "", at("2026-03-08T12:00"), none, none, "2026-03-07T00:00", "ACTIVE"},
		"Monday":                 {"cron(0 0 * * SAT)", "P2D", "", at("2026-03-09T00:00"), none, none, "", "SCHEDULED"},
		"Sunday as 7":            {"cron(0 0 * * 7)", "PT1H", "", at("2026-03-08T00:30"), none, none, "2026-03-08T00:00", "ACTIVE"},
		"working days":           {"cron(*/15 9-17 ? * MON-FRI)", "PT5M", "", at("2026-03-05T09:49"), none, none, "2026-03-05T09:45", "ACTIVE"},
		"between steps":          {"cron(*/15 9-17 ? * MON-FRI)", "PT5M", "", at("2026-03-05T09:51"), none, none, "", "SCHEDULED"},
		"either day":             {"cron(0 0 5 * SUN)", "PT1H", "", at("2026-03-08T00:10"), none, none, "2026-03-08T00:00", "ACTIVE"},
		"month by name":          {"cron(0 0 1 MAR,JUL *)", "P15D", "", at("2026-03-15T23:59"), none, none, "2026-03-01T00:00", "ACTIVE"},
		"in a zone":              {"cron(0 2 * * *)", "PT1H", "Europe/Zurich", at("2026-03-05T01:30"), none, none, "2026-03-05T01:00", "ACTIVE"},
		"zone with summer time":  {"cron(0 2 * * *)", "PT1H", "Europe/Zurich", at("2026-07-05T00:30"), none, none, "2026-07-05T00:00", "ACTIVE"},
		"once":                   {"at(2026-03-05T02:00)", "PT1H", "", at("2026-03-05T02:30"), none, none, "2026-03-05T02:00", "ACTIVE"},
		"once, to come":          {"at(2026-03-05T02:00)", "PT1H", "", at("2026-03-05T01:30"), none, none, "", "SCHEDULED"},
		"once, over":             {"at(2026-03-05T02:00)", "PT1H", "", at("2026-03-05T03:00"), none, none, "", "EXPIRED"},
		"before the first day":   {"cron(0 2 * * *)", "PT4H", "", at("2026-03-05T03:00"), at("2026-03-05T02:01"), none, "", "SCHEDULED"},
		"after the last day":     {"cron(0 2 * * *)", "PT4H", "", at("2026-03-06T03:00"), none, at("2026-03-05T12:00"), "", "EXPIRED"},
		"last window still open": {"cron(0 2 * * *)", "PT4H", "", at("2026-03-05T05:00"), none, at("2026-03-05T04:00"), "2026-03-05T02:00", "ACTIVE"},
		"never":                  {"cron(0 0 31 2 *)", "P1D", "", at("2026-03-05T05:00"), none, none, "", "SCHEDULED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := mute.Parse(c.expression, c.duration, c.zone)
			if err != nil {
				t.Fatal(err)
			}
			w, ok := s.Active(c.now, c.from, c.until)
			if ok != (c.start != "") || ok && !w.Start.Equal(at(c.start)) {
				t.Errorf("window %v, %v", w, ok)
			}
			if got := s.Status(c.now, c.from, c.until); got != c.status {
				t.Errorf("status %s", got)
			}
		})
	}
}

func TestParse_refusals(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"", "PT1H", ""}, {"cron(0 2 * * *", "PT1H", ""}, {"cron(0 2 * *)", "PT1H", ""}, {"cron(60 2 * * *)", "PT1H", ""}, {"cron(0 24 * * *)", "PT1H", ""},
		{"cron(0 0 0 * *)", "PT1H", ""}, {"cron(0 0 * 13 *)", "PT1H", ""}, {"cron(0 0 * * 8)", "PT1H", ""}, {"cron(5-1 0 * * *)", "PT1H", ""},
		{"cron(*/0 0 * * *)", "PT1H", ""}, {"cron(a 0 * * *)", "PT1H", ""}, {"cron(, 0 * * *)", "PT1H", ""}, {"at(2026-03-05)", "PT1H", ""},
		{"at(2026-03-05T02:00", "PT1H", ""}, {"cron(0 2 * * *)", "1h", ""}, {"cron(0 2 * * *)", "PT1H", "Mars/Base"}, {"cron(0 2 * * *)", "PT1H", "../etc/passwd"}, {"cron(0 2 * * *)", "PT1H", "Local"},
	} {
		if _, err := mute.Parse(c[0], c[1], c[2]); err == nil {
			t.Errorf("%q is taken", c)
		}
	}
}

// FuzzParse looks for panics and windows that do not hold their moment.
func FuzzParse(f *testing.F) {
	f.Add("cron(*/5 1-3,7 ? JAN-MAR MON)", "P1DT2H", "Europe/Zurich", int64(1_772_000_000))
	f.Add("at(2026-03-05T02:00)", "PT1M", "", int64(0))
	f.Fuzz(func(t *testing.T, expression, duration, zone string, now int64) {
		s, err := mute.Parse(expression, duration, zone)
		if err != nil {
			return
		}
		n := time.Unix(now%4_000_000_000, 0)
		if w, ok := s.Active(n, time.Time{}, time.Time{}); ok && (n.Before(w.Start) || !n.Before(w.End)) {
			t.Fatalf("%v is not in %v", n, w)
		}
		s.Status(n, n, n)
	})
}
