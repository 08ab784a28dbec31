package sqlite

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Many that fight for one row: all must win within the runs that Update allows.
func TestHotRow(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir(), Options{})
	const workers, rounds = 48, 10
	var runs atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for range rounds {
				err := db.Update(t.Context(), func(tx store.Tx) error {
					runs.Add(1)
					v, err := tx.Get("s", []byte("n"))
					if err != nil && !errors.Is(err, store.ErrNotFound) {
						return err
					}
					n, _ := strconv.Atoi(string(v))
					return tx.Put("s", []byte("n"), []byte(strconv.Itoa(n+1)))
				})
				if err != nil {
					t.Errorf("update: %v", err)
				}
			}
		})
	}
	done.Wait()
	if got := rows(t, db); got != fmt.Sprintf("n=%d", workers*rounds) {
		t.Fatal(got)
	}
	t.Logf("%d runs for %d commits", runs.Load(), workers*rounds)
}

// A reader slower than all writers still gets through.
func TestStarvedRun(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir(), Options{})
	stop, runs := make(chan struct{}), 0
	var writers sync.WaitGroup
	wrote := make(chan struct{})
	writers.Go(func() {
		for i := 0; ; i++ {
			if err := put(t, db, "n", fmt.Sprint(i)); err != nil {
				t.Errorf("writer: %v", err)
				return
			}
			select {
			case wrote <- struct{}{}:
			case <-stop:
				return
			}
		}
	})
	err := db.Update(t.Context(), func(tx store.Tx) error {
		runs++
		if _, err := tx.Get("s", []byte("n")); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if runs <= patientRuns {
			<-wrote // two commits, so that one of them began after the read
			<-wrote
		}
		return tx.Put("s", []byte("seen"), nil)
	})
	close(stop)
	writers.Wait()
	if err != nil || runs <= patientRuns {
		t.Fatalf("after %d runs: %v", runs, err)
	}
}

// A run must not mix two states: when a row is read that is newer than one read
// before, and that one has changed, the run ends.
func TestMixedStateEndsRun(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir(), Options{})
	set := func(v string) error {
		return db.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.Put("s", []byte("a"), []byte(v)), tx.Put("s", []byte("b"), []byte(v)))
		})
	}
	if err := set("1"); err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"get", "scan"} {
		changed := false
		var saw []string
		err := db.Update(t.Context(), func(tx store.Tx) error {
			a, err := tx.Get("s", []byte("a"))
			if err != nil {
				return err
			}
			if !changed {
				changed = true
				other := make(chan error)
				go func() { other <- set("2" + how) }()
				if err := <-other; err != nil {
					return err
				}
			}
			if how == "get" {
				b, err := tx.Get("s", []byte("b"))
				if err != nil {
					return nil // hidden on purpose
				}
				saw = append(saw, string(a)+string(b))
				return nil
			}
			for kv, err := range tx.Scan("s", []byte("b"), nil, false) {
				if err != nil {
					return nil
				}
				saw = append(saw, string(a)+string(kv.Value))
			}
			return nil
		})
		if want := "2" + how + "2" + how; err != nil || len(saw) != 1 || saw[0] != want {
			t.Fatalf("%s: saw %v, %v", how, saw, err)
		}
	}
}

// While a scan is under way another transaction inserts into the part not yet
// yielded, and an own read moves the run to the newer state, which the rest of
// the scan must then show.
func TestScanMovesForward(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name       string
		reverse    bool
		at, insert string
		want       string
	}{
		{"within the page", false, "b", "c", "bcd"},
		{"at the end of the page", false, "d", "e", "bde"},
		{"backwards, within the page", true, "d", "c", "dcb"},
		{"backwards, at the end of the page", true, "b", "a", "dba"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := open(t, t.TempDir(), Options{})
			for _, k := range []string{"b", "d"} {
				if err := put(t, db, k, ""); err != nil {
					t.Fatal(err)
				}
			}
			runs := 0
			var saw string
			err := db.Update(t.Context(), func(tx store.Tx) error {
				runs++
				saw = ""
				for kv, err := range tx.Scan("s", nil, nil, c.reverse) {
					if err != nil {
						return err
					}
					saw += string(kv.Key)
					if runs > 1 || string(kv.Key) != c.at {
						continue
					}
					other := make(chan error)
					go func() { other <- put(t, db, c.insert, "") }()
					if err := <-other; err != nil {
						return err
					}
					if _, err := tx.Get("another space", []byte("k")); !errors.Is(err, store.ErrNotFound) {
						return err
					}
				}
				return tx.Put("t", []byte("saw"), []byte(saw))
			})
			if err != nil || saw != c.want || runs != 1 {
				t.Errorf("saw %s in %d runs, %v", saw, runs, err)
			}
		})
	}
}

// A commit is in the file but not yet published when a run that read before it
// scans. The run must not see the new rows beside the old one.
func TestScanMeetsUnpublishedCommit(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	inFile, met := make(chan struct{}), make(chan struct{}, 10)
	db := open(t, t.TempDir(), Options{
		commit: func(run func() error) error {
			err := run()
			if armed.CompareAndSwap(true, false) {
				close(inFile)
				<-met
			}
			return err
		},
		awaiting: func() { met <- struct{}{} },
	})
	set := func(v string) error {
		return db.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.Put("s", []byte("a"), []byte(v)), tx.Put("s", []byte("b"), []byte(v)))
		})
	}
	if err := set("old"); err != nil {
		t.Fatal(err)
	}
	other := make(chan error)
	runs := 0
	err := db.Update(t.Context(), func(tx store.Tx) error {
		runs++
		a, err := tx.Get("s", []byte("a"))
		if err != nil {
			return err
		}
		if runs == 1 {
			armed.Store(true)
			go func() { other <- set("new") }()
			<-inFile
		}
		for kv, err := range tx.Scan("s", []byte("b"), nil, false) {
			if err != nil {
				return err
			}
			if runs == 1 {
				met <- struct{}{}
			}
			if string(kv.Value) != string(a) {
				return fmt.Errorf("a is %s but b is %s", a, kv.Value)
			}
		}
		return nil
	})
	if err != nil || runs != 2 {
		t.Errorf("after %d runs: %v", runs, err)
	}
	if err := <-other; err != nil {
		t.Error(err)
	}
}
