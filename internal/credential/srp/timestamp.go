package srp

import (
	"errors"
	"time"
)

// timestampLayout is "EEE MMM d HH:mm:ss 'UTC' yyyy" of Java, in English: the day has no leading zero.
const timestampLayout = "Mon Jan 2 15:04:05 UTC 2006"

// ErrTimestamp reports a TIMESTAMP in another form.
var ErrTimestamp = errors.New("not an SRP timestamp")

// FormatTimestamp writes the TIMESTAMP of a claim, to the second, in UTC.
func FormatTimestamp(t time.Time) string {
	return t.UTC().Format(timestampLayout)
}

// ParseTimestamp reads a client's TIMESTAMP. A day with a leading zero is accepted, since some clients send it; the signature
// covers the text as it came, not the time read here.
func ParseTimestamp(s string) (time.Time, error) {
	if len(s) > 64 {
		return time.Time{}, ErrTimestamp
	}
	t, err := time.ParseInLocation(timestampLayout, s, time.UTC)
	if err != nil {
		return time.Time{}, ErrTimestamp
	}
	return t, nil
}
