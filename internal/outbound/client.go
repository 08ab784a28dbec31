package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// What a call may fail with besides the errors of the network.
var (
	// ErrAddress reports a target that is not on the public internet.
	ErrAddress = errors.New("address is not on the public internet")
	// ErrScheme reports a URL that is neither http nor https, or has no host.
	ErrScheme = errors.New("URL is neither http nor https")
	// ErrTooLarge is what reading a body gives beyond the cap.
	ErrTooLarge = errors.New("response is too large")
)

// Options of a Client. Zero values mean the defaults stated.
type Options struct {
	// AllowPrivate lets calls go to every address: for development and for hooks
	// on the same machine.
	AllowPrivate bool
	// Timeout of a whole call, its body included: 15 s.
	Timeout time.Duration
	// MaxBody is the most bytes of a response: 1 MiB.
	MaxBody int64
	// PerHost is the most connections to one host and port: 32.
	PerHost int
	// TLS adds to the default configuration (own roots); it is cloned.
	TLS *tls.Config
}

// Client makes guarded calls. It is safe for concurrent use.
type Client struct {
	http    *http.Client
	options Options
}

// New returns a Client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.PerHost == 0 {
		o.PerHost = 32
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		conf = o.TLS.Clone()
		conf.MinVersion = max(conf.MinVersion, tls.VersionTLS12)
	}
	dialer := &net.Dialer{Timeout: o.Timeout, KeepAlive: 30 * time.Second, ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
		return check(network, address, o.AllowPrivate)
	}}
	c := &Client{options: o}
	c.http = &http.Client{
		Timeout: o.Timeout,
		Transport: &http.Transport{
			Proxy:       nil, // a proxy of the environment would resolve names itself
			DialContext: dialer.DialContext, TLSClientConfig: conf, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: o.Timeout, ResponseHeaderTimeout: o.Timeout, MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConns: 100, MaxIdleConnsPerHost: max(2, o.PerHost/16), MaxConnsPerHost: o.PerHost, IdleConnTimeout: 30 * time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// check judges the address of a socket that is about to connect.
func check(network, address string, all bool) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrAddress, network)
	}
	if all {
		return nil
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil || !Public(ap.Addr()) {
		return ErrAddress
	}
	return nil
}

// Do sends a request. A redirect is an answer like any other. Errors carry no
// URL, since one may hold secrets. The body must be closed; reading beyond the cap
// gives ErrTooLarge.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	if r.URL == nil || (r.URL.Scheme != "http" && r.URL.Scheme != "https") || r.URL.Hostname() == "" {
		return nil, ErrScheme
	}
	res, err := c.http.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return nil, fmt.Errorf("call %s: %w", r.URL.Hostname(), err)
	}
	res.Body = &capped{body: res.Body, left: c.options.MaxBody}
	return res, nil
}

// CloseIdle closes connections that wait for reuse.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

// capped gives an error instead of more than left bytes.
type capped struct {
	body io.ReadCloser
	left int64
}

// Read reads up to the cap.
func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1] // one more tells an end from a cut
	}
	n, err := c.body.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}

// Close closes the connection's body.
func (c *capped) Close() error { return c.body.Close() }
