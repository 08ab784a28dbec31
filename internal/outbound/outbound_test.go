package outbound_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/outbound"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"8.8.8.8": true, "1.1.1.1": true, "2606:4700:4700::1111": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true, "2002:0808:0808::1": true,
		"127.0.0.1": false, "127.255.0.9": false, "::1": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false, "0.0.0.0": false, "::": false, "0.1.2.3": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "172.32.0.1": true, "192.168.1.1": false, "::ffff:10.1.2.3": false, "::ffff:a9fe:a9fe": false,
		"169.254.169.254": false, "169.254.170.2": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fec0::1": false,
		"100.64.0.1": false, "100.100.100.200": false, "192.0.0.192": false, "198.18.0.1": false, "224.0.0.1": false, "239.1.1.1": false, "ff02::1": false,
		"255.255.255.255": false, "240.0.0.1": false, "64:ff9b::169.254.169.254": false, "64:ff9b::7f00:1": false, "64:ff9b:1::8.8.8.8": false, "2002:7f00:1::": false, "2002:a9fe:a9fe::1": false,
		"2001:db8::1": false, "2001:0:1::1": false, "203.0.113.7": false, "::ffff:0:127.0.0.1": false,
	} {
		if got := outbound.Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("Public(%s) = %v", text, got)
		}
	}
	if outbound.Public(netip.Addr{}) {
		t.Error("the zero address is public")
	}
}

func server(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func get(t *testing.T, c *outbound.Client, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(r)
	if err == nil {
		t.Cleanup(func() { _ = res.Body.Close() })
	}
	return res, err
}

func TestClient_private(t *testing.T) {
	t.Parallel()
	url := server(t, func(http.ResponseWriter, *http.Request) { t.Error("the call arrived") })
	port := url[strings.LastIndex(url, ":"):]
	c := outbound.New(outbound.Options{})
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001", "127.1"} {
		if _, err := get(t, c, "http://"+host+port+"/?secret=x"); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := get(t, c, "http://127.0.0.1"+port); !errors.Is(err, outbound.ErrAddress) {
		t.Errorf("got %v", err)
	}
}

func TestClient_Do(t *testing.T) {
	t.Parallel()
	c := outbound.New(outbound.Options{AllowPrivate: true, MaxBody: 10})
	redirected := false
	url := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/target", http.StatusFound)
		case "/target":
			redirected = true
		default:
			_, _ = io.WriteString(w, strings.Repeat("x", len(r.URL.Path)-1))
		}
	})
	res, err := get(t, c, url+"/redirect")
	if err != nil || res.StatusCode != 302 || redirected {
		t.Errorf("redirect: %v, %v", res, err)
	}
	for path, want := range map[string]error{"/": nil, "/123456789": nil, "/1234567890": nil, "/12345678901": outbound.ErrTooLarge, "/" + strings.Repeat("y", 5000): outbound.ErrTooLarge} {
		res, err := get(t, c, url+path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if !errors.Is(err, want) || len(body) != min(10, len(path)-1) {
			t.Errorf("%d bytes: read %d, %v", len(path)-1, len(body), err)
		}
	}
	for _, bad := range []string{"ftp://example.com/", "file:///etc/passwd", "http:///x", "gopher://x"} {
		if _, err := get(t, c, bad); !errors.Is(err, outbound.ErrScheme) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestClient_timeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	url := server(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	t.Cleanup(func() { close(release) })
	if _, err := get(t, outbound.New(outbound.Options{AllowPrivate: true, Timeout: 50 * time.Millisecond}), url); err == nil {
		t.Error("no timeout")
	}
}

// A proxy of the environment would get the call instead of the checked address.
func TestClient_noProxy(t *testing.T) {
	proxy := server(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was used") })
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("http_proxy", proxy)
	if _, err := get(t, outbound.New(outbound.Options{Timeout: time.Second}), "http://metadata.invalid/"); err == nil {
		t.Error("a name that does not exist answered")
	}
}
