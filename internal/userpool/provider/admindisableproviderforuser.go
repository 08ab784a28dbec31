package provider

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminDisableProviderForUser ends one way of signing in: a link is removed; a user of the pool loses his password until an
// administrator gives him one; a profile that a provider made is disabled. (the last inferred)
func (s *Service) AdminDisableProviderForUser(c *op.Call, in *cognitoidp.AdminDisableProviderForUserInput) (*cognitoidp.AdminDisableProviderForUserOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	name, attribute, value := text(in.User.ProviderName), text(in.User.ProviderAttributeName), text(in.User.ProviderAttributeValue)
	switch {
	case name == "" || value == "":
		return nil, invalid("Invalid User: ProviderName and ProviderAttributeValue are required") // (inferred)
	case attribute == "":
		return nil, invalid("Invalid User: ProviderAttributeName is required") // (inferred)
	case name == userpool.LocalProvider && attribute != userpool.Subject:
		return nil, invalid("Invalid User: ProviderAttributeName must be Cognito_Subject") // (inferred)
	}
	u, err := s.holder(c.Tx, p, name, attribute, value)
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	if name == userpool.LocalProvider {
		u.Modified = c.Now
		err = s.Realm.DropPassword(c.Tx, p, u)
	} else {
		s.disable(u, name, attribute, value, c)
	}
	if err != nil {
		return nil, err
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminDisableProviderForUserOutput{}, nil
}

// holder is the user whom a name and a provider mean.
func (s *Service) holder(tx store.Tx, p *userpool.Pool, name, attribute, value string) (*userpool.User, error) {
	if name == userpool.LocalProvider {
		return s.Realm.KnownUser(tx, p, value)
	}
	u, err := s.Realm.UserOfIdentity(tx, p, name, attribute, value)
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.NoUser()
	}
	if err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

func (s *Service) disable(u *userpool.User, name, attribute, value string, c *op.Call) {
	for _, i := range u.Identities {
		if i.Primary && i.Is(name, attribute, value) {
			u.Enabled, u.Modified = false, c.Now
			u.SignOutEverywhere()
			return
		}
	}
	u.Unlink(name, attribute, value, c.Now)
}
