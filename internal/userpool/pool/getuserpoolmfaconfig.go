package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetUserPoolMfaConfig tells that a pool asks for no second factor, as no pool of this server does.
func (s *Service) GetUserPoolMfaConfig(c *op.Call, in *cognitoidp.GetUserPoolMfaConfigInput) (*cognitoidp.GetUserPoolMfaConfigOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetUserPoolMfaConfigOutput{MfaConfiguration: p.Settings.MfaConfiguration}, nil
}
