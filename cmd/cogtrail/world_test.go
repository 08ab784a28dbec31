package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// none is an empty environment.
func none(string) string { return "" }

// env is an environment of some variables.
func env(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

// shell runs command lines without a process.
type shell struct {
	testing.TB
	vars map[string]string
}

// run executes one command line.
func (s shell) run(args ...string) (code int, stdout, stderr string) {
	s.Helper()
	var out, errs bytes.Buffer
	code = run(s.Context(), &program{stdout: &out, stderr: &errs, getenv: env(s.vars)}, args)
	return code, out.String(), errs.String()
}

// configure makes a checked configuration of a temporary folder.
func configure(t testing.TB, change func(c *Config)) *Config {
	t.Helper()
	c, err := loadConfig("", none)
	if err != nil {
		t.Fatal(err)
	}
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	change(c)
	if err := c.finish(); err != nil {
		t.Fatal(err)
	}
	return c
}

// write makes a file in a temporary folder and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// taken is an address that somebody listens on until the test ends.
func taken(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}

// services are the models by name.
var services = sync.OnceValues(func() (map[string]*schema.Service, error) {
	all, err := model.Load()
	out := make(map[string]*schema.Service)
	for _, s := range all {
		out[s.Name] = s
	}
	return out, err
})
