package gateway

import (
	"hash/maphash"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// throttled is a step of the way in: it bounds how often one source may make calls
// without signature, which cost work before anybody has proved anything.
func (x *exchange) throttled() error {
	bare := x.sig == nil && x.older == nil && x.sigErr == nil // nobody has even claimed to be somebody
	if (x.match.Operation.Unsigned || bare) && !x.g.throttle.allow(x.sourceIP, x.start) {
		return tooMany(x.match.Service)
	}
	return nil
}

// tooMany refuses a call for coming too soon. It is not recorded: whose it is shows
// only in its parameters and in the state, and the refusal spares just that work.
func tooMany(s *schema.Service) *schema.Error {
	switch s.Name {
	case "cognito-idp", "cognito-identity":
		return &schema.Error{Code: "TooManyRequestsException", Message: "Too many requests", Status: 400}
	case "s3":
		return &schema.Error{Code: "SlowDown", Message: "Please reduce your request rate.", Status: 503}
	default:
		return &schema.Error{Code: "ThrottlingException", QueryCode: "Throttling", Message: "Rate exceeded", Status: 400}
	}
}

// sources is the number of buckets. Sources that share one by chance share its rate.
const sources = 1 << 16

// throttle is a token bucket per source, kept as the time at which the bucket will be
// full again (the generic cell rate algorithm), so that one word is all its state and
// no source can make it grow.
type throttle struct {
	interval time.Duration // between calls at the full rate
	burst    time.Duration // how far ahead of it a source may be
	start    time.Time
	seed     maphash.Seed
	full     []atomic.Int64 // nanoseconds since start
}

// newThrottle allows rate calls a second, and twice as many at once; nil, which
// allows everything, for 0.
func newThrottle(rate int) *throttle {
	if rate <= 0 {
		return nil
	}
	t := &throttle{interval: time.Second / time.Duration(rate), start: time.Now(), seed: maphash.MakeSeed(), full: make([]atomic.Int64, sources)}
	t.burst = 2 * time.Second
	return t
}

// allow takes a token of a source's bucket. This machine has no bound: its processes
// could take the processor anyway, and a proxy on it stands for many.
func (t *throttle) allow(source string, now time.Time) bool {
	if t == nil {
		return true
	}
	addr, err := netip.ParseAddr(source)
	if err != nil || addr.IsLoopback() {
		return true
	}
	if addr.Is6() {
		// A subscriber has a network of its own to take addresses from. [RFC 6177]
		p, _ := addr.WithZone("").Prefix(64) // 64 bits are within every IPv6 address
		addr = p.Addr()
	}
	bucket := &t.full[maphash.Comparable(t.seed, addr)%sources]
	at := int64(now.Sub(t.start))
	for {
		full := bucket.Load()
		next := max(full, at) + int64(t.interval)
		if next-at > int64(t.burst) {
			return false
		}
		if bucket.CompareAndSwap(full, next) {
			return true
		}
	}
}
