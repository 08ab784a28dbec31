package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// secure puts TLS on the listener, if configured.
func secure(l net.Listener, c *Config, log *slog.Logger) (net.Listener, error) {
	if c.TLS == "" {
		return l, nil
	}
	settings := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	if c.TLS == "auto" {
		local := &localCertificates{config: c, log: log}
		if _, err := local.get(nil); err != nil {
			return nil, fmt.Errorf("make certificate: %w", err)
		}
		settings.GetCertificate = local.get
		return tls.NewListener(l, settings), nil
	}
	certFile, keyFile, ok := strings.Cut(c.TLS, ",")
	if !ok {
		return nil, fmt.Errorf("tls: want auto, or CERT.pem,KEY.pem, not %q", c.TLS)
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, fmt.Errorf("load certificate: %w", err)
	}
	settings.Certificates = []tls.Certificate{cert}
	return tls.NewListener(l, settings), nil
}

// localCertificates gives this machine's certificate and makes a new one in time, so
// that a server may run for as long as it likes.
type localCertificates struct {
	config *Config
	log    *slog.Logger
	mu     sync.Mutex
	cert   *tls.Certificate
	until  time.Time // when the next one is made
	ends   time.Time // of cert
}

func (l *localCertificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cert != nil && time.Now().Before(l.until) {
		return l.cert, nil
	}
	cert, err := localCertificate(l.config)
	if err != nil && l.cert != nil && time.Now().Before(l.ends) {
		l.log.Error("certificate not renewed; it will be tried again", "ends", l.ends, "error", err)
		l.until = time.Now().Add(time.Hour)
		return l.cert, nil
	}
	if err != nil {
		return nil, err
	}
	l.cert, l.until, l.ends = &cert, time.Now().AddDate(0, 2, 0), cert.Leaf.NotAfter
	return l.cert, nil
}

// localCertificate is a certificate for this machine's names, signed by an
// authority of the data folder: DIR/tls/ca.pem, which clients are to trust.
func localCertificate(c *Config) (tls.Certificate, error) {
	dir := filepath.Join(c.Data, "tls")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return tls.Certificate{}, err
	}
	ca, caKey, err := authority(dir)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return tls.Certificate{}, err
	}
	names, addresses := []string{"localhost", "*.localhost", "*.s3." + c.Region + ".localhost", "*.auth." + c.Region + ".localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		addresses = append(addresses, ip)
	} else {
		names = append(names, u.Hostname())
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: u.Hostname()}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 3, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: names, IPAddresses: addresses,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, ca, &key.PublicKey, caKey)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, ca.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// authority loads the folder's certificate authority, making it the first time.
func authority(dir string) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem")
	if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil {
		key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
		if !ok {
			return nil, nil, fmt.Errorf("%s holds no ECDSA key", keyFile)
		}
		return pair.Leaf, key, nil
	} else if !os.IsNotExist(err) {
		return nil, nil, err
	}
	// Clients trust the authority that is there: another must not take its place unasked.
	if _, err := os.Stat(certFile); err == nil {
		return nil, nil, fmt.Errorf("%s has lost its key, %s; put that back, or remove the certificate to make a new authority", certFile, keyFile)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "cogtrail local authority"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	if err := writeSecretFile(keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))); err != nil {
		return nil, nil, err
	}
	if err := writeSecretFile(certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))); err != nil {
		return nil, nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return cert, key, err
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic("BUG: no randomness: " + err.Error())
	}
	return n
}
