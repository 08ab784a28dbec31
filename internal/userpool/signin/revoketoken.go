package signin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// RevokeToken ends a refresh token and the access tokens made from it. A token already revoked, or of nobody any more, is no error.
// [RFC 7009 section 2.2]
func (s *Service) RevokeToken(c *op.Call, in *cognitoidp.RevokeTokenInput) (*cognitoidp.RevokeTokenOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	sent := ""
	if in.ClientSecret != nil {
		sent = *in.ClientSecret
	}
	if ok, err := s.Realm.CheckSecret(client, sent); err != nil {
		return nil, err
	} else if !ok {
		return nil, clientSecretWrong()
	}
	if !client.Revokes() {
		return nil, notRevocable()
	}
	if strings.Count(in.Token, ".") != 4 { // a signed token, not a refresh token
		return nil, notRefreshToken()
	}
	f, err := s.Realm.FamilyOfRefresh(c.Tx, p, in.Token)
	if errors.Is(err, store.ErrNotFound) {
		f, err = s.Realm.FamilyOfRotated(c.Tx, p, in.Token) // its successors end with it
	}
	if errors.Is(err, store.ErrNotFound) {
		return &cognitoidp.RevokeTokenOutput{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read token family: %w", err)
	}
	c.Record.Subject(f.Sub)
	if f.Client != client.ID {
		c.Keep(func(tx store.Tx) error { return s.Realm.Revoke(tx, f) })
		return nil, foreignToken()
	}
	if err := s.Realm.Revoke(c.Tx, f); err != nil {
		return nil, err
	}
	return &cognitoidp.RevokeTokenOutput{}, nil
}
