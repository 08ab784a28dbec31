package userpool

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Session is one challenge a client has to answer. It is found by a keyed hash of what the client holds: the Session text, or
// the SECRET_BLOCK of the SRP flow.
type Session struct {
	Hash    []byte
	Account string
	Region  string
	Pool    PoolID
	Client  ClientID
	// Who is the user's sub, or the id of an unknown name.
	Who string
	// Generation is the user's at the time; sessions of an older one are dead.
	Generation int64
	// Password is a mark of the password that was proved; the session is dead once the user has another.
	Password  []byte `json:",omitempty"`
	Challenge string
	// Admin tells that AdminInitiateAuth began the sign-in.
	Admin  bool          `json:",omitempty"`
	Factor *SecondFactor `json:",omitempty"`
	Device string        `json:",omitempty"` // of which a proof is asked
	// Proved are the factors proved before this challenge, by their names in amr.
	Proved []string `json:",omitempty"`
	Aim    Aim      `json:",omitzero"`
	// Choice is set until the first factor of USER_AUTH is proved.
	Choice *Choice `json:",omitempty"`
	// Event is the sign-in's authentication event, if threat protection looks at it.
	Event string `json:",omitempty"`
	// Unknown tells that there is no such user; Name is what was asked for, sealed: it may be a password in the wrong field.
	Unknown bool   `json:",omitempty"`
	Name    []byte `json:",omitempty"`
	Custom  []byte `json:",omitempty"` // what is kept of a custom sign-in, sealed
	Used    bool   `json:",omitempty"`
	Expires int64  // ms since 1970
}

// Sessions holds open challenges of all pools.
var Sessions = store.Table[Session]{
	Name: "userpool.sessions",
	Key:  func(s *Session) store.Key { return store.K(s.Hash) },
	Indexes: []store.Index[Session]{
		{Name: expires, Of: func(s *Session) []store.Key { return []store.Key{store.K(s.Expires)} }},
	},
}

const (
	sessionPurpose = "challenge session"
	// sessionPrefix is how Cognito's own sessions begin.
	sessionPrefix = "AYABe"
	sessionBytes  = 192
	// maxSessionText is the model's limit.
	maxSessionText = 2048
)

// NewSessionText draws what a client holds of a session.
func NewSessionText() string {
	raw := make([]byte, sessionBytes)
	rand.Read(raw)
	return sessionPrefix + base64.RawURLEncoding.EncodeToString(raw)
}

// OpenSession stores a challenge under the text its client gets.
func (r *Realm) OpenSession(tx store.Tx, p *Pool, c *Client, s Session, text string, now time.Time) error {
	sum := r.Vault.MAC(sessionPurpose, []byte(text))
	s.Hash = sum[:]
	s.Account, s.Region, s.Pool, s.Client = p.Account, p.Region, p.ID, c.ID
	if s.Expires == 0 {
		s.Expires = now.Add(c.SessionLife()).UnixMilli()
	}
	if err := Sessions.InsertDrawn(tx, &s); err != nil {
		return fmt.Errorf("write session: %w", err)
	}
	return nil
}

// FindSession returns the session behind a text, or store.ErrNotFound. It checks nothing about it.
func (r *Realm) FindSession(tx store.Tx, text string) (*Session, error) {
	if len(text) > maxSessionText {
		return nil, store.ErrNotFound
	}
	for _, sum := range r.Vault.MACs(sessionPurpose, []byte(text)) {
		s, err := Sessions.Get(tx, store.K(sum[:]))
		if err == nil || !errors.Is(err, store.ErrNotFound) {
			return s, err
		}
	}
	return nil, store.ErrNotFound
}

// Session returns the session a client answers for a challenge, or AWS's refusal. An expired session is told from an unknown one
// until it is swept.
func (r *Realm) Session(tx store.Tx, p *Pool, c *Client, text, challenge string, now time.Time) (*Session, error) {
	if !strings.HasPrefix(text, sessionPrefix) {
		return nil, InvalidSession()
	}
	s, err := r.FindSession(tx, text)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, InvalidSession()
	case err != nil:
		return nil, fmt.Errorf("read session: %w", err)
	case s.Pool != p.ID || s.Client != c.ID || s.Challenge != challenge:
		return nil, InvalidSession()
	case s.Used:
		return nil, sessionUsed()
	case s.Over(now):
		return nil, sessionExpired()
	}
	return s, nil
}

// After makes a session one of a user who has proved his password.
func (s *Session) After(u *User) {
	s.Who, s.Generation, s.Password = u.Sub, u.Generation, u.Credential.mark()
}

// Dead tells that the user was signed out since, or has another password than the one he proved.
func (s *Session) Dead(u *User) bool {
	return s.Generation != u.Generation || len(s.Password) > 0 && !bytes.Equal(s.Password, u.Credential.mark())
}

// Over tells that a session's time has passed.
func (s *Session) Over(now time.Time) bool { return now.UnixMilli() >= s.Expires }

// UseSession marks a session as answered; it stays known until it would have expired.
func (r *Realm) UseSession(tx store.Tx, s *Session) error {
	s.Used = true
	if err := Sessions.Put(tx, s); err != nil {
		return fmt.Errorf("use up session: %w", err)
	}
	return nil
}

// DropSession removes a session as this transaction found it.
func (r *Realm) DropSession(tx store.Tx, s *Session) error {
	if err := Sessions.Remove(tx, s); err != nil {
		return fmt.Errorf("drop session: %w", err)
	}
	return nil
}
