package client

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"slices"
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
		for _, name := range []string{"cognito", "groups", "factors", "passkeys", "sessions", "custom", "configuration", "userimport", "identities", "storage", "trail", "observe", "logs", "insights", "cloudwatch", "events", "guard", "threat"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				settings := fast
				if name == "custom" {
					settings = append(slices.Clip(fast), "COGTRAIL_LAMBDA_ENDPOINT="+newFunctions(t).url, "COGTRAIL_LAMBDA_NAME=name")
				}
				s := harness.Start(t, binary, settings...)
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
	ledger := readLedger(t, ledgers)
	for service, operations := range readServed(t) {
		if !ledger.about(service) {
			continue
		}
		for _, o := range operations {
			p := ledger[operation{service, o}]
			if p == nil {
				t.Errorf("%s %s: served, but never called here", service, o)
				continue
			}
			if !p.success && !p.never {
				t.Errorf("%s %s: served, but never called with success here", service, o)
			}
			if !p.refusal {
				t.Errorf("%s %s: served, but never refused here", service, o)
			}
		}
	}
	ledger.compare(t, "../../docs/compat/proved.tsv")
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
