package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
)

// Config says how mail leaves.
type Config struct {
	Host string
	// Port of the server; 587 if zero. 465 means TLS from the first byte.
	Port int
	// From is the sender: an address, with a name if wanted.
	From string
	// Username and Password sign in; without a name nobody does.
	Username string
	Password string
	// Plain allows a connection without TLS, for a relay on the same machine.
	Plain bool
	// TLS adds to the default configuration; nil is fine.
	TLS *tls.Config
	// Timeout of each step; 10 s if zero.
	Timeout time.Duration
}

// Check lists what is wrong with the configuration; nil if nothing is.
func (c *Config) Check() error {
	var faults []error
	if c.Host == "" {
		faults = append(faults, errors.New("email host is missing"))
	}
	if c.Port < 0 || c.Port > 65535 {
		faults = append(faults, fmt.Errorf("email port %d is no port", c.Port))
	}
	if _, err := mail.ParseAddress(c.From); err != nil {
		faults = append(faults, fmt.Errorf("email sender: %w", err))
	}
	if c.Username == "" && c.Password != "" {
		faults = append(faults, errors.New("email password without a user name"))
	}
	return errors.Join(faults...)
}

// Opener gives the message of a job.
type Opener interface {
	Opened(j job.Job) (*mailbox.Message, error)
}

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	config Config
	open   Opener
	log    *slog.Logger
}

// New returns a Sender, or what is wrong with the configuration.
func New(c Config, open Opener, log *slog.Logger) (*Sender, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Port == 0 {
		c.Port = 587
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	return &Sender{config: c, open: open, log: log}, nil
}

// Run sends the message of a job of mailbox.JobKind.
func (s *Sender) Run(ctx context.Context, j job.Job) error {
	m, err := s.open.Opened(j)
	if err != nil {
		return err
	}
	if m.Medium != "EMAIL" {
		return fmt.Errorf("no way out for messages of kind %s", m.Medium)
	}
	msg, err := s.compose(m, j.ID)
	if err != nil {
		s.log.Error("e-mail cannot be composed", "job", j.ID, "trigger", m.Trigger)
		return nil // it never will
	}
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("set up e-mail: %w", err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	var refused *gomail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 && refused.ErrorCode() < 600:
		s.log.Warn("mail server refused an e-mail for good", "job", j.ID, "trigger", m.Trigger, "code", refused.ErrorCode())
		return nil
	case errors.As(err, &refused):
		// The text of the error names addresses.
		return fmt.Errorf("send e-mail: mail server answered %d at step %d", refused.ErrorCode(), refused.Reason)
	default:
		return fmt.Errorf("send e-mail: %w", err)
	}
}

func (s *Sender) compose(m *mailbox.Message, id string) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(s.config.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(m.Destination); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	msg.Subject(strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' ' // a line break would begin another header
		}
		return r
	}, m.Subject))
	msg.SetDateWithValue(m.Time)
	msg.SetMessageIDWithValue(id + "@" + s.domain())
	kind := gomail.TypeTextPlain
	// Templates of user pools may be HTML; what is published to a topic is text.
	if !strings.HasPrefix(m.Trigger, "SNS_") && html(m.Body) {
		kind = gomail.TypeTextHTML
	}
	msg.SetBodyString(kind, m.Body)
	return msg, nil
}

func (s *Sender) domain() string {
	a, err := mail.ParseAddress(s.config.From)
	if err != nil {
		return "localhost" // Check has seen it
	}
	return a.Address[strings.LastIndexByte(a.Address, '@')+1:]
}

// html guesses whether a body is HTML: it begins with a tag or holds a closing one.
func html(body string) bool {
	b := strings.ToLower(strings.TrimSpace(body))
	return strings.HasPrefix(b, "<!doctype") || strings.HasPrefix(b, "<html") || strings.Contains(b, "</") || strings.Contains(b, "<br")
}

func (s *Sender) client() (*gomail.Client, error) {
	c := &s.config
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLS != nil {
		conf = c.TLS.Clone()
		conf.MinVersion = max(conf.MinVersion, tls.VersionTLS12)
	}
	if conf.ServerName == "" {
		conf.ServerName = c.Host
	}
	options := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithTLSConfig(conf), gomail.WithoutNoop()}
	switch {
	case c.Port == 465:
		options = append(options, gomail.WithSSL())
	case c.Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.Username != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if c.Plain {
			auth = gomail.SMTPAuthPlainNoEnc // the operator allowed it
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	return gomail.NewClient(c.Host, options...)
}
