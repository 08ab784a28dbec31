package email_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
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
}

func serve(t *testing.T, conf *tls.Config, rcpt string) *smtpServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &smtpServer{listener: l, tls: conf, rcpt: rcpt, got: make(chan string, 10)}
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
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = fmt.Fprint(c, line+"\r\n") }
	say("220 test ESMTP")
	secured, session := "plain", ""
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
		case strings.HasPrefix(word, "MAIL"), word == "RSET", word == "NOOP":
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

type fakeOpener struct {
	m   mailbox.Message
	err error
}

func (f fakeOpener) Opened(job.Job) (*mailbox.Message, error) { return &f.m, f.err }

var message = mailbox.Message{
	Medium: "EMAIL", Trigger: "SNS_Notification", Destination: "anna@example.com", Subject: "ALARM: \"a\"\r\nBcc: evil@example.com", Body: "the </text>", Time: time.Unix(1772323200, 0),
}

func send(t *testing.T, c email.Config, m mailbox.Message) error {
	t.Helper()
	c.Host, c.Timeout = "127.0.0.1", 3*time.Second
	if c.From == "" {
		c.From = "Alerts <no-reply@cogtrail.example>"
	}
	s, err := email.New(c, fakeOpener{m: m}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s.Run(t.Context(), job.Job{ID: "job-1"})
}

func TestSender_Run(t *testing.T) {
	t.Parallel()
	server, client := certificate(t)
	for name, c := range map[string]struct {
		config email.Config
		tls    *tls.Config
		want   []string
	}{
		"plain":                  {email.Config{Plain: true}, nil, []string{"plain\n", "RCPT TO:<anna@example.com>", "Message-ID: <job-1@cogtrail.example>", "From: \"Alerts\" <no-reply@cogtrail.example>", "text/plain", "the </text>"}},
		"plain with a password":  {email.Config{Plain: true, Username: "u", Password: "p"}, nil, []string{"AUTH PLAIN AHUAcA=="}},
		"TLS with a password":    {email.Config{TLS: client, Username: "u", Password: "p"}, server, []string{"tls\n", "AUTH PLAIN AHUAcA=="}},
		"plain takes TLS if any": {email.Config{Plain: true, TLS: client}, server, []string{"tls\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.tls, "250 ok")
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

func TestSender_Run_failures(t *testing.T) {
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
		"refused for good":       {email.Config{Plain: true}, nil, "550 no such anna@example.com", false},
		"refused for the moment": {email.Config{Plain: true}, nil, "451 later, anna@example.com", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.tls, c.rcpt)
			c.config.Port = s.port()
			err := send(t, c.config, message)
			if (err != nil) != c.again || (err != nil && strings.Contains(err.Error(), "anna")) {
				t.Errorf("got %v", err)
			}
			if len(s.got) != 0 {
				t.Error("the message was sent")
			}
		})
	}
	bad := message
	bad.Destination = "nobody"
	if err := send(t, email.Config{Port: 1, Plain: true}, bad); err != nil {
		t.Errorf("an impossible recipient comes back: %v", err)
	}
	sms := message
	sms.Medium = "SMS"
	if err := send(t, email.Config{Port: 1, Plain: true}, sms); err == nil {
		t.Error("an SMS was sent by e-mail")
	}
	broken, err := email.New(email.Config{Host: "h", From: "a@b.c"}, fakeOpener{err: errors.New("sealed")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := broken.Run(t.Context(), job.Job{}); err == nil {
		t.Error("a job that cannot be opened is done")
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
	} {
		if _, err := email.New(c, fakeOpener{}, nil); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
