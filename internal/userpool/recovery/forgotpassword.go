package recovery

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// ForgotPassword sends a code with which the user may set a new password, to a verified address the pool allows. The old password
// stays in force. Where users are hidden, an unknown name gets the answer a known one would, and a code that nobody receives.
func (s *Service) ForgotPassword(c *op.Call, in *cognitoidp.ForgotPasswordInput) (*cognitoidp.ForgotPasswordOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, in.SecretHash, in.Username); err != nil {
		return nil, err
	}
	u, who, err := s.findOrMigrate(c, client, p, in)
	if err != nil {
		return nil, err
	}
	if len(p.RecoversBy()) == 0 {
		return nil, contactAdministrator()
	}
	attribute, via := "", userpool.Via{Client: client, Metadata: in.ClientMetadata}
	if u != nil {
		if !resettable(u.Status) {
			return nil, userpool.NotResettable()
		}
		if attribute = p.RecoveryAttribute(u); attribute == "" {
			return nil, userpool.Unreachable()
		}
	}
	if err := s.Realm.Within(c, p, who, userpool.RecoveryLimit); err != nil {
		return nil, err
	}
	if err := s.watch(c, p, client, in.UserContextData).Happened(threat.ForgotPassword, who, u, false); err != nil {
		return nil, err
	}
	if u == nil {
		if err := s.Realm.PretendCode(c.Tx, p, in.Username, who, userpool.RecoveryCode, userpool.OnForgot, via, c.Now); err != nil {
			return nil, err
		}
		return &cognitoidp.ForgotPasswordOutput{CodeDeliveryDetails: s.Realm.PretendDelivery(p.RecoversBy(), in.Username, who)}, nil
	}
	d, err := s.Realm.SendRecovery(c, p, u, attribute, via)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.ForgotPasswordOutput{CodeDeliveryDetails: d}, nil
}
