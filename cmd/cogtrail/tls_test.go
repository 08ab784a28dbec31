package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// leaf is the certificate of a configuration and the pool of its authority.
func leaf(t testing.TB, c *Config) (*x509.Certificate, *x509.CertPool) {
	t.Helper()
	pair, err := localCertificate(c)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(c.Data, "tls", "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatalf("no certificate in %s", ca)
	}
	return cert, pool
}

func TestLocalCertificate_names(t *testing.T) {
	t.Parallel()
	c := configure(t, func(c *Config) { c.TLS, c.Region, c.PublicURL = "auto", "eu-west-1", "https://auth.example.com:4700" })
	cert, pool := leaf(t, c)
	for name, good := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "::1": true, "files.localhost": true, "auth.example.com": true,
		"shop.auth.eu-west-1.localhost": true, "files.s3.eu-west-1.localhost": true,
		"example.com": false, "other.example.com": false, "192.0.2.1": false, "a.b.localhost": false, "localhost.example.com": false,
	} {
		_, err := cert.Verify(x509.VerifyOptions{DNSName: name, Roots: pool})
		if (err == nil) != good {
			t.Errorf("%s: %v, want good: %v", name, err, good)
		}
	}
	if _, err := cert.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: x509.NewCertPool()}); err == nil {
		t.Error("the certificate is good without its authority")
	}
	if _, err := cert.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err == nil {
		t.Error("the certificate is good for clients")
	}
}

// Clients trust the authority once: it stays, whatever the certificates are.
func TestAuthority_madeOnce(t *testing.T) {
	t.Parallel()
	c := configure(t, func(c *Config) { c.TLS = "auto" })
	first, pool := leaf(t, c)
	dir := filepath.Join(c.Data, "tls")
	ca, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	second, _ := leaf(t, c)
	if first.SerialNumber.Cmp(second.SerialNumber) == 0 {
		t.Error("two certificates have one serial number")
	}
	if _, err := second.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: pool}); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	if now, err := os.ReadFile(filepath.Join(dir, "ca.pem")); err != nil || !bytes.Equal(now, ca) {
		t.Errorf("the authority changed: %v", err)
	}
	for name, want := range map[string]os.FileMode{".": os.ModeDir | 0o700, "ca-key.pem": 0o600, "ca.pem": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != want {
			t.Errorf("%s has mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
	cert, _, err := authority(dir)
	if err != nil || !cert.IsCA || cert.Subject.CommonName != "cogtrail local authority" || cert.NotAfter.Before(time.Now().AddDate(9, 11, 0)) {
		t.Errorf("authority %+v, %v", cert, err)
	}
	// It signs servers, not further authorities.
	if !cert.MaxPathLenZero || cert.MaxPathLen != 0 || cert.KeyUsage != x509.KeyUsageCertSign {
		t.Errorf("path length %d, usage %v", cert.MaxPathLen, cert.KeyUsage)
	}
}

// A damaged or foreign authority is refused, not replaced: clients trust it.
func TestAuthority_refused(t *testing.T) {
	t.Parallel()
	other := configure(t, func(c *Config) { c.TLS = "auto" })
	leaf(t, other)
	foreign, err := os.ReadFile(filepath.Join(other.Data, "tls", "ca-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ file, text, want string }{
		"damaged certificate": {"ca.pem", "nothing", "tls: failed to find any PEM data in certificate input"},
		"damaged key":         {"ca-key.pem", "nothing", "tls: failed to find any PEM data in key input"},
		"key of another":      {"ca-key.pem", string(foreign), "tls: private key does not match public key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := configure(t, func(c *Config) { c.TLS = "auto" })
			leaf(t, c)
			path := filepath.Join(c.Data, "tls", tc.file)
			if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := localCertificate(c); err == nil || err.Error() != tc.want {
				t.Errorf("%v, want %s", err, tc.want)
			}
			if now, err := os.ReadFile(path); err != nil || string(now) != tc.text {
				t.Errorf("file holds %q now, %v", now, err)
			}
		})
	}
}

// pems writes a certificate of an own authority with its key as files.
func pems(t testing.TB) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	c := configure(t, func(c *Config) { c.TLS = "auto" })
	pair, err := localCertificate(c)
	if err != nil {
		t.Fatal(err)
	}
	_, pool = leaf(t, c)
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert = write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})))
	key = write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	return cert, key, pool
}

// serving is a listener with a handler that answers every call.
func serving(t testing.TB, c *Config) net.Listener {
	t.Helper()
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := secure(l, c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h := httpServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }), newLogger(io.Discard, "error"))
	go func() { _ = h.Serve(s) }() // ends with Close
	t.Cleanup(func() { h.Close() })
	return l
}

