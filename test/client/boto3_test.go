package client

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestBoto3 runs the Python programs, each against a server of its own, and then
// looks for their canaries wherever nothing private may show.
func TestBoto3(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"cognito", "identities", "storage", "trail", "observe", "cloudwatch", "guard"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := harness.Start(t, binary, fast...)
			home := t.TempDir()
			dir, err := filepath.Abs("boto3")
			if err != nil {
				t.Fatal(err)
			}
			list := filepath.Join(home, "canaries")
			watch := newWatch(t, s)
			r := harness.Run(t, dir, append(s.ClientEnv(home), "CANARIES="+list), 2*waitLimit, "python3", name+".py")
			if r.Code != 0 {
				t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
			if _, err := os.Stat(list); err == nil {
				watch.check(t, readCanaries(t, list))
			}
		})
	}
}
