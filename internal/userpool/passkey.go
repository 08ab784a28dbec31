package userpool

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Passkey is one passkey of a user.
type Passkey struct {
	Account string
	Region  string
	Pool    PoolID
	Sub     string
	// Party is the relying party it was made for. Where the pool has another by now it is worth nothing.
	Party      string
	Credential passkey.Credential
	Created    time.Time
}

// Passkeys holds the passkeys of all users. A credential id means one passkey of a pool at most.
var Passkeys = store.Table[Passkey]{
	Name: "userpool.passkeys",
	Key: func(k *Passkey) store.Key {
		return store.K(k.Account, k.Region, string(k.Pool), k.Sub, k.Credential.ID)
	},
	Indexes: []store.Index[Passkey]{
		{Name: "credential", Unique: true, Of: func(k *Passkey) []store.Key {
			return []store.Key{store.K(k.Account, k.Region, string(k.Pool), k.Credential.ID)}
		}},
	},
}

// MaxPasskeys is how many a user may have. [Cognito: quotas]
const MaxPasskeys = 20

// First factors, named as pools' settings name them.
const (
	PasswordFirst = "PASSWORD"
	EmailFirst    = "EMAIL_OTP"
	SMSFirst      = "SMS_OTP"
	PasskeyFirst  = "WEB_AUTHN"
)

// Begins tells whether the pool's users may begin a sign-in with a factor.
func (p *Pool) Begins(factor string) bool {
	s := p.Settings.Policies
	return s != nil && s.SignInPolicy != nil && slices.Contains(s.SignInPolicy.AllowedFirstAuthFactors, factor)
}

// PasskeysVerify tells that passkeys must verify their user, PasskeysSuffice that such a sign-in counts as one with several factors.
func (p *Pool) PasskeysVerify() bool {
	w := p.Factors.WebAuthn
	return p.PasskeysSuffice() || w != nil && value(w.UserVerification) == "required"
}

// PasskeysSuffice is described at PasskeysVerify.
func (p *Pool) PasskeysSuffice() bool {
	w := p.Factors.WebAuthn
	return w != nil && value(w.FactorConfiguration) == "MULTI_FACTOR_WITH_USER_VERIFICATION"
}

// ErrNoParty tells that a pool has no domain its passkeys could belong to.
var ErrNoParty = errors.New("user pool has no relying party")

// Party is the relying party of a pool's passkeys: the one it is set to, else its custom domain, else its prefix domain.
func (r *Realm) Party(tx store.Tx, p *Pool) (passkey.Party, error) {
	out := passkey.Party{Verify: p.PasskeysVerify()}
	if w := p.Factors.WebAuthn; w != nil {
		out.ID = value(w.RelyingPartyId)
	}
	if out.ID == "" && r.Host != nil {
		host, err := r.Host(tx, p)
		if err != nil {
			return out, err
		}
		out.ID = host
	}
	if out.ID == "" {
		return out, ErrNoParty
	}
	return out, nil
}

// PasskeysOf are a user's passkeys of a relying party, of every one if it is empty.
func (r *Realm) PasskeysOf(tx store.Tx, p *Pool, sub, party string) ([]*Passkey, error) {
	var out []*Passkey
	for k, err := range Passkeys.Scan(tx, p.key(sub), nil) {
		if err != nil {
			return nil, fmt.Errorf("read passkeys: %w", err)
		}
		if party == "" || k.Party == party {
			out = append(out, k)
		}
	}
	return out, nil
}

// PutPasskey writes a passkey of which a sign-in moved the counter.
func (r *Realm) PutPasskey(tx store.Tx, k *Passkey) error {
	if err := Passkeys.Put(tx, k); err != nil {
		return fmt.Errorf("write passkey: %w", err)
	}
	return nil
}

// DropPasskeys forgets all passkeys of a user.
func (r *Realm) DropPasskeys(tx store.Tx, p *Pool, u *User) error {
	var all []store.Key
	for k, err := range Passkeys.Scan(tx, p.key(u.Sub), nil) {
		if err != nil {
			return fmt.Errorf("look for passkeys: %w", err)
		}
		all = append(all, Passkeys.Key(k))
	}
	return deleteAll(tx, &Passkeys, all)
}

// CredentialID is the text of a credential id, as ceremonies write it.
func (k *Passkey) CredentialID() string { return base64.RawURLEncoding.EncodeToString(k.Credential.ID) }

// Shown is a passkey as answers show it.
func (k *Passkey) Shown() cognitoidp.WebAuthnCredentialDescription {
	out := cognitoidp.WebAuthnCredentialDescription{
		CredentialId: k.CredentialID(), FriendlyCredentialName: "Passkey", RelyingPartyId: k.Party, AuthenticatorTransports: append([]string{}, k.Credential.Transports...),
		CreatedAt: k.Created,
	}
	if a := k.Credential.Attachment; a != "" {
		out.AuthenticatorAttachment = &a
		if a == "cross-platform" {
			out.FriendlyCredentialName = "Security key" // (inferred) both names
		}
	}
	return out
}

// passkeyChallenge is the purpose of the challenges of registrations, which are kept as the codes of users are. challengeLife is how
// long one may be answered: the time the options give the browser, and some for its way. (inferred)
const (
	passkeyChallenge = "passkey"
	challengeLife    = 2 * time.Minute
)

// AskPasskey draws the challenge of a registration by a client's user, in place of an older one.
func (r *Realm) AskPasskey(tx store.Tx, p *Pool, c *Client, u *User, now time.Time) (string, error) {
	text := passkey.NewChallenge()
	sum := r.Vault.MAC(passkeyChallenge, p.key(u.Sub), []byte(text))
	err := codes.Put(tx, &sentCode{
		Account: p.Account, Region: p.Region, Pool: p.ID, Sub: u.Sub, Purpose: passkeyChallenge, Hash: sum[:], Value: string(c.ID),
		Expires: now.Add(challengeLife).UnixMilli(),
	})
	if err != nil {
		return "", fmt.Errorf("write challenge of a passkey: %w", err)
	}
	return text, nil
}

// AskedPasskey tells for which client the user was asked a challenge that is still to be answered, and whether there is one.
func (r *Realm) AskedPasskey(tx store.Tx, p *Pool, u *User, challenge string, now time.Time) (ClientID, bool, error) {
	s, err := codes.Get(tx, p.key(u.Sub, passkeyChallenge))
	if errors.Is(err, store.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("read challenge of a passkey: %w", err)
	}
	ok := now.UnixMilli() < s.Expires && r.Vault.CheckMAC(passkeyChallenge, [32]byte(s.Hash), p.key(u.Sub), []byte(challenge))
	return ClientID(s.Value), ok, nil
}

// DropPasskeyChallenge uses a challenge up.
func (r *Realm) DropPasskeyChallenge(tx store.Tx, p *Pool, u *User) error {
	return r.DropCode(tx, p, u, passkeyChallenge)
}

// OwnPasskey returns the passkey with an id that is among a user's, or nil.
func OwnPasskey(list []*Passkey, id []byte) *Passkey {
	for _, k := range list {
		if bytes.Equal(k.Credential.ID, id) {
			return k
		}
	}
	return nil
}

// Verification is the userVerification of a ceremony's options.
func Verification(p passkey.Party) string {
	if p.Verify {
		return "required"
	}
	return "preferred"
}

// CalledName is what a user is shown of himself: what he signs in with.
func (p *Pool) CalledName(u *User) string { return invitedName(p, u) }
