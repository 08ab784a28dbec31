package user

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AdminSetUserPassword gives a user a password, temporary or permanent, whatever his status. All his sign-ins end (inferred).
func (s *Service) AdminSetUserPassword(c *op.Call, in *cognitoidp.AdminSetUserPasswordInput) (*cognitoidp.AdminSetUserPasswordOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.SetNewPassword(c, p, u, in.Password); err != nil {
		return nil, err
	}
	if in.Permanent != nil && *in.Permanent {
		u.Status, u.TemporarySince = userpool.Confirmed, time.Time{}
	} else {
		u.Status, u.TemporarySince = userpool.ForceChangePassword, c.Now
	}
	u.Modified = c.Now
	u.SignOutEverywhere()
	if err := s.Realm.DropPending(c, p, u); err != nil {
		return nil, err
	}
	if err := s.Realm.DropCode(c.Tx, p, u, userpool.RecoveryCode); err != nil {
		return nil, err
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminSetUserPasswordOutput{}, nil
}
