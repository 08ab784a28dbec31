package client

import (
	"fmt"
	"os"
	"testing"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// binary is built once for all tests of this package.
var binary *harness.Binary

func TestMain(m *testing.M) {
	var err error
	if binary, err = harness.Build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	binary.Remove()
	os.Exit(code)
}

// fast makes trail files and digests quickly enough for a test.
var fast = []string{"COGTRAIL_TRAIL_INTERVAL=1s", "COGTRAIL_TRAIL_DIGESTINTERVAL=2s"}
