// Command load measures a cogtrail server: it starts the given binary on an
// empty folder, drives it over loopback with 1, 8 and 64 clients, and prints
// requests per second, latencies and the server's CPU time per call, next to the
// cryptography that the same machine does at best; then how long a record takes
// to history and to a file in a bucket, and what start and memory are.
//
//	go run ./test/load -binary ./cogtrail [-seconds 5]
//	go run ./test/load -binary ./cogtrail -folder FOLDER      (start over a folder only)
//	go run ./test/load -binary ./cogtrail -users 1000000      (a pool of so many users: import, searches, sign-ins; with
//	                                                           -folder in that data folder, which stays)
//	go run ./test/load -binary ./cogtrail -events             (data events made durable, with and without metric filters)
//	go run ./test/load -binary ./cogtrail -folder FOLDER -crash
//	                                                          (start over a folder after kill -9 under load)
//
// Load generator and server share the machine; CPU time per call is the
// server's own, read from the kernel, with everything it does behind the answer:
// draining, sealing, collecting garbage.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "./cogtrail", "server to measure")
	flag.StringVar(&o.state, "state", "", "state engine of the server")
	flag.StringVar(&o.folder, "folder", "", "measure only the start over this data folder")
	events := flag.Bool("events", false, "measure data events of a trail instead")
	crash := flag.Bool("crash", false, "measure the start over -folder after kill -9 under load instead")
	count := flag.Int("users", 0, "measure a pool of so many users instead")
	seconds := flag.Int("seconds", 5, "seconds per measurement")
	flag.Parse()
	o.each = time.Duration(*seconds) * time.Second
	run := run
	switch {
	case *count > 0:
		run = func(o options) error { return people(o, *count) }
	case *events:
		run = dataEvents
	case *crash:
		run = crashes
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

type options struct {
	binary, state, folder string
	each                  time.Duration
}

func run(o options) error {
	if o.folder != "" {
		return starts(o, func() (string, error) { return o.folder, nil }, "the folder "+o.folder)
	}
	dir, err := os.MkdirTemp("", "cogtrail-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	n := 0
	err = starts(o, func() (string, error) { n++; return fmt.Sprintf("%s/empty%d", dir, n), nil }, "empty folder")
	if err != nil {
		return err
	}
	if err := loads(o, dir+"/load"); err != nil {
		return err
	}
	return buckets(o, dir+"/bucket")
}

// starts prints how long a start takes and what memory it needs at rest.
func starts(o options, folder func() (string, error), what string) error {
	var took []time.Duration
	var memory int64
	for i := range 5 {
		dir, err := folder()
		if err != nil {
			return err
		}
		t, err := launch(o, dir)
		if err != nil {
			return err
		}
		took = append(took, t.start)
		if i == 4 {
			time.Sleep(3 * time.Second) // at rest
			memory = t.status("VmRSS")
		}
		if err := t.stop(); err != nil {
			return err
		}
	}
	slices.Sort(took)
	fmt.Printf("Start to ready over %s: median %.0f ms, most %.0f ms (%d starts); memory at rest %d MB\n\n",
		what, ms(took[2]), ms(took[4]), len(took), memory)
	return nil
}

// loads drives one server with all calls and looks at its records.
func loads(o options, dir string) (err error) {
	t, err := launch(o, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	f, err := floor()
	if err != nil {
		return err
	}
	f.print()
	w, err := prepare(t)
	if err != nil {
		return err
	}
	fmt.Printf("%s per row. The floor of a call is the cryptography it cannot do without; rest is the server's CPU time above it.\n\n", o.each)
	fmt.Println("| call | clients | calls/s | p50 ms | p99 ms | CPU ms/call | floor | rest |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, c := range []struct {
		name  string
		floor time.Duration
		do    func(n int64) error
	}{
		{"DescribeUserPool", 0, w.describe},
		{"AdminCreateUser", f.make, w.adminCreate},
		{"DescribeUserPool of those users", 0, w.describe},
		{"USER_PASSWORD_AUTH", 2*f.sign + f.check, w.passwordAuth},
		{"USER_PASSWORD_AUTH, argon2id", 2*f.sign + f.argon, w.argonAuth},
		{"USER_SRP_AUTH (two calls)", 2*f.sign + f.first + f.second, w.srpAuth},
	} {
		for _, clients := range []int{1, 8, 64} {
			r, err := w.drive(clients, o.each, c.do)
			if err != nil {
				return fmt.Errorf("%s with %d clients: %w", c.name, clients, err)
			}
			fmt.Printf("| %s | %d | %.0f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", c.name, clients, r.rate, ms(r.p50), ms(r.p99),
				ms(r.cpu), ms(c.floor), ms(r.cpu-c.floor))
		}
	}
	fmt.Printf("\nmemory right after load %d MB, most during load %d MB, ", t.status("VmRSS"), t.status("VmHWM"))
	time.Sleep(5 * time.Second)
	fmt.Printf("five seconds later %d MB\n\n", t.status("VmRSS"))
	return w.histories(o.each)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
