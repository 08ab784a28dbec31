package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cogtrail/cogtrail/internal/notify/email"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/notify/sms"
	"github.com/cogtrail/cogtrail/internal/outbound"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// carriers are the ways by which messages leave: e-mails if an SMTP server is configured, SMS if a webhook or an SNS endpoint is.
func (b *builder) carriers() error {
	b.mailbox.Carriers = make(map[string]mailbox.Carrier)
	for _, medium := range []string{userpool.MediumEmail, userpool.MediumSMS} {
		b.jobs[mailbox.JobKind(medium)] = b.mailbox.Run
	}
	if b.config.Mail.Host != "" {
		sender, err := b.mail()
		if err != nil {
			return err
		}
		b.mailbox.Carriers[userpool.MediumEmail] = sender
	}
	return b.sms()
}

func (b *builder) mail() (*email.Sender, error) {
	c := b.config.Mail
	cfg := email.Config{Host: c.Host, Port: c.Port, From: c.From, Username: c.Username, Security: email.Security(c.TLS), Bounce: c.Bounce}
	var err error
	if cfg.Password, err = secretOf("mail.passwordFile", c.PasswordFile); err != nil {
		return nil, err
	}
	sender, err := email.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return sender, nil
}

func (b *builder) sms() error {
	c := b.config.SMS
	// The operator names the address, so it may be one of his own network's.
	client := outbound.New(outbound.Options{AllowPrivate: true})
	switch {
	case c.Webhook != "":
		token, err := secretOf("sms.tokenFile", c.TokenFile)
		if err != nil {
			return err
		}
		key, err := secretOf("sms.keyFile", c.KeyFile)
		if err != nil {
			return err
		}
		b.mailbox.Carriers[userpool.MediumSMS] = &sms.Webhook{URL: c.Webhook, Token: token, Key: []byte(key), HTTP: client, Now: time.Now}
	case c.SNS != "":
		secret, err := secretOf("sms.secretKeyFile", c.SecretKeyFile)
		if err != nil {
			return err
		}
		b.mailbox.Carriers[userpool.MediumSMS] = &sms.SNS{
			Endpoint: c.SNS, Credentials: aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: secret}, HTTP: client, Now: time.Now,
		}
	}
	return nil
}

// secretOf reads what a file holds, without white space around it; empty if no file is named. An empty file is a fault.
func secretOf(setting, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", setting, err)
	}
	text := strings.TrimSpace(string(raw))
	if text == "" {
		return "", fmt.Errorf("%s: %s is empty", setting, file)
	}
	return text, nil
}

// smsFaults are what is wrong with the settings of SMS.
func (c *Config) smsFaults() []error {
	var faults []error
	s := &c.SMS
	if s.Webhook != "" && s.SNS != "" {
		faults = append(faults, errors.New("sms.webhook: SMS leave by a webhook or by sms.sns, not both"))
	}
	if s.Webhook != "" && !absolute(s.Webhook) {
		faults = append(faults, errors.New("sms.webhook: want an http or https URL")) // it may hold a secret
	}
	if s.SNS != "" && !absolute(strings.ReplaceAll(s.SNS, "{region}", "us-east-1")) {
		faults = append(faults, fmt.Errorf("sms.sns: want an http or https URL, not %q", s.SNS))
	}
	if s.SNS != "" && (s.AccessKeyID == "" || s.SecretKeyFile == "") {
		faults = append(faults, errors.New("sms.sns: needs sms.accessKeyId and sms.secretKeyFile"))
	}
	if s.Webhook == "" && (s.TokenFile != "" || s.KeyFile != "") {
		faults = append(faults, errors.New("sms.tokenFile and sms.keyFile: there is no sms.webhook"))
	}
	return faults
}

func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
