package webauthn

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// ListWebAuthnCredentials returns the user's passkeys, those of an earlier relying party too, a page at a time.
func (s *Service) ListWebAuthnCredentials(c *op.Call, in *cognitoidp.ListWebAuthnCredentialsInput) (*cognitoidp.ListWebAuthnCredentialsOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListWebAuthnCredentialsOutput{Credentials: []cognitoidp.WebAuthnCredentialDescription{}}
	l := userpool.Listing{
		Purpose: userpool.Passkeys.Name, Bound: []string{string(b.Pool.ID), b.User.Sub}, Token: in.NextToken, Size: userpool.Size(in.MaxResults, userpool.MaxPasskeys),
	}
	out.NextToken, err = userpool.Walk(s.Realm, c, l, userpool.ByKey(c.Tx, &userpool.Passkeys, b.Pool.Key(b.User.Sub)), func(k *userpool.Passkey) (bool, error) {
		out.Credentials = append(out.Credentials, k.Shown())
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
