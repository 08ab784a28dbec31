package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// startTimeout is how long initdb and the first start may take on a slow machine.
const startTimeout = 2 * time.Minute

// Server is a running PostgreSQL server.
type Server struct {
	dir    string
	bin    string
	cred   *syscall.Credential
	cmd    *exec.Cmd
	exited chan error
}

// Start makes a cluster and starts a server on it.
func Start(ctx context.Context) (*Server, error) {
	bin, err := findBin()
	if err != nil {
		return nil, err
	}
	s := &Server{bin: bin}
	if s.dir, err = os.MkdirTemp("", "pgtest"); err != nil {
		return nil, fmt.Errorf("folder of PostgreSQL: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.setUp(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// findBin returns the folder of the newest installed server.
func findBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errors.New("PostgreSQL server is not installed, and these tests need it: install the Debian package postgresql-15 (apt-get install postgresql-15) or put initdb and postgres into PATH")
}

func (s *Server) setUp(ctx context.Context) error {
	// PostgreSQL refuses to run as root.
	if os.Getuid() == 0 {
		if err := s.becomeUser(); err != nil {
			return err
		}
	}
	data := filepath.Join(s.dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), "-D", data, "-U", "cogtrail", "--auth=trust", "-E", "UTF8", "--no-locale")
	initdb.Dir = s.dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return s.run(ctx)
}

func (s *Server) becomeUser() error {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.ParseUint(u.Uid, 10, 32)
		gid, _ := strconv.ParseUint(u.Gid, 10, 32)
		s.cred = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(s.dir, int(uid), int(gid)); err != nil {
			return fmt.Errorf("folder of PostgreSQL: %w", err)
		}
		return nil
	}
	return errors.New("PostgreSQL does not run as root, and there is no user postgres nor nobody")
}

// run starts the server and waits until it takes connections.
func (s *Server) run(ctx context.Context) error {
	s.cmd = exec.Command(filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.dir, "data"), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "max_connections=200", "-c", "shared_buffers=32MB", "-c", "log_min_messages=log", "-c", "logging_collector=off")
	s.cmd.Dir = s.dir
	// The server ends with the tests, also if they are killed.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.cred, Pdeathsig: syscall.SIGINT}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("log of PostgreSQL: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start of PostgreSQL: %w", err)
	}
	ready := make(chan struct{})
	s.exited = make(chan error, 1)
	var said strings.Builder
	go func() {
		lines := bufio.NewScanner(stderr)
		for starting := true; starting && lines.Scan(); {
			said.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "database system is ready to accept connections") {
				close(ready)
				starting = false
			}
		}
		// A full pipe would stop the server.
		_, _ = io.Copy(io.Discard, stderr)
		s.exited <- s.cmd.Wait()
	}()
	select {
	case <-ready:
		return nil
	case err := <-s.exited:
		s.cmd = nil
		return fmt.Errorf("PostgreSQL ended at its start: %w\n%s", err, said.String())
	case <-ctx.Done():
		return fmt.Errorf("start of PostgreSQL: %w", ctx.Err())
	}
}

// Crash kills the server without a shutdown and starts it again; it recovers
// from its write-ahead log.
func (s *Server) Crash(ctx context.Context) error {
	if err := s.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		return fmt.Errorf("crash of PostgreSQL: %w", err)
	}
	<-s.exited
	return s.run(ctx)
}

// Stop ends the server and removes its cluster.
func (s *Server) Stop() error {
	if s.cmd != nil {
		if err := s.cmd.Process.Signal(syscall.SIGINT); err == nil {
			<-s.exited
		}
	}
	return os.RemoveAll(s.dir)
}

// URL returns the address of the server's database, with an empty schema of
// this name as the place of all tables; it makes the schema if needed.
func (s *Server) URL(ctx context.Context, schema string) (string, error) {
	q := url.Values{"host": {s.dir}, "user": {"cogtrail"}, "sslmode": {"disable"}}
	c, err := pgx.Connect(ctx, "postgres:///postgres?"+q.Encode())
	if err != nil {
		return "", fmt.Errorf("connection to PostgreSQL: %w", err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{schema}.Sanitize()); err != nil {
		return "", fmt.Errorf("schema %s: %w", schema, err)
	}
	q.Set("search_path", schema)
	return "postgres:///postgres?" + q.Encode(), nil
}
