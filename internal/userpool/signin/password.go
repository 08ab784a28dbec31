package signin

import (
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// password is the flow USER_PASSWORD_AUTH: the password comes in clear.
func (s *Service) password(c *op.Call, client *userpool.Client, p *userpool.Pool, params map[string]string) (*outcome, error) {
	if err := required(params, "USERNAME", "PASSWORD"); err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, sentHash(params), params["USERNAME"]); err != nil {
		return nil, err
	}
	a, err := s.begin(c, client, p, params["USERNAME"])
	if err != nil {
		return nil, err
	}
	if err := a.ready(); err != nil {
		return nil, err
	}
	ok, err := s.Realm.CheckPassword(c, p, a.user, a.name, params["PASSWORD"])
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, a.wrong()
	}
	return a.admit()
}
