package recovery

import (
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// ConfirmForgotPassword gives the user of a code a new password, after which he is confirmed and no longer locked out. His other
// sign-ins go on, as with Cognito. A password that is refused leaves the code as it was.
func (s *Service) ConfirmForgotPassword(c *op.Call, in *cognitoidp.ConfirmForgotPasswordInput) (*cognitoidp.ConfirmForgotPasswordOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, in.SecretHash, in.Username); err != nil {
		return nil, err
	}
	u, who, err := s.find(c, client, p, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.Within(c, p, who, userpool.RecoveryLimit); err != nil {
		return nil, err
	}
	watch := s.watch(c, p, client, in.UserContextData)
	proved, err := s.Realm.Redeem(c.Tx, p, who, userpool.RecoveryCode, in.ConfirmationCode, c.Now)
	switch {
	case errors.Is(err, userpool.ErrCodeExpired):
		return nil, userpool.CodeExpired()
	case errors.Is(err, userpool.ErrCodeWrong), err == nil && u == nil:
		watch.Wrong(threat.ForgotPassword, who, u)
		return nil, userpool.CodeWrong()
	case err != nil:
		return nil, err
	}
	if v, _ := u.Get(proved.Name); !proved.Is(v) || !u.Verified(proved.Name) || p.Proves(u, proved.Name) {
		// It proves an address that is not his, or not proved his, any more, or one that is his second factor by now.
		return nil, userpool.CodeExpired()
	}
	if !resettable(u.Status) {
		return nil, userpool.NotResettable()
	}
	if err := s.Realm.SetNewPassword(c, p, u, in.Password); err != nil {
		return nil, err
	}
	if err := watch.Change(threat.ForgotPassword, u, in.Password, true); err != nil {
		return nil, err
	}
	u.Status, u.TemporarySince, u.Modified = userpool.Confirmed, time.Time{}, c.Now
	if err := s.Realm.ClearFailures(c.Tx, p, u.Sub); err != nil {
		return nil, err
	}
	if err := s.Realm.DropCode(c.Tx, p, u, userpool.SignUpCode); err != nil {
		return nil, err
	}
	if err := s.Realm.DropPending(c, p, u); err != nil {
		return nil, err
	}
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	s.Realm.PostConfirmation(c, p, u, trigger.ConfirmForgotPassword, userpool.Via{Client: client, Metadata: in.ClientMetadata})
	return &cognitoidp.ConfirmForgotPasswordOutput{}, nil
}
