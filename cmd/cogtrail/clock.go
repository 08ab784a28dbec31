package main

import (
	"sync/atomic"
	"time"
)

// clock is business time: the machine's, moved on in dev mode only.
type clock struct{ offset atomic.Int64 }

// Now returns business time.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Advance moves business time on for everything that asks Now.
func (c *clock) Advance(d time.Duration) { c.offset.Add(int64(d)) }
