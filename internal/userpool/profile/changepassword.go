package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// ChangePassword gives the user of the token a new password if he knows the present one, or has none. A wrong one counts as one at
// sign-in does. Tokens stay good, as with Cognito; a code to reset the old password does not.
func (s *Service) ChangePassword(c *op.Call, in *cognitoidp.ChangePasswordInput) (*cognitoidp.ChangePasswordOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.Within(c, b.Pool, b.User.Sub, userpool.ChangePasswordLimit); err != nil {
		return nil, err
	}
	if b.User.HasPassword() {
		if err := s.previous(c, b, in.PreviousPassword); err != nil {
			return nil, err
		}
	}
	if err := s.Realm.SetNewPassword(c, b.Pool, b.User, in.ProposedPassword); err != nil {
		return nil, err
	}
	watch := s.Guard.Watch(c, b.Pool, b.Client, threat.Public(c, b.Client, nil))
	if err := watch.Change(threat.PasswordChange, b.User, in.ProposedPassword, true); err != nil {
		return nil, err
	}
	b.User.Modified = c.Now
	if err := s.Realm.DropCode(c.Tx, b.Pool, b.User, userpool.RecoveryCode); err != nil {
		return nil, err
	}
	if err := s.Realm.PutUser(c.Tx, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.ChangePasswordOutput{}, nil
}

// previous checks the password that is to be replaced.
func (s *Service) previous(c *op.Call, b *userpool.Bearer, text *string) error {
	if text == nil || *text == "" {
		return previousMissing()
	}
	locked, err := s.Realm.Locked(c.Tx, b.Pool, b.User.Sub, c.Now)
	if err != nil {
		return err
	}
	if locked {
		return userpool.AttemptsExceeded()
	}
	ok, err := s.Realm.CheckPassword(c, b.Pool, b.User, b.User.Username, *text)
	if err != nil {
		return err
	}
	if !ok {
		c.Keep(func(tx store.Tx) error { return s.Realm.CountFailure(tx, b.Pool, b.User.Sub, c.Now) })
		s.Guard.Watch(c, b.Pool, b.Client, threat.Public(c, b.Client, nil)).Wrong(threat.PasswordChange, b.User.Sub, b.User)
		return userpool.Incorrect()
	}
	return s.Realm.ClearFailures(c.Tx, b.Pool, b.User.Sub)
}
