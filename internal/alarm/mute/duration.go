package mute

import (
	"errors"
	"strconv"
	"time"
)

// Bounds of a duration. [CloudWatch: PutAlarmMuteRule]
const (
	MinDuration = time.Minute
	MaxDuration = 15 * 24 * time.Hour
)

var errDuration = errors.New("the duration must be like PT30M, PT4H or P1DT12H, from PT1M to P15D")

// ParseDuration reads the days, hours and minutes of ISO 8601: PT4H, P1D, P1DT2H30M.
func ParseDuration(text string) (time.Duration, error) {
	units := map[byte]time.Duration{'D': 24 * time.Hour}
	total, rest := time.Duration(0), text
	if rest == "" || rest[0] != 'P' {
		return 0, errDuration
	}
	rest = rest[1:]
	order, parts := byte(0), 0
	inTime := false
	for rest != "" {
		if rest[0] == 'T' && !inTime {
			inTime, rest, order = true, rest[1:], 0
			units = map[byte]time.Duration{'H': time.Hour, 'M': time.Minute}
			if rest == "" {
				return 0, errDuration
			}
			continue
		}
		n := 0
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n == 0 || n > 6 || n == len(rest) {
			return 0, errDuration
		}
		unit := rest[n]
		v, err := strconv.Atoi(rest[:n])
		if err != nil || units[unit] == 0 || unit <= order { // D; H before M
			return 0, errDuration
		}
		total += time.Duration(v) * units[unit]
		order, rest = unit, rest[n+1:]
		parts++
	}
	if parts == 0 || total < MinDuration || total > MaxDuration {
		return 0, errDuration
	}
	return total, nil
}
