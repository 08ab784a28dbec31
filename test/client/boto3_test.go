package client

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestBoto3 runs the Python programs, each against a server of its own, and then
// looks for their canaries wherever nothing private may show. Together they call
// every operation of their services that is served, and are refused by every one.
func TestBoto3(t *testing.T) {
	t.Parallel()
	ledgers := t.TempDir()
	t.Run("programs", func(t *testing.T) {
		for _, name := range []string{"cognito", "groups", "factors", "configuration", "userimport", "identities", "storage", "trail", "observe", "cloudwatch", "guard"} {
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
				env := append(s.ClientEnv(home), "CANARIES="+list, "LEDGER="+filepath.Join(ledgers, name))
				r := harness.Run(t, dir, env, 2*waitLimit, "python3", name+".py")
				if r.Code != 0 {
					t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
				}
				if _, err := os.Stat(list); err == nil {
					watch.check(t, readCanaries(t, list))
				}
			})
		}
	})
	if t.Failed() {
		return // a program that broke off has not called everything
	}
	done, refused := readLedgers(t, ledgers)
	for service, operations := range readServed(t) {
		if done[service] == nil {
			continue // no program is about it
		}
		for _, o := range operations {
			if !done[service][o] {
				t.Errorf("%s %s: served, but never called with success here", service, o)
			}
			if !refused[service][o] {
				t.Errorf("%s %s: served, but never refused here", service, o)
			}
		}
	}
}

// readLedgers returns the operations that the programs called, by service.
func readLedgers(t *testing.T, dir string) (done, refused map[string]map[string]bool) {
	t.Helper()
	done, refused = make(map[string]map[string]bool), make(map[string]map[string]bool)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(raw)) {
			var call struct {
				Service, Operation string
				Refused            bool
			}
			if err := json.Unmarshal([]byte(line), &call); err != nil {
				return err
			}
			kind := done
			if call.Refused {
				kind = refused
			}
			if kind[call.Service] == nil {
				kind[call.Service] = make(map[string]bool)
			}
			kind[call.Service][call.Operation] = true
		}
		return nil
	})
	if err != nil || len(done) == 0 {
		t.Fatal(errors.Join(err, errors.New("the programs left no ledger")))
	}
	return done, refused
}

// readServed returns the served operations by service, as the generated page lists them.
func readServed(t *testing.T) map[string][]string {
	t.Helper()
	f, err := os.Open("../../docs/compat/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, service := make(map[string][]string), ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "## "); ok {
			service = strings.TrimSpace(name)
		}
		if cells := strings.Split(lines.Text(), "|"); len(cells) > 2 && strings.TrimSpace(cells[2]) == "**yes**" {
			out[service] = append(out[service], strings.TrimSpace(cells[1]))
		}
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatal(errors.Join(err, errors.New("no operation is served")))
	}
	return out
}
