package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestListen(t *testing.T) {
	t.Parallel()
	address := taken(t)
	for name, tc := range map[string]struct{ address, want string }{
		"taken":      {address, address + " is taken by another process; choose another with --listen"},
		"no port":    {"127.0.0.1", "listen on 127.0.0.1: listen tcp: address 127.0.0.1: missing port in address"},
		"large port": {"127.0.0.1:70000", "listen on 127.0.0.1:70000: listen tcp: address 70000: invalid port"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if l, err := listen(t.Context(), tc.address); err == nil || err.Error() != tc.want {
				t.Errorf("%v, %v, want %s", l, err, tc.want)
			}
		})
	}
}

// raw sends bytes to a handler behind the server and returns all that comes until
// the connection ends.
func raw(t *testing.T, h http.Handler, sent string) string {
	t.Helper()
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httpServer(h, newLogger(io.Discard, "error"))
	go func() { _ = s.Serve(l) }() // ends with Close
	t.Cleanup(func() { s.Close() })
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.WriteString(conn, sent) }() // the server may hang up before the end
	answer, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil && len(answer) == 0 {
		t.Fatalf("no answer: %v", err)
	}
	return string(answer)
}

// Two requests on one connection, unless the first could hide the second.
func TestHTTPServer_smuggling(t *testing.T) {
	t.Parallel()
	const last = "GET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	for name, tc := range map[string]struct {
		first string
		want  string // paths that the handler saw
	}{
		"length":            {"POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", "/first /second"},
		"chunks":            {"POST /first HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "/first"},
		"chunks and length": {"POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "/first"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("X-Path", r.URL.Path)
			})
			var paths []string
			for line := range strings.Lines(raw(t, h, tc.first+last)) {
				if path, ok := strings.CutPrefix(line, "X-Path: "); ok {
					paths = append(paths, strings.TrimSpace(path))
				}
			}
			if got := strings.Join(paths, " "); got != tc.want {
				t.Errorf("the handler saw %q, want %q", got, tc.want)
			}
		})
	}
}

func TestHTTPServer_headers(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for name, tc := range map[string]struct {
		size int
		want string
	}{"large": {60 << 10, "HTTP/1.1 204 "}, "too large": {80 << 10, "HTTP/1.1 431 "}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := raw(t, h, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Large: "+strings.Repeat("x", tc.size)+"\r\n\r\n")
			if !strings.HasPrefix(answer, tc.want) {
				t.Errorf("%q, want %s", answer, tc.want)
			}
		})
	}
}

// deadlines is a writer that notes the deadline it is given.
type deadlines struct {
	http.ResponseWriter
	at time.Time
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.at = at
	return nil
}

// No client holds a connection without sending anything.
func TestHTTPServer_times(t *testing.T) {
	t.Parallel()
	s := httpServer(http.NotFoundHandler(), newLogger(io.Discard, "error"))
	if s.ReadHeaderTimeout != 10*time.Second || s.IdleTimeout != 2*time.Minute {
		t.Errorf("headers may take %s, a pause %s", s.ReadHeaderTimeout, s.IdleTimeout)
	}
	w := &deadlines{ResponseWriter: httptest.NewRecorder()}
	s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader("left")))
	if left := time.Until(w.at); left <= 0 || left > leftTime {
		t.Errorf("the rest of a body may take %s, want %s", left, leftTime)
	}
}
