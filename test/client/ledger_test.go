package client

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/compat/proved.tsv instead of comparing it")

// operation is one of a service, as docs/compat/operations.md names both.
type operation struct{ service, name string }

// proof tells which answers of an operation a program has seen, and whose records it has found and compared.
type proof struct {
	success, refusal                 bool
	recordedSuccess, recordedRefusal bool
	never                            bool // it has nothing to succeed with
}

type ledger map[operation]*proof

// readLedger adds up what the programs wrote down.
func readLedger(t *testing.T, dir string) ledger {
	t.Helper()
	l := ledger{}
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
				Service, Operation       string
				Refused, Recorded, Never bool
			}
			if err := json.Unmarshal([]byte(line), &call); err != nil {
				return err
			}
			o := operation{call.Service, call.Operation}
			if l[o] == nil {
				l[o] = &proof{}
			}
			switch p := l[o]; {
			case call.Never:
				p.never = true
			case call.Refused:
				p.refusal, p.recordedRefusal = true, p.recordedRefusal || call.Recorded
			default:
				p.success, p.recordedSuccess = true, p.recordedSuccess || call.Recorded
			}
		}
		return nil
	})
	if err != nil || len(l) == 0 {
		t.Fatalf("the programs left no ledger: %v", err)
	}
	return l
}

// about tells that a program was about a service.
func (l ledger) about(service string) bool {
	for o := range l {
		if o.service == service {
			return true
		}
	}
	return false
}

// compare fails unless the file says what the ledger says; -update writes the file.
func (l ledger) compare(t *testing.T, path string) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("# What the programs of test/client/boto3 have proved, written by: go test ./test/client -run TestBoto3 -update\n")
	b.WriteString("# service\toperation\tanswers seen\trecords found and compared\n")
	for _, o := range slices.SortedFunc(maps.Keys(l), func(a, b operation) int {
		return strings.Compare(a.service+" "+a.name, b.service+" "+b.name)
	}) {
		p := l[o]
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", o.service, o.name, both(p.success, p.refusal), both(p.recordedSuccess, p.recordedRefusal))
	}
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(have, b.Bytes()) {
		return
	}
	seen := make(map[string]bool)
	for line := range strings.Lines(string(have)) {
		seen[line] = true
	}
	for line := range strings.Lines(b.String()) {
		if !seen[line] {
			t.Errorf("missing: %s", strings.TrimSpace(line))
		}
	}
	t.Errorf("%s is out of date; run: go test ./test/client -run TestBoto3 -update && go generate ./...", path)
}

func both(success, refusal bool) string {
	var out []string
	if success {
		out = append(out, "success")
	}
	if refusal {
		out = append(out, "refusal")
	}
	return strings.Join(out, ", ")
}
