package mute

import (
	"errors"
	"strings"
	"time"
)

var (
	errExpression = errors.New("the expression must be cron(…) or at(yyyy-MM-ddThh:mm)")
	errZone       = errors.New("the time zone is not known")
)

// Schedule is when a mute rule's windows begin and how long they last. It is immutable.
type Schedule struct {
	cron     *cron     // nil for at
	at       time.Time // of at
	duration time.Duration
	zone     *time.Location
}

// Parse reads the texts of a rule; an empty zone is UTC.
func Parse(expression, duration, zone string) (*Schedule, error) {
	s := &Schedule{zone: time.UTC}
	if zone != "" {
		z, err := time.LoadLocation(zone)
		if err != nil || zone == "Local" {
			return nil, errZone
		}
		s.zone = z
	}
	var err error
	if s.duration, err = ParseDuration(duration); err != nil {
		return nil, err
	}
	text := strings.TrimSpace(expression)
	if inner, ok := strings.CutPrefix(text, "at("); ok {
		inner, ok = strings.CutSuffix(inner, ")")
		if !ok {
			return nil, errExpression
		}
		if s.at, err = time.ParseInLocation("2006-01-02T15:04", inner, s.zone); err != nil {
			return nil, errExpression
		}
		return s, nil
	}
	if inner, ok := strings.CutPrefix(text, "cron("); ok {
		if text, ok = strings.CutSuffix(inner, ")"); !ok {
			return nil, errExpression
		}
	}
	if s.cron, err = parseCron(text); err != nil {
		return nil, err
	}
	return s, nil
}
