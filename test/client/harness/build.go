package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Binary is the built program.
type Binary struct{ Path, dir string }

// Build compiles the program from the module that holds the working folder, or
// takes the one that COGTRAIL_TEST_BINARY names, such as a release. Call Remove at
// the end.
func Build() (*Binary, error) {
	if path := os.Getenv("COGTRAIL_TEST_BINARY"); path != "" {
		return &Binary{Path: path}, nil
	}
	dir, err := os.MkdirTemp("", "cogtrail-client-")
	if err != nil {
		return nil, fmt.Errorf("make folder for the binary: %w", err)
	}
	b := &Binary{Path: filepath.Join(dir, "cogtrail"), dir: dir}
	cmd := exec.Command("go", "build", "-o", b.Path, "github.com/cogtrail/cogtrail/cmd/cogtrail")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Remove()
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	return b, nil
}

// Remove deletes what Build made.
func (b *Binary) Remove() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir)
	}
}
