// Command gen writes internal/api and docs/compat/operations.md from the models, the overlay and docs/compat/proved.tsv.
//
//	go run ./internal/gen          writes
//	go run ./internal/gen -check   exits 1 if something would change
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	check := flag.Bool("check", false, "compare without writing")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	changed, err := run(*root, *check)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(2)
	}
	if *check && len(changed) > 0 {
		for _, f := range changed {
			fmt.Fprintln(os.Stderr, "out of date:", f)
		}
		fmt.Fprintln(os.Stderr, "run: go generate ./...")
		os.Exit(1)
	}
}

// run writes or compares all generated files and returns those that differed.
func run(root string, check bool) ([]string, error) {
	files, err := Files(root)
	if err != nil {
		return nil, err
	}
	var changed []string
	for name, want := range files {
		path := filepath.Join(root, name)
		have, err := os.ReadFile(path)
		if err == nil && bytes.Equal(have, want) {
			continue
		}
		changed = append(changed, name)
		if check {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, want, 0o644); err != nil {
			return nil, err
		}
	}
	return changed, nil
}
