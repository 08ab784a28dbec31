package crash

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// syscalls are those that carry durability: what the Go runtime and the SQLite
// engine really use, looked up with strace.
var syscalls = []string{"open", "openat", "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "unlink", "unlinkat", "mkdirat"}

// point is one place to strike: the n-th call of a kind in one thread.
type point struct {
	call string
	n    int
	what string // strace's words for what happens there
	// fresh begins with an empty folder instead of a prepared one.
	fresh bool
}

func (p point) String() string {
	folder := "prepared"
	if p.fresh {
		folder = "empty"
	}
	return fmt.Sprintf("%s %d %s, %s folder", p.call, p.n, p.what, folder)
}

// stage is what all runs begin with.
type stage struct {
	dir   string // prepared data folder, cleanly closed
	scene *scene
}

// prepare makes a data folder with a trail and a scene.
func prepare(t *testing.T) *stage {
	t.Helper()
	st := &stage{dir: filepath.Join(t.TempDir(), "prepared")}
	s, err := server.Start(server.Options{Binary: binary, Data: st.dir, Env: fast})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Kill()
	if st.scene, err = furnish(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	return st
}

func furnish(ctx context.Context, s *server.Server) (*scene, error) {
	trail, err := s.MakeTrail(ctx, "crash")
	if err != nil {
		return nil, err
	}
	return newScene(ctx, s, trail, "faults")
}

// again is the scene with an empty journal.
func (sc *scene) again() *scene {
	return &scene{journal: newJournal(), began: sc.began, trail: sc.trail, pool: sc.pool, prefix: sc.prefix, group: sc.group, stream: sc.stream}
}

// outcome of one run.
type outcome struct {
	struck  bool // the fault happened
	started bool // the server took calls in spite of it
	refused int  // calls that were not acknowledged
	acked   int
}

// settleTime lets records be sealed, files delivered and digests signed, each of
// which happens every second or two.
const settleTime = 2200 * time.Millisecond

// strike runs the small workload once with a fault at a point, or only counts
// system calls if wrap traces without a fault. What is left must be whole.
func (st *stage) strike(t *testing.T, p point, dir string, flags []string) (o outcome, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return o, err
	}
	data, trace := filepath.Join(dir, "data"), filepath.Join(dir, "trace")
	sc := st.scene.again()
	if p.fresh {
		sc = nil
	} else if err := copyFolder(data, st.dir); err != nil {
		return o, err
	}
	wrap := append([]string{"strace", "-D", "-f", "-q", "--seccomp-bpf", "-o", trace}, flags...)
	s, err := server.Start(server.Options{Binary: binary, Data: data, Env: fast, Wrap: wrap, Patience: 20 * time.Second})
	if err == nil {
		o.started = true
		if sc, err = st.work(t.Context(), s, sc, &o); err != nil {
			o.refused++
		}
		_ = s.Stop() // it may die as it likes
		s.Kill()
	}
	if err := server.Check(binary, data); err != nil {
		return o, err
	}
	raw, err := os.ReadFile(trace)
	if err != nil {
		return o, err
	}
	o.struck = strings.Contains(string(raw), "(INJECTED)") || p.what == kill && strings.Contains(string(raw), "killed by SIGKILL")
	return o, st.after(t.Context(), data, sc, &o)
}

// copyFolder copies with modes: the master key must stay private.
func copyFolder(to, from string) error {
	if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("copy data folder: %w: %s", err, out)
	}
	return nil
}

// work is the workload: a few changes of each kind, then time for the background.
func (st *stage) work(ctx context.Context, s *server.Server, sc *scene, o *outcome) (*scene, error) {
	if sc == nil {
		var err error
		if sc, err = furnish(ctx, s); err != nil {
			return nil, err
		}
	}
	for range 3 {
		for _, kind := range []string{signUp, adminCreate, putObject, putLog} {
			if s.Ended() {
				return sc, nil
			}
			if err := sc.write(ctx, s, kind); err != nil {
				o.refused++
			}
		}
	}
	settled := time.NewTimer(settleTime)
	defer settled.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-settled.C:
			return sc, nil
		case <-tick.C:
			if s.Ended() {
				return sc, nil
			}
		}
	}
}

