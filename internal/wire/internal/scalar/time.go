package scalar

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ErrSyntax says that a text is not a value of its type.
var ErrSyntax = errors.New("malformed value")

// Times outside of the years 1 to 9999 have no ISO 8601 form and are refused.
const (
	minSeconds = -62135596800
	maxSeconds = 253402300799
)

// Epoch reads seconds since 1970 with an optional fraction or exponent. Digits
// beyond nanoseconds are cut.
func Epoch(s string) (time.Time, error) {
	if strings.ContainsAny(s, "eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return time.Time{}, ErrSyntax
		}
		return EpochFloat(f)
	}
	whole, frac, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec < minSeconds || sec > maxSeconds {
		return time.Time{}, ErrSyntax
	}
	var nanos int64
	for i := range 9 {
		nanos *= 10
		if i < len(frac) {
			if frac[i] < '0' || frac[i] > '9' {
				return time.Time{}, ErrSyntax
			}
			nanos += int64(frac[i] - '0')
		}
	}
	if strings.HasPrefix(whole, "-") {
		nanos = -nanos
	}
	return within(time.Unix(sec, nanos).UTC())
}

// EpochFloat is a time from seconds as a float, exact to the microsecond, which
// is what a float64 of today's dates can hold.
func EpochFloat(f float64) (time.Time, error) {
	if math.IsNaN(f) || f < minSeconds || f >= maxSeconds+1 {
		return time.Time{}, ErrSyntax
	}
	sec := math.Floor(f)
	return within(time.Unix(int64(sec), int64(math.Round((f-sec)*1e6))*1000).UTC())
}

func within(t time.Time) (time.Time, error) {
	if t.Unix() < minSeconds || t.Unix() > maxSeconds {
		return time.Time{}, ErrSyntax
	}
	return t, nil
}

// ISO reads an ISO 8601 date-time with zone, or a bare date (midnight UTC).
func ISO(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "20060102T150405Z", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return within(t.UTC())
		}
	}
	return time.Time{}, ErrSyntax
}

// HTTPDate reads the dates of HTTP headers.
func HTTPDate(s string) (time.Time, error) {
	t, err := http.ParseTime(s)
	if err != nil {
		return time.Time{}, ErrSyntax
	}
	return within(t.UTC())
}

// Any reads a time in whichever form it comes: ISO 8601, epoch seconds, HTTP date.
func Any(s string) (time.Time, error) {
	if t, err := ISO(s); err == nil {
		return t, nil
	}
	if t, err := Epoch(s); err == nil {
		return t, nil
	}
	return HTTPDate(s)
}

// AppendEpoch prints whole seconds, or seconds with up to three decimals; never
// an exponent. Finer digits are cut, as AWS's clocks have milliseconds.
func AppendEpoch(dst []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms < 0 {
		dst, ms = append(dst, '-'), -ms
	}
	dst = strconv.AppendInt(dst, ms/1000, 10)
	rest := ms % 1000
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+rest/100))
	if rest%100 != 0 {
		dst = append(dst, byte('0'+rest/10%10))
	}
	if rest%10 != 0 {
		dst = append(dst, byte('0'+rest%10))
	}
	return dst
}

// AppendISO prints ISO 8601 in UTC. Milliseconds are printed if always is set
// (S3 does) or if there are any.
func AppendISO(dst []byte, t time.Time, always bool) []byte {
	t = t.UTC()
	if always || t.Nanosecond() >= int(time.Millisecond) {
		return t.AppendFormat(dst, "2006-01-02T15:04:05.000Z")
	}
	return t.AppendFormat(dst, "2006-01-02T15:04:05Z")
}

// AppendHTTPDate prints the date form of HTTP headers.
func AppendHTTPDate(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, http.TimeFormat)
}
