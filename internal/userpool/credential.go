package userpool

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

// Credential is what is kept of a password: a sealed SRP verifier or an argon2id hash, never both.
type Credential struct {
	Verifier []byte `json:",omitempty"`
	Hash     string `json:",omitempty"`
}

// mark tells one password's credential from another's. Salts are random, so it says nothing about the password.
func (c *Credential) mark() []byte {
	sum := sha256.Sum256(append(slices.Clone(c.Verifier), c.Hash...))
	return sum[:8]
}

// verifierPurpose is the vault's purpose of SRP verifiers; the associated data is the user's key.
const verifierPurpose = "srp verifier"

// SetPassword gives a user a password that conforms to the pool's policy, or answers InvalidPasswordException. The caller writes
// the user.
func (r *Realm) SetPassword(ctx context.Context, p *Pool, u *User, text string) error {
	if err := p.Policy().Check(text); err != nil {
		return invalidPassword(err)
	}
	if p.KeepsHash() {
		h, err := r.Hasher.Hash(ctx, text)
		if err != nil {
			return hashFault(err)
		}
		u.renew(p, Credential{Hash: h})
		return nil
	}
	raw, err := r.SRP.NewVerifier(p.SRPName(), u.Username, text).MarshalBinary()
	if err != nil {
		return fmt.Errorf("encode srp verifier: %w", err)
	}
	u.renew(p, Credential{Verifier: r.Vault.Seal(verifierPurpose, raw, Users.Key(u))})
	return nil
}

// Verifier returns a user's SRP verifier; ok is false for a user who has none.
func (r *Realm) Verifier(u *User) (v srp.Verifier, ok bool, err error) {
	if len(u.Credential.Verifier) == 0 {
		return v, false, nil
	}
	raw, err := r.Vault.Open(verifierPurpose, u.Credential.Verifier, Users.Key(u))
	if err != nil {
		return v, false, fmt.Errorf("open srp verifier: %w", err)
	}
	v, err = srp.ParseVerifier(raw)
	if err != nil {
		return v, false, fmt.Errorf("stored srp verifier: %w", err)
	}
	return v, true, nil
}

// CheckPassword tells whether text is the user's password. A nil user is one who does not exist: the same work is done for the
// name that was asked for, and the answer is no.
func (r *Realm) CheckPassword(ctx context.Context, p *Pool, u *User, name, text string) (bool, error) {
	if u != nil && u.Credential.Hash != "" {
		err := r.Hasher.Verify(ctx, u.Credential.Hash, text)
		if errors.Is(err, password.ErrMismatch) {
			return false, nil
		}
		return err == nil, hashFault(err)
	}
	if u != nil {
		v, ok, err := r.Verifier(u)
		if err != nil {
			return false, err
		}
		if ok {
			return r.SRP.CheckPassword(v, p.SRPName(), u.Username, text), nil
		}
	}
	// Nobody, or a user without a password.
	if p.KeepsHash() {
		err := r.Hasher.VerifyUnknown(ctx, text)
		if errors.Is(err, password.ErrMismatch) {
			err = nil
		}
		return false, hashFault(err)
	}
	fake := r.SRP.FakeVerifier(r.Vault, p.SRPName(), p.Fold(name))
	r.SRP.CheckPassword(fake, p.SRPName(), name, text)
	return false, nil
}

// Nobody is the id under which guesses at an unknown name are counted, and the user id a challenge shows for it.
func (r *Realm) Nobody(p *Pool, name string) string {
	return srp.FakeUserID(r.Vault, p.SRPName(), p.Fold(name))
}

func hashFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, password.ErrBusy):
		return TooBusy()
	default:
		return fmt.Errorf("hash password: %w", err)
	}
}
