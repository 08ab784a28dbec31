package userpool

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// Media of messages, as CodeDeliveryDetails and the mailbox name them.
const (
	MediumEmail = "EMAIL"
	MediumSMS   = "SMS"
)

// Occasions of messages, named as the trigger source AWS gives them.
const (
	OnSignUp    = "CustomMessage_SignUp"
	OnResend    = "CustomMessage_ResendCode"
	OnAdminMade = "CustomMessage_AdminCreateUser"
	OnForgot    = "CustomMessage_ForgotPassword"
	OnUpdate    = "CustomMessage_UpdateUserAttribute"
	OnVerify    = "CustomMessage_VerifyUserAttribute"
)

// Message is one e-mail or SMS to a user. Its body is the only place where a code or temporary password stands in clear.
type Message struct {
	Account     string
	Region      string
	Pool        PoolID
	Occasion    string
	Medium      string
	Destination string
	Subject     string // e-mails only
	Body        string
	Time        time.Time
	// Expires is from when on it is of no use to send it: its code is worth nothing any more. Zero is never.
	Expires time.Time
	// SMSRegion is where the pool wants its SMS sent from, empty for its own Region.
	SMSRegion string
	// Stays tells that the pool's own function takes it to the world: the server keeps it to be looked at, and sends nothing.
	Stays bool
	// Nobody tells that the message is to an unknown name: a Sender does all it does for others, but nobody can read it anywhere
	// and it goes nowhere.
	Nobody bool
}

// Sender takes messages. Send is called within the transaction of the change that asks for the message: it is sent if and only
// if that commits.
type Sender interface {
	Send(tx store.Tx, m Message) error
}

// Default texts. [Cognito: configuring messages]
const (
	defaultVerification        = "Your verification code is {####}. "
	defaultVerificationSubject = "Your verification code"
	defaultLink                = "Please click the link below to verify your email address. {##Verify Email##} "
	defaultLinkSubject         = "Your verification link" // (inferred)
	// A pool's own text for verification is used for these too; only the default differs (inferred).
	defaultRecovery        = "Your password reset code is {####}. "
	defaultRecoverySubject = "Your password reset code"

	defaultInvitation        = "Your username is {username} and temporary password is {####}. "
	defaultInvitationSubject = "Your temporary password"
	// For users without a password. (inferred)
	defaultWelcome        = "Your username is {username}. "
	defaultWelcomeSubject = "Your account"
)

// first is the first text that is set.
func first(list ...*string) string {
	for _, s := range list {
		if s != nil && *s != "" {
			return *s
		}
	}
	return ""
}

// send hands a message over: to the pool's own sender of its medium, or, from where the pool wants its SMS sent from, to the server's.
func (r *Realm) send(tx store.Tx, p *Pool, m Message, t told) error {
	if c := p.Settings.SmsConfiguration; c != nil && m.Medium == MediumSMS {
		m.SMSRegion = value(c.SnsRegion)
	}
	if p.ownSender(m.Medium) != "" {
		m.Stays = true
		if err := r.tellSender(tx, p, &m, t); err != nil {
			return err
		}
	}
	return r.Messages.Send(tx, m)
}

// MediumOf is the medium that reaches an attribute.
func MediumOf(attribute string) string {
	if attribute == Phone {
		return MediumSMS
	}
	return MediumEmail
}

// SendCode sends a code to the value of an attribute and tells where it went.
func (r *Realm) SendCode(c *op.Call, p *Pool, u *User, occasion, attribute, code string, via Via) (*cognitoidp.CodeDeliveryDetailsType, error) {
	to, _ := u.Get(attribute)
	return r.SendCodeTo(c, p, u, occasion, Attribute{attribute, to}, code, via)
}

