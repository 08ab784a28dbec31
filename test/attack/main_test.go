package attack

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/cogtrail/cogtrail/test/server"
)

var (
	srv      *server.Server
	trail    *server.Trail
	binary   string
	variants atomic.Int64
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cogtrail-attack-")
	if err == nil {
		defer os.RemoveAll(dir)
		binary, err = server.Build(dir)
	}
	if err == nil {
		srv, err = server.Start(server.Options{
			Binary: binary, Data: filepath.Join(dir, "data"), Env: []string{"COGTRAIL_TRAIL_INTERVAL=1s", "COGTRAIL_TRAIL_DIGESTINTERVAL=2s"},
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer srv.Kill()
	if trail, err = srv.MakeTrail(background, "attack"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	for _, line := range srv.ErrorLines() {
		fmt.Fprintln(os.Stderr, "error log:", line)
		code = 1
	}
	if err := srv.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	fmt.Printf("variants: %d\n", variants.Load())
	return code
}
