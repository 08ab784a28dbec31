package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// AdminConfirmSignUp confirms a user who signed himself up, without a code. That proves no address: none becomes verified.
func (s *Service) AdminConfirmSignUp(c *op.Call, in *cognitoidp.AdminConfirmSignUpInput) (*cognitoidp.AdminConfirmSignUpOutput, error) {
	p, u, err := s.Realm.PoolUser(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	if u.Status != userpool.Unconfirmed {
		return nil, userpool.WrongStatus(u.Status)
	}
	u.Status, u.Modified = userpool.Confirmed, c.Now
	if err := s.Realm.DropCode(c.Tx, p, u, userpool.SignUpCode); err != nil {
		return nil, err
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	s.Realm.PostConfirmation(c, p, u, trigger.ConfirmSignUp, userpool.Via{Metadata: in.ClientMetadata})
	return &cognitoidp.AdminConfirmSignUpOutput{}, nil
}
