package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// crashDir names the data folder for the child of TestCrash.
const crashDir = "COGTRAIL_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashChild(dir)
		return
	}
	os.Exit(m.Run())
}

// crashChild commits numbered rows with records from several goroutines, prints
// each number after its commit, and settles records now and then, until killed.
func crashChild(dir string) {
	db, err := Open(dir, Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	life := fmt.Sprint(os.Getpid())
	var out sync.Mutex
	say := func(what, id string) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(what, id)
	}
	for w := range 4 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s.%d.%d", life, w, i)
				say("try", id)
				err := db.Update(context.Background(), func(tx store.Tx) error {
					tx.Append(store.Record{Kind: store.AuditRecord, ID: id, Data: make([]byte, 1300)})
					return errors.Join(tx.Put("rows", []byte(id), []byte(id)), tx.Put("rows.index", []byte("x"+id), []byte(id)))
				})
				if err != nil {
					say("error", err.Error())
					os.Exit(1)
				}
				say("done", id)
			}
		}()
	}
	// The drainer moves each record into a row of "drained" and settles it.
	for range db.Wake() {
		got, err := db.Take(context.Background(), 100)
		if err == nil && len(got) > 0 {
			err = db.Update(context.Background(), func(tx store.Tx) error { return move(tx, got) })
		}
		if err != nil {
			say("error", err.Error())
			os.Exit(1)
		}
	}
}

// move settles records and leaves a row for each, with how often it came.
func move(tx store.Tx, got []store.Taken) error {
	for _, r := range got {
		old, err := tx.Get("drained", []byte(r.Record.ID))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := tx.Put("drained", []byte(r.Record.ID), append(append([]byte(nil), old...), '1')); err != nil {
			return err
		}
		tx.Settle([]int64{r.ID})
	}
	return nil
}

// TestCrash kills a writing process 20 times. After each kill every acknowledged
// row is there, with its index row and its record, the record exactly once, and
// nothing is there in part.
func TestCrash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acked := map[string]bool{}
	for round := range 20 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), crashDir+"="+dir)
		stdout, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		// The clock of the kill starts with the first commit: the moment is
		// random within a few commits, checkpoints and settlings.
		var kill *time.Timer
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			what, id, ok := strings.Cut(lines.Text(), " ")
			switch {
			case ok && what == "done" && strings.Count(id, ".") == 2:
				acked[id] = true
				if kill == nil {
					kill = time.AfterFunc(time.Duration(rand.IntN(120_000))*time.Microsecond, func() { _ = child.Process.Kill() })
				}
			case what == "error":
				t.Errorf("round %d: %s", round, lines.Text())
				_ = child.Process.Kill()
			}
		}
		_ = child.Wait()
		if kill == nil {
			t.Fatalf("round %d: the child committed nothing", round)
		}
		kill.Stop()
		checkCrashed(t, dir, acked)
	}
	if len(acked) < 100 {
		t.Fatalf("only %d commits in all rounds", len(acked))
	}
	t.Logf("%d acknowledged commits", len(acked))
}

func checkCrashed(t *testing.T, dir string, acked map[string]bool) {
	t.Helper()
	db, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := db.Take(t.Context(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		records := map[string]int{}
		for _, r := range got {
			records[r.Record.ID]++
		}
		for kv, err := range tx.Scan("drained", nil, nil, false) {
			if err != nil {
				return err
			}
			records[string(kv.Key)] += len(kv.Value)
		}
		rows := 0
		for kv, err := range tx.Scan("rows", nil, nil, false) {
			if err != nil {
				return err
			}
			rows++
			id := string(kv.Key)
			if records[id] != 1 {
				return fmt.Errorf("row %s has %d records", id, records[id])
			}
			if _, err := tx.Get("rows.index", []byte("x"+id)); err != nil {
				return fmt.Errorf("index of row %s: %w", id, err)
			}
		}
		if rows != len(records) {
			return errors.New(strconv.Itoa(rows) + " rows but " + strconv.Itoa(len(records)) + " records")
		}
		for id := range acked {
			if records[id] != 1 {
				return fmt.Errorf("acknowledged row %s is lost", id)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
