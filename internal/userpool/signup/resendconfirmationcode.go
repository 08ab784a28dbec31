package signup

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// ResendConfirmationCode sends a new code, after which the old one is worth nothing. Where users are hidden, an unknown name gets
// the answer a known one would.
func (s *Service) ResendConfirmationCode(c *op.Call, in *cognitoidp.ResendConfirmationCodeInput) (*cognitoidp.ResendConfirmationCodeOutput, error) {
	client, p, err := s.Realm.Client(c.Tx, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, in.SecretHash, in.Username); err != nil {
		return nil, err
	}
	if err := s.Realm.CheckLink(c.Tx, p); err != nil {
		return nil, err
	}
	u, who, err := s.find(c, p, in.Username)
	if err != nil {
		return nil, err
	}
	if u == nil && !client.HidesUsers() {
		return nil, userpool.NoCombination()
	}
	if u != nil && u.Status != userpool.Unconfirmed {
		return nil, alreadyConfirmed()
	}
	if len(p.Settings.AutoVerifiedAttributes) == 0 {
		return nil, userpool.NothingVerified()
	}
	if err := s.Realm.Within(c, p, who, userpool.ResendLimit); err != nil {
		return nil, err
	}
	if err := s.watch(c, p, client, in.UserContextData).Happened(threat.ResendCode, who, u, true); err != nil {
		return nil, err
	}
	attribute, via := "", userpool.Via{Client: client, Metadata: in.ClientMetadata}
	if u != nil {
		attribute = reachable(p, u)
	}
	switch {
	case attribute != "":
	case u != nil && !client.HidesUsers():
		return nil, userpool.NothingVerified()
	default: // nobody, or somebody whom nothing reaches: one answer, one work
		if err := s.Realm.PretendCode(c.Tx, p, in.Username, who, userpool.SignUpCode, userpool.OnResend, via, c.Now); err != nil {
			return nil, err
		}
		return &cognitoidp.ResendConfirmationCodeOutput{CodeDeliveryDetails: s.Realm.PretendDelivery(p.Settings.AutoVerifiedAttributes, in.Username, who)}, nil
	}
	d, err := s.send(c, p, u, userpool.OnResend, attribute, via)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.ResendConfirmationCodeOutput{CodeDeliveryDetails: d}, nil
}