func TestSecure(t *testing.T) {
	t.Parallel()
	cert, key, given := pems(t)
	auto := configure(t, func(c *Config) { c.TLS = "auto" })
	_, own := leaf(t, auto)
	for name, tc := range map[string]struct {
		config *Config
		pool   *x509.CertPool
	}{
		"own authority":     {auto, own},
		"given certificate": {&Config{TLS: cert + "," + key}, given},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serving(t, tc.config).Addr().String()
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: tc.pool}}
			defer transport.CloseIdleConnections()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address, nil)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := transport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			body, err := io.ReadAll(answer.Body)
			if err != nil || string(body) != "hello" || answer.TLS.Version != tls.VersionTLS13 {
				t.Errorf("%q by TLS %x, %v", body, answer.TLS.Version, err)
			}
			for _, p := range [][]string{{"h2"}, {"http/1.1"}} {
				conn, err := new(tls.Dialer{Config: &tls.Config{RootCAs: tc.pool, NextProtos: p}}).DialContext(t.Context(), "tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				if got := conn.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != p[0] {
					t.Errorf("protocol %q, want %s", got, p[0])
				}
				conn.Close()
			}
			old := &tls.Dialer{Config: &tls.Config{RootCAs: tc.pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}
			if conn, err := old.DialContext(t.Context(), "tcp", address); err == nil {
				conn.Close()
				t.Error("TLS 1.1 is served")
			}
		})
	}
}

func TestSecure_plain(t *testing.T) {
	t.Parallel()
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if s, err := secure(l, &Config{}, slog.New(slog.DiscardHandler)); err != nil || s != l {
		t.Errorf("%v, %v, want the listener itself", s, err)
	}
}

func TestSecure_refused(t *testing.T) {
	t.Parallel()
	cert, key, _ := pems(t)
	_, foreign, _ := pems(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	wrong := write(t, "rsa.pem", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)})))
	none := filepath.Join(t.TempDir(), "none.pem")
	for name, tc := range map[string]struct{ tls, want string }{
		"one file":            {cert, `tls: want auto, or CERT.pem,KEY.pem, not "` + cert + `"`},
		"a word":              {"yes", `tls: want auto, or CERT.pem,KEY.pem, not "yes"`},
		"missing certificate": {none + "," + key, "load certificate: open " + none + ": no such file or directory"},
		"missing key":         {cert + "," + none, "load certificate: open " + none + ": no such file or directory"},
		"another key":         {cert + "," + foreign, "load certificate: tls: private key does not match public key"},
		"another kind of key": {cert + "," + wrong, "load certificate: tls: private key type does not match public key type"},
		"changed order":       {key + "," + cert, "load certificate: tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := secure(nil, &Config{TLS: tc.tls}, slog.New(slog.DiscardHandler)); err == nil || err.Error() != tc.want {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

// The authority's key may not be one that this code cannot sign with.
func TestAuthority_otherKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: serial(), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyFile := filepath.Join(dir, "ca-key.pem")
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := authority(dir); err == nil || err.Error() != keyFile+" holds no ECDSA key" {
		t.Errorf("%v", err)
	}
}

// An authority that was written by half, its key alone, is made anew.
func TestAuthority_half(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ca-key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	cert, got, err := authority(dir)
	if err != nil || !got.PublicKey.Equal(cert.PublicKey) {
		t.Fatalf("key and certificate do not belong together: %v", err)
	}
	again, _, err := authority(dir)
	if err != nil || !again.Equal(cert) {
		t.Errorf("kept: %v, %v", again, err)
	}
	if files, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(files) != 0 {
		t.Errorf("left over: %s, %v", strings.Join(files, " "), err)
	}
}

// Clients trust the authority that is there: without its key it is not replaced.
func TestAuthority_keyLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, _, err := authority(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := authority(dir); err == nil || !strings.Contains(err.Error(), "has lost its key") {
		t.Errorf("%v", err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "ca.pem")); err != nil || string(after) != string(before) {
		t.Errorf("the certificate was changed: %v", err)
	}
}

// A public address that is no name is one the certificate is good for.
func TestLocalCertificate_address(t *testing.T) {
	t.Parallel()
	cert, err := localCertificate(&Config{Data: t.TempDir(), PublicURL: "https://192.0.2.7:4700", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"192.0.2.7", "127.0.0.1", "localhost", "bucket.localhost"} {
		if err := leaf.VerifyHostname(host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// A certificate is made anew before it ends.
func TestLocalCertificates_renew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := &localCertificates{log: slog.New(slog.DiscardHandler), config: &Config{Data: dir, PublicURL: "https://localhost:4700", Region: "us-east-1"}}
	first, err := l.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := l.get(nil); err != nil || same != first {
		t.Errorf("the next connection gets another one: %v", err)
	}
	if leaf, err := x509.ParseCertificate(first.Certificate[0]); err != nil || !l.until.Before(leaf.NotAfter) {
		t.Errorf("made anew at %v, but it ends at %v (%v)", l.until, leaf.NotAfter, err)
	}
	l.until = time.Now()
	next, err := l.get(nil)
	if err != nil || next == first {
		t.Errorf("not made anew: %v", err)
	}

	// One that cannot be renewed serves to its end.
	if err := os.Remove(filepath.Join(dir, "tls", "ca-key.pem")); err != nil {
		t.Fatal(err)
	}
	l.until = time.Now()
	if same, err := l.get(nil); err != nil || same != next {
		t.Errorf("a certificate that is still good is not used: %v", err)
	}
	l.until, l.ends = time.Now(), time.Now()
	if _, err := l.get(nil); err == nil {
		t.Error("a certificate that has ended is used")
	}
}