// SendCodeTo is SendCode to an address that need not be the user's (yet).
func (r *Realm) SendCodeTo(c *op.Call, p *Pool, u *User, occasion string, to Attribute, code string, via Via) (*cognitoidp.CodeDeliveryDetailsType, error) {
	m := Message{
		Account: p.Account, Region: p.Region, Pool: p.ID, Occasion: occasion, Medium: MediumOf(to.Name), Destination: to.Value, Time: c.Now,
	}
	body, subject, life := defaultVerification, defaultVerificationSubject, codeLife(SignUpCode)
	if occasion == OnForgot {
		body, subject, life = defaultRecovery, defaultRecoverySubject, codeLife(RecoveryCode)
	}
	m.Expires = c.Now.Add(life)
	var t cognitoidp.VerificationMessageTemplateType
	if p.Settings.VerificationMessageTemplate != nil {
		t = *p.Settings.VerificationMessageTemplate
	}
	own, err := r.customise(c, p, u, occasion, nil, via, m.Medium)
	if err != nil {
		return nil, err
	}
	if m.Medium == MediumSMS {
		m.Body = first(&own.SMS, t.SmsMessage, p.Settings.SmsVerificationMessage, &body)
	} else {
		m.Subject = first(&own.Subject, t.EmailSubject, p.Settings.EmailVerificationSubject, &subject)
		m.Body = first(&own.Email, t.EmailMessage, p.Settings.EmailVerificationMessage, &body)
	}
	if m.Medium == MediumEmail && p.sendsLink(occasion) {
		m.Subject = first(&own.Subject, t.EmailSubjectByLink, new(defaultLinkSubject))
		m.Body = first(&own.Email, t.EmailMessageByLink, new(defaultLink))
		to, err := r.confirmURL(c.Tx, p, via.Client, u, code)
		if err != nil {
			return nil, err
		}
		m.Body = withLink(m.Body, to)
	}
	m.Body = strings.ReplaceAll(m.Body, trigger.CodeParameter, code)
	if err := r.send(c.Tx, p, m, p.toldOf(u, to, code, via)); err != nil {
		return nil, fmt.Errorf("send code: %w", err)
	}
	return Delivered(to.Name, to.Value), nil
}

// SendInvitation sends a temporary password, or the name alone if there is none, by each of the media. A medium the user has no address for is left out.
func (r *Realm) SendInvitation(c *op.Call, p *Pool, u *User, media []string, password string, via Via) error {
	var t cognitoidp.MessageTemplateType
	if a := p.Settings.AdminCreateUserConfig; a != nil && a.InviteMessageTemplate != nil {
		t = *a.InviteMessageTemplate
	}
	own, err := r.customise(c, p, u, OnAdminMade, new(trigger.UsernameParameter), via, media...)
	if err != nil {
		return err
	}
	for _, medium := range media {
		m := Message{Account: p.Account, Region: p.Region, Pool: p.ID, Occasion: OnAdminMade, Medium: medium, Time: c.Now}
		name, secret, to := invitedName(p, u), password, Attribute{Name: Email}
		t, invitation, subject := t, defaultInvitation, defaultInvitationSubject
		if password == "" {
			t.SMSMessage, t.EmailMessage = withoutPassword(t.SMSMessage), withoutPassword(t.EmailMessage)
			invitation, subject = defaultWelcome, defaultWelcomeSubject
		}
		if medium == MediumSMS {
			to.Name = Phone
			m.Body = first(&own.SMS, t.SMSMessage, &invitation)
		} else {
			m.Subject = first(&own.Subject, t.EmailSubject, &subject)
			m.Body = first(&own.Email, t.EmailMessage, &invitation)
			name, secret = html.EscapeString(name), html.EscapeString(secret)
		}
		if to.Value, _ = u.Get(to.Name); to.Value == "" {
			continue
		}
		m.Destination, m.Body = to.Value, strings.NewReplacer("{username}", name, "{####}", secret).Replace(m.Body)
		if err := r.send(c.Tx, p, m, p.toldOf(u, to, secret, via)); err != nil {
			return fmt.Errorf("send invitation: %w", err)
		}
	}
	return nil
}

// invitedName is the name a user is told: what he signs in with, not the sub of pools that use attributes as names.
func invitedName(p *Pool, u *User) string {
	if p.UsesAttributes() {
		for _, name := range []string{Email, Phone} {
			if v, ok := u.Get(name); ok && p.SignsInWith(name) {
				return v
			}
		}
	}
	return u.Username
}

// Delivered tells where a code went, masked.
func Delivered(attribute, to string) *cognitoidp.CodeDeliveryDetailsType {
	return &cognitoidp.CodeDeliveryDetailsType{
		Destination: new(Mask(attribute, to)), DeliveryMedium: new(MediumOf(attribute)), AttributeName: new(attribute),
	}
}

// Mask hides an address the way Cognito shows it: f***@e***, +*******1234.
func Mask(attribute, to string) string {
	if attribute == Phone {
		tail := to
		if len(to) > 4 {
			tail = to[len(to)-4:]
		}
		return "+*******" + strings.TrimPrefix(tail, "+")
	}
	local, domain, _ := strings.Cut(to, "@")
	return firstLetter(local) + "***@" + firstLetter(domain) + "***"
}

func firstLetter(s string) string {
	for _, c := range s {
		return string(c)
	}
	return ""
}
