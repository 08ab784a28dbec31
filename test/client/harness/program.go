package harness

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// cleanEnv is this process's environment without anything that steers AWS
// clients or the server, so that only the test's own settings count.
func cleanEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "AWS_") || strings.HasPrefix(e, "COGTRAIL_") || strings.HasPrefix(e, "PYTHON")
	})
	return append(env, "NO_PROXY=127.0.0.1,localhost,.localhost", "no_proxy=127.0.0.1,localhost,.localhost")
}

// ClientEnv is the environment of a client program: endpoint, root key, Region,
// and an empty home.
func (s *Server) ClientEnv(home string) []string {
	return append(cleanEnv(),
		"HOME="+home, "AWS_CONFIG_FILE="+home+"/none", "AWS_SHARED_CREDENTIALS_FILE="+home+"/none", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
		"AWS_ENDPOINT_URL="+s.URL, "AWS_DEFAULT_REGION="+s.Region, "AWS_REGION="+s.Region, "AWS_ACCESS_KEY_ID="+s.Key, "AWS_SECRET_ACCESS_KEY="+s.Secret,
		"PYTHONDONTWRITEBYTECODE=1", "COGTRAIL_URL="+s.URL,
	)
}

// Result is what a client program did.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// Run runs a client program in dir with env to its end, which must come within limit.
func Run(t testing.TB, dir string, env []string, limit time.Duration, name string, args ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &errs
	err := cmd.Run()
	r := Result{Stdout: out.String(), Stderr: errs.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		t.Fatalf("%s took longer than %v", name, limit)
	case errors.As(err, &exit):
		r.Code = exit.ExitCode()
	case err != nil:
		t.Fatalf("run %s: %v", name, err)
	}
	return r
}
