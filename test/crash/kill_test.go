package crash

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// fast makes the trail's files and digests part of what is interrupted.
var fast = []string{"COGTRAIL_TRAIL_INTERVAL=1s", "COGTRAIL_TRAIL_DIGESTINTERVAL=2s"}

// TestKill kills the server under ten writers again and again, over one data
// folder. After each kill the folder is checked, the server started, and what
// the round's journal holds compared with state, history, log groups and bucket.
// At the end all rounds are compared once more.
func TestKill(t *testing.T) {
	t.Parallel()
	r := random(t)
	data := filepath.Join(t.TempDir(), "data")
	options := server.Options{Binary: binary, Data: data, Env: fast}
	s, err := server.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Kill() }()
	trail, err := s.MakeTrail(t.Context(), "crash")
	if err != nil {
		t.Fatal(err)
	}
	n := number(8, *kills)
	scenes := make([]*scene, 0, n)
	acked, changes := 0, 0
	for i := range n {
		sc, err := newScene(t.Context(), s, trail, fmt.Sprintf("round%04d", i))
		if err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		wait := sc.load(t.Context(), s)
		<-time.After(time.Duration(20+r.IntN(number(400, 1500))) * time.Millisecond) // the random moment
		s.Kill()
		if err := wait(); err != nil {
			t.Errorf("round %d: refused under load: %v", i, err)
		}
		if err := server.Check(binary, data); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		if s, err = server.Start(options); err != nil {
			t.Fatalf("round %d: restart: %v", i, err)
		}
		f, err := sc.check(t.Context(), s)
		if err != nil {
			t.Fatalf("round %d of -seed %d: %v", i, *seed, err)
		}
		acked, changes = acked+sc.size(), changes+f.changes()
		scenes = append(scenes, sc)
		if i%10 == 9 {
			t.Logf("%d kills, %d changes acknowledged, %d found, none lost", i+1, acked, changes)
		}
	}
	for i, sc := range scenes {
		if _, err := sc.check(t.Context(), s); err != nil {
			t.Fatalf("round %d, at the end: %v", i, err)
		}
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := server.Check(binary, data); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills: %d changes acknowledged, %d found with exactly one record each, 0 lost", n, acked, changes)
}
