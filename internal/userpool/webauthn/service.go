package webauthn

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area webauthn.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.WebauthnAPI = (*Service)(nil)

// registrar is the user of an access token in a pool where passkeys begin sign-ins, with the relying party of his passkeys.
func (s *Service) registrar(c *op.Call, access string) (*userpool.Bearer, passkey.Party, error) {
	b, err := s.Realm.Access(c, access)
	if err != nil {
		return nil, passkey.Party{}, err
	}
	if !b.Pool.Begins(userpool.PasskeyFirst) {
		return nil, passkey.Party{}, notEnabled()
	}
	p, err := s.Realm.Party(c.Tx, b.Pool)
	if errors.Is(err, userpool.ErrNoParty) {
		return nil, p, noConfiguration()
	}
	return b, p, err
}
