package userpool

import (
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/code"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// OnSignIn is the occasion of messages with a code for signing in.
const OnSignIn = "CustomMessage_Authentication"

// Default texts of codes for signing in. (inferred)
const (
	defaultSignIn        = "Your authentication code is {####}. "
	defaultSignInSubject = "Your authentication code"
)

// SignInCodeLimit is how many codes for signing in a user is sent. AWS takes 5 to 20 for e-mails, by address and source.
var SignInCodeLimit = Limit{"sign-in code", 20}

// SecondFactor is what a session remembers of a second factor.
type SecondFactor struct {
	// Code is the keyed hash of a code that was sent, To where it went.
	Code []byte    `json:",omitempty"`
	To   Attribute `json:",omitzero"`
	// Adopt tells that To becomes the user's attribute, and the factor his, with the right code.
	Adopt bool `json:",omitempty"`
	// Choices are the factors he may choose from.
	Choices []string `json:",omitempty"`
	// Associated is the sealed key of an authenticator being set up, Verified that it is set up.
	Associated []byte `json:",omitempty"`
	Verified   bool   `json:",omitempty"`
	// Wrong counts wrong codes.
	Wrong int `json:",omitempty"`
}

const signInCode = "sign-in"

// SendSignInCode sends a user a code that is good for one session, whose text is given, and returns what the session keeps of it.
func (r *Realm) SendSignInCode(c *op.Call, p *Pool, u *User, session string, to Attribute, via Via) (*SecondFactor, error) {
	return r.sendSignInCode(c, p, u, session, to, code.New(), via)
}

func (r *Realm) sendSignInCode(c *op.Call, p *Pool, u *User, session string, to Attribute, text string, via Via) (*SecondFactor, error) {
	own, err := r.customise(c, p, u, OnSignIn, nil, via, MediumOf(to.Name))
	if err != nil {
		return nil, err
	}
	if err := r.spendSignInCode(c.Tx, p, u.Sub, c.Now); err != nil {
		return nil, err
	}
	if err := r.send(c.Tx, p, p.signInMessage(via.Client, to, text, own, c.Now), p.toldOf(u, to, text, via)); err != nil {
		return nil, fmt.Errorf("send sign-in code: %w", err)
	}
	sum := code.Hash(r.Vault, signInCode, string(p.key(u.Sub, session)), text)
	return &SecondFactor{Code: sum[:], To: to}, nil
}

// spendSignInCode counts a code that is sent.
func (r *Realm) spendSignInCode(tx store.Tx, p *Pool, who string, now time.Time) error {
	spent, err := r.Spent(tx, p, who, SignInCodeLimit, now)
	if err != nil {
		return err
	}
	if spent {
		return tooManyCodes()
	}
	return r.Spend(tx, p, who, SignInCodeLimit, now)
}

// signInMessage is the message with a code for signing in, which is good as long as the session of the client.
func (p *Pool) signInMessage(client *Client, to Attribute, text string, own trigger.MessageResponse, now time.Time) Message {
	m := Message{
		Account: p.Account, Region: p.Region, Pool: p.ID, Occasion: OnSignIn, Medium: MediumOf(to.Name), Destination: to.Value, Time: now,
		Expires: now.Add(client.SessionLife()),
	}
	if m.Medium == MediumSMS {
		m.Body = first(&own.SMS, p.Settings.SmsAuthenticationMessage, new(defaultSignIn))
	} else {
		m.Subject, m.Body = defaultSignInSubject, defaultSignIn
		if e := p.Factors.Email; e != nil {
			m.Subject, m.Body = first(e.Subject, &m.Subject), first(e.Message, &m.Body)
		}
		m.Subject, m.Body = first(&own.Subject, &m.Subject), first(&own.Email, &m.Body)
	}
	m.Body = strings.ReplaceAll(m.Body, "{####}", text)
	return m
}

// MatchSignInCode tells whether a text is the code sent for a session.
func (r *Realm) MatchSignInCode(p *Pool, u *User, session string, f *SecondFactor, text string) bool {
	return len(f.Code) == 32 && code.Match(r.Vault, signInCode, string(p.key(u.Sub, session)), [32]byte(f.Code), text)
}

// CountWrongCode counts a wrong code of a session and ends it with the most it may have. It belongs into Call.Keep.
func (r *Realm) CountWrongCode(tx store.Tx, s *Session, most int) error {
	if s.Factor == nil {
		s.Factor = &SecondFactor{}
	}
	if s.Factor.Wrong++; s.Factor.Wrong >= most {
		s.Used = true
	}
	if err := Sessions.Put(tx, s); err != nil {
		return fmt.Errorf("count wrong code: %w", err)
	}
	return nil
}

// ClientOfSession returns the client and the pool a session was made for, or store.ErrNotFound.
func (r *Realm) ClientOfSession(tx store.Tx, text string) (*Client, *Pool, error) {
	s, err := r.FindSession(tx, text)
	if err != nil {
		return nil, nil, err
	}
	p, err := r.AnyPool(tx, s.Pool)
	if err != nil {
		return nil, nil, err
	}
	c, err := r.client(tx, s.Client)
	if err != nil {
		return nil, nil, err
	}
	return c, p, nil
}
