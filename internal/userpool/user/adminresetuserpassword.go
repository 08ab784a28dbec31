package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminResetUserPassword takes a user's password out of force and sends him a code to set a new one with ConfirmForgotPassword. All
// his sign-ins end (inferred). It needs a pool whose users may recover their accounts themselves.
func (s *Service) AdminResetUserPassword(c *op.Call, in *cognitoidp.AdminResetUserPasswordInput) (*cognitoidp.AdminResetUserPasswordOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if !u.Enabled {
		return nil, disabled()
	}
	if u.Status != userpool.Confirmed && u.Status != userpool.ResetRequired {
		return nil, userpool.NotResettable()
	}
	attribute := p.RecoveryAttribute(u)
	if attribute == "" {
		return nil, userpool.Unreachable()
	}
	u.Status, u.Modified = userpool.ResetRequired, c.Now
	u.SignOutEverywhere()
	if err := s.Realm.DropPending(c, p, u); err != nil {
		return nil, err
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	if _, err := s.Realm.SendRecovery(c, p, u, attribute, userpool.Via{Metadata: in.ClientMetadata}); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminResetUserPasswordOutput{}, nil
}
