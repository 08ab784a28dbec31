//go:build !linux

package duckdb

import (
	"os"
	"os/exec"
)

func yieldToParent() {}

func detach(*exec.Cmd) {}

func ownBinary() (string, error) { return os.Executable() }
