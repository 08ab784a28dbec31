package email_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/email"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
)

// smtpServer is a server for one connection at a time. It sends what arrived to got.
type smtpServer struct {
	listener net.Listener
	tls      *tls.Config // offers STARTTLS
	rcpt     string      // answer to RCPT
	got      chan string
	implicit bool // TLS from the first byte
}

func serve(t *testing.T, conf *tls.Config, rcpt string, implicit bool) *smtpServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &smtpServer{listener: l, tls: conf, rcpt: rcpt, implicit: implicit, got: make(chan string, 10)}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.talk(c)
		}
	}()
	return s
}

func (s *smtpServer) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

func (s *smtpServer) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	secured, session := "plain", ""
	if s.implicit {
		tc := tls.Server(c, s.tls)
		if tc.Handshake() != nil {
			return
		}
		c, secured = tc, "tls"
	}
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = fmt.Fprint(c, line+"\r\n") }
	say("220 test ESMTP")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		word := strings.ToUpper(strings.TrimSpace(line))
		switch {
		case strings.HasPrefix(word, "EHLO"):
			say("250-test")
			if s.tls != nil && secured == "plain" {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case word == "STARTTLS":
			say("220 go")
			tc := tls.Server(c, s.tls)
			if tc.Handshake() != nil {
				return
			}
			c, r, secured = tc, bufio.NewReader(tc), "tls"
		case strings.HasPrefix(word, "AUTH"):
			session += strings.TrimSpace(line) + "\n"
			say("235 ok")
		case strings.HasPrefix(word, "RCPT"):
			session += strings.TrimSpace(line) + "\n"
			say(s.rcpt)
		case strings.HasPrefix(word, "MAIL"):
			session += strings.TrimSpace(line) + "\n"
			say("250 ok")
		case word == "RSET", word == "NOOP":
			say("250 ok")
		case word == "DATA":
			say("354 send")
			for {
				l, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				session += l
			}
			s.got <- secured + "\n" + session
			say("250 ok")
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say("500 what")
		}
	}
}

// certificate returns a server's configuration and a client's that trusts it.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

var message = mailbox.Message{
	Medium: "EMAIL", Trigger: "SNS_Notification", Destination: "anna@example.com", Subject: "ALARM: \"a\"\r\nBcc: evil@example.com", Body: "the </text>", Time: time.Unix(1772323200, 0),
}

func send(t *testing.T, c email.Config, m mailbox.Message) error {
	t.Helper()
	c.Host, c.Timeout = "127.0.0.1", 3*time.Second
	if c.From == "" {
		c.From = "Alerts <no-reply@cogtrail.example>"
	}
	s, err := email.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s.Carry(t.Context(), "job-1", &m)
}

func TestSender_Carry(t *testing.T) {
	t.Parallel()
	server, client := certificate(t)
	for name, c := range map[string]struct {
		config email.Config
		tls    *tls.Config
		want   []string
	}{
		"plain":                 {email.Config{Security: email.None}, nil, []string{"plain\n", "RCPT TO:<anna@example.com>", "Message-ID: <job-1@cogtrail.example>", "From: \"Alerts\" <no-reply@cogtrail.example>", "text/plain", "the </text>"}},
		"plain with a password": {email.Config{Security: email.None, Username: "u", Password: "p"}, nil, []string{"AUTH PLAIN AHUAcA=="}},
		"TLS with a password":   {email.Config{TLS: client, Username: "u", Password: "p"}, server, []string{"tls\n", "AUTH PLAIN AHUAcA=="}},
		"none is none":          {email.Config{Security: email.None, TLS: client}, server, []string{"plain\n"}},
		"implicit TLS":          {email.Config{Security: email.Implicit, TLS: client, Username: "u", Password: "p"}, server, []string{"tls\n", "AUTH PLAIN AHUAcA=="}},
		"bounces go elsewhere": {email.Config{Security: email.STARTTLS, TLS: client, Bounce: "bounces@cogtrail.example"}, server, []string{
			"MAIL FROM:<bounces@cogtrail.example>", "From: \"Alerts\" <no-reply@cogtrail.example>", "Auto-Submitted: auto-generated",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.tls, "250 ok", c.config.Security == email.Implicit)
			c.config.Port = s.port()
			if err := send(t, c.config, message); err != nil {
				t.Fatal(err)
			}
			got := <-s.got
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("no %q in\n%s", w, got)
				}
			}
			if strings.Contains(got, "\r\nBcc:") {
				t.Errorf("a header was injected:\n%s", got)
			}
		})
	}
}

func TestSender_Carry_failures(t *testing.T) {
	t.Parallel()
	server, _ := certificate(t)
	for name, c := range map[string]struct {
		config email.Config
		tls    *tls.Config
		rcpt   string
		again  bool
	}{
		"no TLS offered":         {email.Config{}, nil, "250 ok", true},
		"certificate of nobody":  {email.Config{}, server, "250 ok", true},
		"refused for good":       {email.Config{Security: email.None}, nil, "550 no such anna@example.com", false},
		"refused for the moment": {email.Config{Security: email.None}, nil, "451 later, anna@example.com", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.tls, c.rcpt, false)
			c.config.Port = s.port()
			err := send(t, c.config, message)
			if err == nil || job.IsFinal(err) == c.again || strings.Contains(err.Error(), "anna") {
				t.Errorf("got %v", err)
			}
			if len(s.got) != 0 {
				t.Error("the message was sent")
			}
		})
	}
	bad := message
	bad.Destination = "nobody"
	if err := send(t, email.Config{Port: 1, Security: email.None}, bad); !job.IsFinal(err) || strings.Contains(err.Error(), "nobody") {
		t.Errorf("an impossible recipient: %v", err)
	}
}

// A server that says nothing is left after the time-out, and the message comes back.
func TestSender_Carry_silence(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s, err := email.New(email.Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "a@b.example", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := s.Carry(t.Context(), "job-1", &message); err == nil || job.IsFinal(err) || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(began))
	}
}

func TestConfig_Check(t *testing.T) {
	t.Parallel()
	good := email.Config{Host: "h", From: "a@b.c"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]email.Config{
		"no host": {From: "a@b.c"}, "no sender": {Host: "h"}, "bad sender": {Host: "h", From: "x"}, "port": {Host: "h", From: "a@b.c", Port: 70000}, "password alone": {Host: "h", From: "a@b.c", Password: "p"},
		"security": {Host: "h", From: "a@b.c", Security: "maybe"}, "bounce": {Host: "h", From: "a@b.c", Bounce: "x"}, "bounce with a name": {Host: "h", From: "a@b.c", Bounce: "X <x@b.c>"},
	} {
		if _, err := email.New(c); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