// after starts the server without faults and compares. sc is nil if the run did
// not get as far as to have a scene.
func (st *stage) after(ctx context.Context, data string, sc *scene, o *outcome) error {
	s, err := server.Start(server.Options{Binary: binary, Data: data, Env: fast})
	if err != nil {
		return fmt.Errorf("start after the fault: %w", err)
	}
	defer s.Kill()
	if sc == nil {
		return nil
	}
	o.acked = sc.size()
	_, err = sc.check(ctx, s)
	return err
}

const kill = "signal=KILL"

// kinds of faults.
var kinds = []string{"error=EIO", "error=ENOSPC", kill}

var counted = regexp.MustCompile(`(?m)^(\d+) +(\w+)\(`)

// count runs the workload under strace and returns all points: for each call as
// many as the thread with the most of them made.
func (st *stage) count(t *testing.T, fresh bool) []point {
	t.Helper()
	dir := t.TempDir()
	o, err := st.strike(t, point{fresh: fresh}, dir, []string{"-e", "trace=" + strings.Join(syscalls, ",")})
	if err != nil || o.refused > 0 || o.acked != 12 {
		t.Fatalf("the workload without a fault: %+v, %v", o, err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	most, all := map[string]int{}, map[string]int{}
	thread := map[[2]string]int{}
	for _, m := range counted.FindAllStringSubmatch(string(raw), -1) {
		k := [2]string{m[1], m[2]}
		thread[k]++
		all[m[2]]++
		most[m[2]] = max(most[m[2]], thread[k])
	}
	var out []point
	for _, call := range syscalls {
		for n := range most[call] {
			for _, what := range kinds {
				out = append(out, point{call: call, n: n + 1, what: what, fresh: fresh})
			}
		}
	}
	t.Logf("empty folder %t: %d points; calls %v", fresh, len(out), all)
	return out
}

// TestSyscallFaults lets exactly one system call of a thread fail or kill the
// server, at a sample of all places. The server may refuse, stop or die; damaged
// or missing data is the only failure.
func TestSyscallFaults(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is needed: install the package strace")
	}
	r := random(t)
	st := prepare(t)
	points := append(st.count(t, false), st.count(t, true)...)
	runs := sample(r, points, number(32, *faults))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var done, struck, started, acked, refused int
	struckBy := map[string]int{}
	queue := make(chan int)
	dir := t.TempDir()
	for range 4 {
		wg.Go(func() {
			for i := range queue {
				p := runs[i]
				place := filepath.Join(dir, fmt.Sprint(i))
				o, err := st.strike(t, p, place, []string{"-e", "trace=" + p.call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", p.call, p.what, p.n)})
				os.RemoveAll(place)
				mu.Lock()
				if err != nil {
					t.Errorf("run %d of -seed %d, %s: %v", i, *seed, p, err)
				}
				done++
				acked, refused = acked+o.acked, refused+o.refused
				if o.struck {
					struck++
					struckBy[p.call+" "+p.what]++
				}
				if o.started {
					started++
				}
				if done%100 == 0 {
					t.Logf("%d runs, %d struck", done, struck)
				}
				mu.Unlock()
			}
		})
	}
	for i := range runs {
		queue <- i
	}
	close(queue)
	wg.Wait()
	t.Logf("%d runs: the fault happened in %d, the server took calls in %d; %d changes acknowledged, %d refused; by fault %v",
		done, struck, started, acked, refused, struckBy)
	if struck < done/2 {
		t.Errorf("only %d of %d faults happened", struck, done)
	}
}

// sample chooses n points. Rare calls are chosen more often than their share,
// and early ones more often than late ones: which thread makes how many calls
// differs from run to run, and a thread that makes fewer than n is not struck.
func sample(r *rand.Rand, points []point, n int) []point {
	by := map[string][]point{}
	var calls []string
	for _, p := range points {
		k := fmt.Sprint(p.call, p.fresh, p.what)
		if by[k] == nil {
			calls = append(calls, k)
		}
		by[k] = append(by[k], p)
	}
	weights := make([]float64, len(calls))
	sum := 0.0
	for i, k := range calls {
		weights[i] = math.Sqrt(float64(len(by[k])))
		sum += weights[i]
	}
	out := make([]point, n)
	for i := range out {
		x, c := r.Float64()*sum, 0
		for c < len(calls)-1 && x >= weights[c] {
			x -= weights[c]
			c++
		}
		u := r.Float64()
		list := by[calls[c]]
		out[i] = list[int(u*u*float64(len(list)))]
	}
	return out
}
