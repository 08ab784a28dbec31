package threat

import (
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Levels of risk; empty is none.
const (
	Low    = "Low"
	Medium = "Medium"
	High   = "High"
)

// Signals are what is known of an attempt when the password was right. AWS does not tell what it looks at beyond the device, the
// place and their history. (inferred)
type Signals struct {
	// First tells that the user has never signed in while he was looked at: nothing is new compared with nothing.
	First bool
	// NewNetwork and NewDevice tell that no sign-in of his came from there or with it.
	NewNetwork, NewDevice bool
	// Distrusted tells that somebody called a sign-in from the same network or device no doing of the user.
	Distrusted bool
	// Failures are the wrong proofs within the last hour.
	Failures int
	// Networks are those of his sign-ins within the last hour, besides this one.
	Networks int
}

// Level weighs signals. Each that is out of the ordinary is a point: one is low, two medium, three high.
func (s Signals) Level() string {
	if s.Distrusted {
		return High
	}
	points := 0
	if !s.First && s.NewNetwork {
		points++
		if s.Networks >= 2 { // nobody travels so fast
			points++
		}
	}
	if !s.First && s.NewDevice {
		points++
	}
	switch {
	case s.Failures >= 10:
		points += 2
	case s.Failures >= 3:
		points++
	}
	return []string{"", Low, Medium, High}[min(points, 3)]
}

const (
	// recent is how far back failures and changes of network are looked at.
	recent = time.Hour
	// maxHabits bounds each list of a user's habits: the ones used longest ago go.
	maxHabits = 20
	// habitLife is how long a network or device that is not used any more stays known.
	habitLife = 90 * 24 * time.Hour
)

// read compares an attempt with what is known of the user.
func read(h *userpool.Habits, p *userpool.Place, now time.Time) Signals {
	s := Signals{First: true}
	known := func(list []userpool.Habit, name string) (found bool) {
		for _, x := range list {
			if x.Bad {
				s.Distrusted = s.Distrusted || x.Name == name
				continue
			}
			if now.UnixMilli()-x.Last < habitLife.Milliseconds() {
				s.First, found = false, found || x.Name == name
			}
		}
		return found
	}
	if p.Address != "" {
		s.NewNetwork = !known(h.Networks, p.Network)
		s.NewDevice = !known(h.Devices, p.Mark)
	}
	since := now.Add(-recent).UnixMilli()
	for _, x := range h.Networks {
		if x.Last > since && x.Name != p.Network {
			s.Networks++
		}
	}
	for _, f := range h.Failures {
		if f.At > since {
			s.Failures++
		}
	}
	return s
}

// learn makes a place known as the user's. What somebody called no doing of his stays so.
func learn(h *userpool.Habits, p *userpool.Place, now time.Time) {
	h.Failures = nil
	if p.Address == "" {
		return
	}
	h.Networks = used(h.Networks, p.Network, false, now)
	h.Devices = used(h.Devices, p.Mark, false, now)
}

// failed remembers a wrong proof.
func failed(h *userpool.Habits, p *userpool.Place, now time.Time) {
	since := now.Add(-recent).UnixMilli()
	h.Failures = slices.DeleteFunc(h.Failures, func(f userpool.Failure) bool { return f.At <= since })
	h.Failures = append(h.Failures, userpool.Failure{At: now.UnixMilli(), Network: p.Network})
	h.Failures = h.Failures[max(0, len(h.Failures)-maxHabits):]
}

// used moves a habit to the end of its list.
func used(list []userpool.Habit, name string, bad bool, now time.Time) []userpool.Habit {
	if i := slices.IndexFunc(list, func(x userpool.Habit) bool { return x.Name == name }); i >= 0 {
		bad = bad || list[i].Bad
		list = slices.Delete(list, i, i+1)
	}
	list = append(list, userpool.Habit{Name: name, Last: now.UnixMilli(), Bad: bad})
	return list[max(0, len(list)-maxHabits):]
}

// Mark takes feedback on an event to heart: the place of one that was not the user's is distrusted from now on, that of one that was
// is known.
func Mark(h *userpool.Habits, p *userpool.Place, valid bool, now time.Time) {
	if p.Address == "" {
		return
	}
	for _, x := range []struct {
		list *[]userpool.Habit
		name string
	}{{&h.Networks, p.Network}, {&h.Devices, p.Mark}} {
		*x.list = slices.DeleteFunc(*x.list, func(y userpool.Habit) bool { return y.Name == x.name })
		*x.list = used(*x.list, x.name, !valid, now)
	}
}
