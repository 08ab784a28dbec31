package gateway

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	throttle := newThrottle(10)
	now := throttle.start
	take := func(source string, n int) (allowed int) {
		for range n {
			if throttle.allow(source, now) {
				allowed++
			}
		}
		return allowed
	}
	steps := []struct {
		name, source  string
		after         time.Duration
		calls, passed int
	}{
		{"at once", "198.51.100.7", 0, 50, 20},
		{"other source", "198.51.100.8", 0, 5, 5},
		{"after a tenth of a second", "198.51.100.7", 100 * time.Millisecond, 5, 1},
		{"after a second", "198.51.100.7", time.Second, 50, 10},
		{"after a rest", "198.51.100.7", time.Hour, 50, 20},
		{"a network of addresses", "2001:db8::1", 0, 15, 15},
		{"the same network", "2001:db8::ffff:2", 0, 15, 5},
		{"the next network", "2001:db8:0:1::1", 0, 15, 15},
		{"this machine", "127.0.0.1", 0, 500, 500},
		{"this machine by IPv6", "::1", 0, 500, 500},
		{"no address", "@", 0, 500, 500},
	}
	for _, s := range steps {
		now = now.Add(s.after)
		if got := take(s.source, s.calls); got != s.passed {
			t.Errorf("%s: %d of %d calls passed, want %d", s.name, got, s.calls, s.passed)
		}
	}
	if off := newThrottle(0); !off.allow("198.51.100.7", now) {
		t.Error("no rate is no bound")
	}
}

// Who calls too often is refused before its body is read, and disturbs nobody who signs.
func TestCall_tooManyUnsigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.g.throttle = newThrottle(1)
	for range 2 {
		if status, body, _ := w.call(w.request("Open", "", `{"Id":"own"}`)); status != 200 {
			t.Fatalf("within the rate: %d %s", status, body)
		}
	}
	late := w.request("Open", "", `{"Id":"own"}`)
	late.Body = io.NopCloser(unread{t})
	status, body, records := w.call(late)
	if status != 400 || !strings.Contains(body, "ThrottlingException") || len(records) != 0 {
		t.Errorf("beyond the rate: %d %s, %d records", status, body, len(records))
	}
	if status, body, _ := w.call(w.request("Put", "", `{"Id":"mine"}`)); status != 400 || !strings.Contains(body, "ThrottlingException") {
		t.Errorf("a call that should be signed and is not: %d %s", status, body)
	}
	if status, body, _ := w.call(w.request("Put", "AKIAROOT", `{"Id":"mine"}`)); status != 200 {
		t.Errorf("signed: %d %s", status, body)
	}
}

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func BenchmarkThrottle(b *testing.B) {
	throttle := newThrottle(1_000_000)
	now := throttle.start
	for b.Loop() {
		now = now.Add(time.Microsecond)
		throttle.allow("198.51.100.7", now)
	}
}
