package threat

import (
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/userpool"
)

func TestLevel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		Signals
		want string
	}{
		{"nothing", Signals{}, ""},
		{"first sign-in", Signals{First: true, NewNetwork: true, NewDevice: true}, ""},
		{"first sign-in after guesses", Signals{First: true, NewNetwork: true, NewDevice: true, Failures: 3}, Low},
		{"new network", Signals{NewNetwork: true}, Low},
		{"new device", Signals{NewDevice: true}, Low},
		{"both", Signals{NewNetwork: true, NewDevice: true}, Medium},
		{"both after guesses", Signals{NewNetwork: true, NewDevice: true, Failures: 3}, High},
		{"guesses", Signals{Failures: 3}, Low},
		{"few guesses", Signals{Failures: 2}, ""},
		{"many guesses", Signals{Failures: 10}, Medium},
		{"many guesses, new network", Signals{Failures: 10, NewNetwork: true}, High},
		{"third network within an hour", Signals{NewNetwork: true, Networks: 2}, Medium},
		{"known networks in turn", Signals{Networks: 5}, ""},
		{"distrusted", Signals{Distrusted: true}, High},
		{"everything", Signals{NewNetwork: true, NewDevice: true, Failures: 20, Networks: 9}, High},
	} {
		if got := c.Level(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

func TestRead(t *testing.T) {
	t.Parallel()
	home, work := userpool.Place{Address: "192.0.2.1", Network: "192.0.2.0/24", Mark: "m"}, userpool.Place{Address: "198.51.100.1", Network: "198.51.100.0/24", Mark: "w"}
	h := &userpool.Habits{}
	if s := read(h, &home, noon); !s.First || s.Level() != "" {
		t.Errorf("nobody known: %+v", s)
	}
	failed(h, &work, noon)
	learn(h, &home, noon)
	if s := read(h, &home, noon); s != (Signals{}) {
		t.Errorf("at home: %+v", s)
	}
	if s := read(h, &work, noon); s != (Signals{NewNetwork: true, NewDevice: true, Networks: 1}) {
		t.Errorf("elsewhere: %+v", s)
	}
	if s := read(h, &userpool.Place{}, noon); s.NewNetwork || s.NewDevice {
		t.Errorf("nobody said where: %+v", s)
	}
	failed(h, &work, noon)
	if s := read(h, &home, noon.Add(59*time.Minute)); s.Failures != 1 {
		t.Errorf("within the hour: %+v", s)
	}
	if s := read(h, &home, noon.Add(time.Hour)); s.Failures != 0 {
		t.Errorf("after the hour: %+v", s)
	}
	if s := read(h, &home, noon.Add(habitLife)); !s.First {
		t.Errorf("long after: %+v", s)
	}
	Mark(h, &work, false, noon)
	if s := read(h, &work, noon); s.Level() != High {
		t.Errorf("no doing of his: %+v", s)
	}
	if s := read(h, &home, noon); s.Distrusted {
		t.Errorf("home is distrusted: %+v", s)
	}
	learn(h, &work, noon)
	if s := read(h, &work, noon); !s.Distrusted {
		t.Errorf("a sign-in made it trusted: %+v", s)
	}
	Mark(h, &work, true, noon)
	if s := read(h, &work, noon); s.Distrusted || s.NewNetwork {
		t.Errorf("his doing after all: %+v", s)
	}
}

func TestHabits_bounded(t *testing.T) {
	t.Parallel()
	h := &userpool.Habits{}
	for i := range 100 {
		p := userpool.Place{Address: "x", Network: fmt.Sprint(i), Mark: fmt.Sprint(i)}
		learn(h, &p, noon)
		Mark(h, &p, false, noon)
	}
	for range 100 {
		failed(h, &userpool.Place{}, noon)
	}
	if len(h.Networks) != maxHabits || len(h.Devices) != maxHabits || len(h.Failures) != maxHabits || h.Networks[maxHabits-1].Name != "99" {
		t.Errorf("%d, %d, %d, the last %+v", len(h.Networks), len(h.Devices), len(h.Failures), h.Networks[len(h.Networks)-1])
	}
}
