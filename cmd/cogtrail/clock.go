package main

import (
	"sync/atomic"
	"time"
)

// clock is business time: the machine's, moved on in dev mode only.
type clock struct{ offset atomic.Int64 }

// Now returns business time.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// farthest is how far ahead business time may be: more than any life of a token or
// record, and far from where sums overflow.
const farthest = 100 * 365 * 24 * time.Hour

// Advance moves business time on for everything that asks Now, to a hundred years
// ahead at most.
func (c *clock) Advance(d time.Duration) {
	for {
		old := c.offset.Load()
		next := min(time.Duration(old)+min(d, farthest), farthest)
		if c.offset.CompareAndSwap(old, int64(next)) {
			return
		}
	}
}
