package plan

import (
	"testing"
	"time"
)

func TestRange(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	start, end := now.Add(-time.Hour), now
	for _, c := range []struct {
		text       string
		start, end time.Time
	}{
		{`SOURCE "g" | fields a`, start, end},
		{`SOURCE "g" start=-90m end=now | fields a`, now.Add(-90 * time.Minute), now.Add(time.Millisecond)},
		{`SOURCE "g" start=-2w | fields a`, now.AddDate(0, 0, -14), end},
		{`SOURCE g start=-1mo end=-1d | fields a`, now.AddDate(0, -1, 0), now.AddDate(0, 0, -1).Add(time.Millisecond)},
		{`SOURCE "a", "b" START=1772323200000 END=1772323259999 | fields a`, time.UnixMilli(1772323200000).UTC(), time.UnixMilli(1772323260000).UTC()},
		{`SOURCE "g" start=1772323200 | fields a`, time.Unix(1772323200, 0).UTC(), end},
	} {
		p, err := Compile(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if from, to := Range(p.Source, start, end, now); !from.Equal(c.start) || !to.Equal(c.end) {
			t.Errorf("%s: %v to %v, want %v to %v", c.text, from, to, c.start, c.end)
		}
	}
	for _, text := range []string{`SOURCE "g" start=-1x | fields a`, `SOURCE "g" start=soon | fields a`, `SOURCE "g" end=1d | fields a`} {
		if _, err := Compile(text); err == nil {
			t.Errorf("%s: accepted", text)
		}
	}
}
