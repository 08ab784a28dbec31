package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminDeleteSoftwareToken forgets a user's authenticator application, one that is being set up too. Where the pool demands a factor
// he is asked to set up another. A user without one stays as he is. (inferred)
func (s *Service) AdminDeleteSoftwareToken(c *op.Call, in *cognitoidp.AdminDeleteSoftwareTokenInput) (*cognitoidp.AdminDeleteSoftwareTokenOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	f := &u.Factors
	f.Switch(userpool.TOTPFactor, false)
	f.Secret, f.Associated, f.Device, f.Step = nil, nil, "", 0
	if err := s.put(c, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminDeleteSoftwareTokenOutput{}, nil
}
