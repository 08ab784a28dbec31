package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Options say how to run the program.
type Options struct {
	Binary string
	Data   string   // data folder, kept when the server ends
	Env    []string // NAME=value, added to an environment without AWS_ and COGTRAIL_
	Args   []string // added to serve
	// Wrap goes before the program on the command line, such as strace with its
	// flags. It must become the program by exec, so that signals reach it.
	Wrap []string
	// Patience bounds start and stop; 30 s if zero.
	Patience time.Duration
}

// Server is one run of the program.
type Server struct {
	Options
	URL  string
	Root Credentials

	cmd    *exec.Cmd
	ended  chan struct{}
	exit   error // valid once ended is closed
	client *http.Client
	log    string // path of its standard error
	out    string // path of its standard output
}

// Credentials sign requests. Token is empty for long-term keys.
type Credentials struct{ ID, Secret, Token string }

// ErrEnded says that the program ended before it took calls.
var ErrEnded = errors.New("server ended")

// Start runs the program on a free port and waits until it takes calls. On an
// error nothing runs any more.
func Start(o Options) (*Server, error) {
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	s := &Server{Options: o, ended: make(chan struct{}), log: o.Data + ".log", out: o.Data + ".out"}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	defer log.Close()
	out, err := os.Create(s.out)
	if err != nil {
		return nil, fmt.Errorf("make output: %w", err)
	}
	defer out.Close()
	line := slices.Concat(o.Wrap, []string{o.Binary, "serve", "--data", o.Data, "--listen", "127.0.0.1:0"}, o.Args)
	s.cmd = exec.Command(line[0], line[1:]...)
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = append(cleanEnv(), o.Env...), out, log
	// A process group of its own takes a tracer along when the server is killed.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	s.client = &http.Client{Timeout: o.Patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	go func() {
		s.exit = s.cmd.Wait()
		close(s.ended)
	}()
	if err := s.ready(); err != nil {
		s.Kill()
		return nil, err
	}
	return s, nil
}

// cleanEnv is this process's environment without what steers AWS clients or the server.
func cleanEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "AWS_") || strings.HasPrefix(e, "COGTRAIL_")
	})
}

func (s *Server) ready() error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(s.Patience); ; {
		if s.URL == "" {
			s.URL = s.address()
		}
		if s.URL != "" && s.healthy() {
			return s.readRoot()
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%w: %w: %s", ErrEnded, errors.Join(s.exit), s.Log())
		case <-tick.C:
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("server not ready after %v: %s", s.Patience, s.Log())
		}
	}
}

// address reads the address from the log line that says ready.
func (s *Server) address() string {
	for line := range strings.Lines(s.Log()) {
		var l struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &l) == nil && l.Msg == "ready" {
			return "http://" + l.Address
		}
	}
	return ""
}

func (s *Server) healthy() bool {
	resp, err := s.client.Get(s.URL + "/_cogtrail/health")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

func (s *Server) readRoot() error {
	raw, err := os.ReadFile(filepath.Join(s.Data, "root-credentials"))
	if err != nil {
		return fmt.Errorf("read root credentials: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			s.Root.ID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			s.Root.Secret = strings.TrimSpace(value)
		}
	}
	return nil
}

// Ended tells whether the process has ended.
func (s *Server) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Kill ends the process at once, with SIGKILL, and whatever wraps it.
func (s *Server) Kill() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) // already ended: nothing to do
	<-s.ended
	s.client.CloseIdleConnections()
}

// Stop sends SIGTERM and waits. It is an error if the server does not end in
// time (it is killed then) or not with exit code 0.
func (s *Server) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // already ended: the exit code tells
	late := time.NewTimer(s.Patience)
	defer late.Stop()
	select {
	case <-s.ended:
	case <-late.C:
		s.Kill()
		return fmt.Errorf("server still ran %v after SIGTERM", s.Patience)
	}
	s.client.CloseIdleConnections()
	if s.exit != nil {
		return fmt.Errorf("server ended with %w", s.exit)
	}
	return nil
}

// Log is what the server has written to its standard error so far.
func (s *Server) Log() string {
	raw, _ := os.ReadFile(s.log) // not there yet: nothing written
	return string(raw)
}

// Output is what the server has written to its standard output. The first run
// over a folder shows the root key there, by intention.
func (s *Server) Output() string {
	raw, _ := os.ReadFile(s.out) // not there yet: nothing written
	return string(raw)
}

// ErrorLines are the lines of the log at level ERROR, and those that are no JSON.
func (s *Server) ErrorLines() []string {
	var out []string
	for line := range bytes.Lines([]byte(s.Log())) {
		var l struct{ Level string }
		if json.Unmarshal(line, &l) != nil || l.Level == "ERROR" {
			out = append(out, string(bytes.TrimSpace(line)))
		}
	}
	return out
}

// Check runs `cogtrail check` over a data folder that no server uses. The error
// holds what it found.
func Check(binary, data string) error {
	cmd := exec.Command(binary, "check", "--data", data)
	cmd.Env = cleanEnv()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("check: %w\n%s", err, out)
	}
	return nil
}
