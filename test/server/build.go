package server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build compiles the program into dir and returns its path. The variable
// COGTRAIL_TEST_BINARY names a program to take instead, such as a release.
func Build(dir string) (string, error) {
	if path := os.Getenv("COGTRAIL_TEST_BINARY"); path != "" {
		return path, nil
	}
	path := filepath.Join(dir, "cogtrail")
	cmd := exec.Command("go", "build", "-o", path, "github.com/cogtrail/cogtrail/cmd/cogtrail")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
}
