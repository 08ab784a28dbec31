package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

func serveCommand(ctx context.Context, p *program, args []string) error {
	fs := p.flags("serve", "serve [flags]")
	file := fs.String("config", "", "configuration file (YAML)")
	flags := map[string]*string{
		"data":      fs.String("data", "", "folder that holds everything (default ./cogtrail-data)"),
		"listen":    fs.String("listen", "", "address of the one listener (default 127.0.0.1:4700)"),
		"publicUrl": fs.String("public-url", "", "base of issuers and links"),
		"state":     fs.String("state", "", "state engine: postgres://… (default embedded)"),
		"objects":   fs.String("objects", "", "object store: s3://… (default files below data)"),
		"tls":       fs.String("tls", "", "auto, or CERT.pem,KEY.pem (default plain HTTP)"),
		"logLevel":  fs.String("log-level", "", "debug, info, warn or error (default info)"),
	}
	dev := fs.Bool("dev", false, "any credentials act as root; loopback only")
	if err := parse(fs, args, 0); err != nil {
		return err
	}
	c, err := loadConfig(*file, p.getenv)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	for _, s := range c.settings() {
		if v := flags[s.path]; v != nil && *v != "" {
			if err := s.set(*v); err != nil {
				return fmt.Errorf("%w: %w", errUsage, err)
			}
		}
	}
	c.Dev = c.Dev || *dev
	if err := c.finish(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	s, err := newServer(ctx, c, p.getenv, newLogger(p.stderr, c.LogLevel))
	if err != nil {
		return err
	}
	s.greet(p.stdout)
	if p.getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	return s.run(ctx)
}

// gcPercent lets the heap grow to three times what is in use before it is
// collected. What is in use is small and bounded (caches, the tail), and most
// of it is still in use at the next collection.
const gcPercent = 200

// newLogger writes lines for people on a terminal and JSON elsewhere.
func newLogger(w io.Writer, level string) *slog.Logger {
	l, err := logLevel(level)
	if err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

// server is a cogtrail server with everything that runs in it.
type server struct {
	config  *Config
	log     *slog.Logger
	clock   *clock
	engines *engines
	parts   *parts
	root    rootKey
	made    bool // the root key is new
	http    *http.Server
	lis     net.Listener
	calls   swap
	getenv  func(string) string

	life    chan struct{}      // holds a token while parts are exchanged, and for good to stop
	stop    context.CancelFunc // of background work
	running sync.WaitGroup
	failed  chan error
}

// newServer opens engines, builds all parts and listens. Nothing serves yet.
func newServer(ctx context.Context, c *Config, getenv func(string) string, log *slog.Logger) (*server, error) {
	s := &server{config: c, log: log, clock: &clock{}, getenv: getenv, failed: make(chan error, 1), life: make(chan struct{}, 1)}
	var err error
	if s.engines, err = openEngines(ctx, c, s.clock, log); err != nil {
		return nil, err
	}
	if s.root, s.made, err = loadRootKey(c.Data, getenv); err != nil {
		return nil, s.engines.failed(err)
	}
	if s.lis, err = listen(ctx, c.Listen); err != nil {
		return nil, s.engines.failed(err)
	}
	if _, port, err := net.SplitHostPort(c.Listen); err == nil && port == "0" {
		c.PublicURL = strings.Replace(c.PublicURL, c.Listen, s.lis.Addr().String(), 1)
	}
	plain := s.lis
	if s.lis, err = secure(plain, c, log); err != nil {
		return nil, s.engines.failed(errors.Join(err, plain.Close()))
	}
	if s.parts, err = build(ctx, s); err != nil {
		return nil, s.engines.failed(errors.Join(err, plain.Close()))
	}
	s.calls.h = s.parts.handler
	s.http = httpServer(&s.calls, log)
	return s, nil
}

// greet tells where the server is and, the first time, its root key.
func (s *server) greet(w io.Writer) {
	fmt.Fprintf(w, "cogtrail %s on %s, data in %s\n", version, s.config.PublicURL, s.config.Data)
	if s.config.Dev {
		fmt.Fprintln(w, "DEV MODE: any credentials act as root and no signature is checked.")
	}
	if s.made {
		fmt.Fprintf(w, "Root access key, shown this once and kept in %s/root-credentials:\n  AWS_ACCESS_KEY_ID=%s\n  AWS_SECRET_ACCESS_KEY=%s\n", s.config.Data, s.root.ID, s.root.Secret)
	}
	fmt.Fprintf(w, "Point clients at it with AWS_ENDPOINT_URL=%s\n", s.config.PublicURL)
}

// stopTime bounds how long running calls may take to end.
const stopTime = 20 * time.Second

// run serves until ctx ends, then stops in order: no new calls, running calls
// answered, background work ended, engines closed.
func (s *server) run(ctx context.Context) error {
	s.startBackground(ctx)
	go func() {
		if err := s.http.Serve(s.lis); !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("serve: %w", err))
		}
	}()
	s.parts.own.Ready(true)
	s.log.Info("ready", "address", s.lis.Addr().String(), "dev", s.config.Dev)
	var cause error
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
	case cause = <-s.failed:
		s.log.Error("stopping", "error", cause)
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	select { // a reset that runs is waited for, and none begins any more
	case s.life <- struct{}{}:
	case <-ending.Done():
		_ = s.http.Close() // the reset waits for calls that do not end by themselves
		s.life <- struct{}{}
	}
	s.parts.own.Ready(false)
	s.parts.tails.Close()
	if err := s.http.Shutdown(ending); err != nil {
		s.log.Warn("calls cut off", "error", err)
		_ = s.http.Close() // nothing more can be done for them
	}
	s.stopBackground()
	return errors.Join(cause, s.engines.close())
}

// startBackground begins all background work. It ends with stopBackground, not
// with ctx, so that running calls keep it until they are answered.
func (s *server) startBackground(ctx context.Context) {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	for _, b := range s.parts.background {
		s.running.Go(func() {
			if err := b.run(background); err != nil && background.Err() == nil {
				s.fail(fmt.Errorf("%s stopped: %w", b.name, err))
			}
		})
	}
}

// stopBackground ends background work and waits for it.
func (s *server) stopBackground() {
	s.stop()
	s.running.Wait()
}

// fail ends the server; the first cause counts.
func (s *server) fail(err error) {
	select {
	case s.failed <- err:
	default:
	}
}
