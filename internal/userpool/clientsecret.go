package userpool

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"time"
)

// SecondSecret is a client's second secret. Both are sealed and good for everything until one is deleted.
type SecondSecret struct {
	Secret []byte
	Made   time.Time
}

// HasSecret tells that calls of the client must prove a secret.
func (c *Client) HasSecret() bool { return len(c.Secret) > 0 }

// FirstMade is when the described secret was made.
func (c *Client) FirstMade() time.Time {
	if c.SecretMade.IsZero() {
		return value(c.Settings.CreationDate)
	}
	return c.SecretMade
}

// SealSecret seals a client's secret for its row.
func (r *Realm) SealSecret(id ClientID, secret string) []byte {
	return r.Vault.Seal(SecretPurpose, []byte(secret), []byte(id))
}

// OpenSecret returns the client's secret that is described, empty if it has none. To check a secret use CheckSecret.
func (r *Realm) OpenSecret(c *Client) (string, error) {
	if !c.HasSecret() {
		return "", nil
	}
	return r.openSecret(c, c.Secret)
}

func (r *Realm) openSecret(c *Client, sealed []byte) (string, error) {
	s, err := r.Vault.Open(SecretPurpose, sealed, []byte(c.ID))
	if err != nil {
		return "", fmt.Errorf("open client secret: %w", err)
	}
	return string(s), nil
}

// secrets are all secrets of the client, opened.
func (r *Realm) secrets(c *Client) ([]string, error) {
	if !c.HasSecret() {
		return nil, nil
	}
	first, err := r.openSecret(c, c.Secret)
	if err != nil || c.Second == nil {
		return []string{first}, err
	}
	second, err := r.openSecret(c, c.Second.Secret)
	return []string{first, second}, err
}

// CheckSecret tells whether sent is one of the client's secrets, in constant time. A client without a secret takes the empty
// text only.
func (r *Realm) CheckSecret(c *Client, sent string) (bool, error) {
	if !c.HasSecret() {
		return sent == "", nil
	}
	all, err := r.secrets(c)
	if err != nil {
		return false, err
	}
	ok := 0
	for _, s := range all {
		ok |= subtle.ConstantTimeCompare([]byte(s), []byte(sent))
	}
	return ok == 1, nil
}

// SecretHash is base64(HMAC-SHA256(secret, name + client id)), as clients send it.
func SecretHash(secret, name string, id ClientID) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(name))
	h.Write([]byte(id))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// CheckSecretHash checks the hash a call carries against each of the client's secrets and any of the names it may have been made
// with, in constant time. nil means that none was sent.
func (r *Realm) CheckSecretHash(c *Client, sent *string, names ...string) error {
	all, err := r.secrets(c)
	if err != nil {
		return err
	}
	switch {
	case len(all) == 0 && sent == nil:
		return nil
	case len(all) == 0:
		return secretHashWrong(c.ID) // (inferred)
	case sent == nil || *sent == "":
		return secretHashMissing(c.ID)
	}
	ok := 0
	for _, s := range all {
		for _, n := range names {
			ok |= subtle.ConstantTimeCompare([]byte(SecretHash(s, n, c.ID)), []byte(*sent))
		}
	}
	if ok != 1 {
		return secretHashWrong(c.ID)
	}
	return nil
}
