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
	u, identity, err := s.holder(c.Tx, p, name, attribute, value)
	if err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	switch {
	case identity == nil:
		u.Modified = c.Now
		if err := s.Realm.DropPassword(c.Tx, p, u); err != nil {
			return nil, err
		}
	case identity.Primary:
		u.Enabled, u.Modified = false, c.Now
		u.SignOutEverywhere()
	default:
		u.Unlink(identity, c.Now)
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminDisableProviderForUserOutput{}, nil
}

// holder is the user whom a name and a provider mean, with his identity there, nil for the pool's own users. Who has a link to a
// provider that is gone is found too, if nobody has one to the present provider of that name.
func (s *Service) holder(tx store.Tx, p *userpool.Pool, name, attribute, value string) (*userpool.User, *userpool.Identity, error) {
	if name == userpool.LocalProvider {
		u, err := s.Realm.KnownUser(tx, p, value)
		return u, nil, err
	}
	made, err := id(tx, p, name)
	if err != nil {
		return nil, nil, err
	}
	identity := &userpool.Identity{Provider: name, ProviderID: made, Attribute: attribute, Value: value}
	u, err := s.Realm.UserOfIdentity(tx, p, identity)
	if err == nil {
		return u, u.Identity(identity), nil
	}
	if errors.Is(err, store.ErrNotFound) {
		u, identity, err = s.Realm.UserOfDeadIdentity(tx, p, name, attribute, value)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, userpool.NoUser()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read user: %w", err)
	}
	return u, identity, nil
}
