package main

import (
	"fmt"
	"sync"
	"time"
)

// How often progress is shown: in place on a terminal, as lines elsewhere.
const (
	drawEvery = 200 * time.Millisecond
	lineEvery = 10 * time.Second
)

// showProgress shows what state says until stop is called.
func (f *queryFlags) showProgress(p *program, state func() string) (stop func()) {
	if f.quiet {
		return func() {}
	}
	return p.progress(state)
}

// progress shows on stderr what state says until stop is called. Short work shows nothing.
func (p *program) progress(state func() string) (stop func()) {
	width := terminalWidth(p.stderr)
	every := lineEvery
	if width > 0 {
		every = drawEvery
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		drawn := false
		for {
			select {
			case <-done:
				if drawn {
					fmt.Fprint(p.stderr, "\r\x1b[K")
				}
				return
			case <-tick.C:
			}
			text := state()
			if width == 0 {
				fmt.Fprintln(p.stderr, text)
				continue
			}
			if runes := []rune(text); len(runes) >= width {
				text = string(runes[:width-1])
			}
			fmt.Fprint(p.stderr, "\r\x1b[K"+text)
			drawn = true
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
