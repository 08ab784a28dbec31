package harness

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Patience bounds every wait for something that takes milliseconds on an idle machine.
const Patience = 30 * time.Second

// Server is a running program.
type Server struct {
	URL, Data       string
	Account, Region string
	Key, Secret     string // root access key
	cmd             *exec.Cmd
	ended           chan struct{} // closed when the process has ended
	exit            error         // valid once ended is closed
	out, log        output
	once            sync.Once
}

// Start runs the program with env added to its environment (NAME=value, such as
// COGTRAIL_TRAIL_INTERVAL=1s) and waits until it takes calls. The test's end
// stops it.
func Start(t testing.TB, b *Binary, env ...string) *Server {
	t.Helper()
	return StartIn(t, b, t.TempDir(), env...)
}

// StartIn is Start with a data folder that may hold an earlier run's data.
func StartIn(t testing.TB, b *Binary, data string, env ...string) *Server {
	t.Helper()
	s := &Server{Data: data, Account: "123456789012", Region: "us-east-1", ended: make(chan struct{})}
	s.cmd = exec.Command(b.Path, "serve", "--data", data, "--listen", "127.0.0.1:0")
	s.cmd.Env = append(cleanEnv(), env...)
	s.cmd.Stdout = &s.out
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start server: %v", err)
	}
	go func() {
		s.exit = s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() { s.Stop(t) })
	Eventually(t, "server says its address", func() bool {
		s.URL = s.address()
		return s.URL != "" || s.gone()
	})
	if s.gone() {
		t.Fatalf("server ended at once: %v\n%s", s.exit, s.log.String())
	}
	Eventually(t, "server is healthy", s.Healthy)
	s.readRootKey(t)
	return s
}

func (s *Server) gone() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// address reads the address from the log line that says ready.
func (s *Server) address() string {
	for line := range strings.Lines(s.log.String()) {
		var l struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Msg == "ready" {
			return "http://" + l.Address
		}
	}
	return ""
}

// Healthy asks the health endpoint once.
func (s *Server) Healthy() bool {
	resp, err := http.Get(s.URL + "/_cogtrail/health")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

func (s *Server) readRootKey(t testing.TB) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.Data, "root-credentials"))
	if err != nil {
		t.Fatalf("read root credentials: %v", err)
	}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			s.Key = strings.TrimSpace(value)
		case "aws_secret_access_key":
			s.Secret = strings.TrimSpace(value)
		}
	}
}

// Stop sends SIGTERM and fails the test unless the server ends in time, with exit
// code 0 and no ERROR line in its log. Calling it again does nothing.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.once.Do(func() {
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Errorf("stop server: %v", err)
		}
		select {
		case <-s.ended:
		case <-time.After(Patience):
			t.Errorf("server still runs %v after SIGTERM", Patience)
			_ = s.cmd.Process.Kill()
			<-s.ended
		}
		if s.exit != nil {
			t.Errorf("server ended with %v, want exit code 0", s.exit)
		}
		for _, line := range s.Errors() {
			t.Errorf("error log: %s", line)
		}
	})
}

// Errors lists the ERROR lines of the server's log.
func (s *Server) Errors() []string {
	var out []string
	scan := bufio.NewScanner(strings.NewReader(s.log.String()))
	scan.Buffer(nil, 4<<20)
	for scan.Scan() {
		var l struct{ Level string }
		if err := json.Unmarshal(scan.Bytes(), &l); err != nil || l.Level == "ERROR" {
			out = append(out, scan.Text())
		}
	}
	return out
}

// Said is everything the server wrote to its error log so far. Its standard
// output is left out: it shows the root key once, by intention.
func (s *Server) Said() string { return s.log.String() }

// output collects what a process writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
