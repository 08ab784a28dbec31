package webauthn

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// DeleteWebAuthnCredential forgets a passkey of the user. Nobody else's can be named.
func (s *Service) DeleteWebAuthnCredential(c *op.Call, in *cognitoidp.DeleteWebAuthnCredentialInput) (*cognitoidp.DeleteWebAuthnCredentialOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	id, err := base64.RawURLEncoding.DecodeString(in.CredentialId)
	if err != nil || len(id) == 0 || len(id) > 1023 {
		return nil, noCredential()
	}
	err = userpool.Passkeys.Delete(c.Tx, b.Pool.Key(b.User.Sub, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noCredential()
	}
	if err != nil {
		return nil, fmt.Errorf("delete passkey: %w", err)
	}
	return &cognitoidp.DeleteWebAuthnCredentialOutput{}, nil
}
