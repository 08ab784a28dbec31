package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
)

// Security is a way of encrypting the connection.
type Security string

// The ways. Implicit is TLS from the first byte; STARTTLS is demanded, never left out because the server does not offer it; None
// is for a relay on the same machine.
const (
	Implicit Security = "implicit"
	STARTTLS Security = "starttls"
	None     Security = "none"
)

// Config says how mail leaves.
type Config struct {
	Host string
	// Port of the server; 587 if zero.
	Port int
	// From is the sender: an address, with a name if wanted.
	From string
	// Username and Password sign in; without a name nobody does.
	Username string
	Password string
	// Security is how the connection is encrypted; empty is Implicit on port 465 and STARTTLS elsewhere.
	Security Security
	// Bounce is the address that gets what cannot be delivered (the envelope's sender); From's if empty.
	Bounce string
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
	switch c.Security {
	case "", Implicit, STARTTLS, None:
	default:
		faults = append(faults, fmt.Errorf("email security %q is none of implicit, starttls and none", c.Security))
	}
	if c.Bounce != "" {
		if a, err := mail.ParseAddress(c.Bounce); err != nil || a.Name != "" {
			faults = append(faults, errors.New("email bounce address is not an address alone"))
		}
	}
	if c.Username == "" && c.Password != "" {
		faults = append(faults, errors.New("email password without a user name"))
	}
	return errors.Join(faults...)
}

// Sender sends messages; it is the mailbox's Carrier of e-mails. It is safe for concurrent use.
type Sender struct{ config Config }

// New returns a Sender, or what is wrong with the configuration.
func New(c Config) (*Sender, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Port == 0 {
		c.Port = 587
	}
	if c.Security == "" {
		c.Security = STARTTLS
		if c.Port == 465 {
			c.Security = Implicit
		}
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	return &Sender{config: c}, nil
}

// Carry sends a message. id makes its Message-ID.
func (s *Sender) Carry(ctx context.Context, id string, m *mailbox.Message) error {
	msg, err := s.compose(m, id)
	if err != nil {
		return job.Final(errors.New("e-mail cannot be composed")) // the reason names the address
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
	case !errors.As(err, &refused):
		return fmt.Errorf("send e-mail: %w", err)
	}
	// The text of the error names addresses.
	err = fmt.Errorf("send e-mail: mail server answered %d at step %d", refused.ErrorCode(), refused.Reason)
	if !refused.IsTemp() && refused.ErrorCode() >= 500 && refused.ErrorCode() < 600 {
		return job.Final(err)
	}
	return err
}

func (s *Sender) compose(m *mailbox.Message, id string) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.From(s.config.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(m.Destination); err != nil {
		return nil, fmt.Errorf("recipient: %w", err)
	}
	if s.config.Bounce != "" {
		if err := msg.EnvelopeFrom(s.config.Bounce); err != nil {
			return nil, fmt.Errorf("bounce address: %w", err)
		}
	}
	// Nobody's absence note answers a code. [RFC 3834 5]
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
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
	switch c.Security {
	case Implicit:
		options = append(options, gomail.WithSSL())
	case None:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.Username != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if c.Security == None {
			auth = gomail.SMTPAuthPlainNoEnc // the operator allowed it
		}
		options = append(options, gomail.WithSMTPAuth(auth), gomail.WithUsername(c.Username), gomail.WithPassword(c.Password))
	}
	return gomail.NewClient(c.Host, options...)
}
