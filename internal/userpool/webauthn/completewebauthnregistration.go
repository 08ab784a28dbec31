package webauthn

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CompleteWebAuthnRegistration keeps the passkey that a user's browser made. Whatever is wrong with it, the challenge is used up.
func (s *Service) CompleteWebAuthnRegistration(c *op.Call, in *cognitoidp.CompleteWebAuthnRegistrationInput) (*cognitoidp.CompleteWebAuthnRegistrationOutput, error) {
	b, p, err := s.registrar(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	a, err := passkey.ParseAttestation(in.Credential)
	if err != nil {
		return nil, badCredential()
	}
	client, ok, err := s.Realm.AskedPasskey(c.Tx, b.Pool, b.User, a.Challenge(), c.Now)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, noChallenge()
	}
	c.Keep(func(tx store.Tx) error { return s.Realm.DropPasskeyChallenge(tx, b.Pool, b.User) })
	if client != b.Client.ID {
		return nil, otherClient()
	}
	made, err := a.Verify(p)
	if err != nil {
		return nil, refusal(err)
	}
	had, err := s.Realm.PasskeysOf(c.Tx, b.Pool, b.User.Sub, "")
	if err != nil {
		return nil, err
	}
	if len(had) >= userpool.MaxPasskeys {
		return nil, tooMany()
	}
	err = userpool.Passkeys.Insert(c.Tx, &userpool.Passkey{
		Account: b.Pool.Account, Region: b.Pool.Region, Pool: b.Pool.ID, Sub: b.User.Sub, Party: p.ID, Credential: *made, Created: c.Now,
	})
	if errors.Is(err, store.ErrExists) {
		return nil, registered()
	}
	if err != nil {
		return nil, fmt.Errorf("write passkey: %w", err)
	}
	return &cognitoidp.CompleteWebAuthnRegistrationOutput{}, nil
}

// refusal is the answer to a credential that was refused.
func refusal(err error) *schema.Error {
	switch {
	case errors.Is(err, passkey.ErrOrigin):
		return badOrigin()
	case errors.Is(err, passkey.ErrParty):
		return otherParty()
	case errors.Is(err, passkey.ErrUnverified):
		return notVerified()
	case errors.Is(err, passkey.ErrUnsupported):
		return notSupported()
	}
	return badCredential()
}
