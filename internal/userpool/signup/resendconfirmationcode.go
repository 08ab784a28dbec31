package signup

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
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
	u, who, err := s.find(c, p, in.Username)
	if err != nil {
		return nil, err
	}
	if u == nil && !client.HidesUsers() {
		return nil, noCombination()
	}
	if u != nil && u.Status != userpool.Unconfirmed {
		return nil, alreadyConfirmed()
	}
	if len(p.Settings.AutoVerifiedAttributes) == 0 {
		return nil, nothingVerified()
	}
	if u == nil {
		if err := s.limited(c, p, who, userpool.ResendLimit); err != nil {
			return nil, err
		}
		return &cognitoidp.ResendConfirmationCodeOutput{CodeDeliveryDetails: s.pretend(p, in.Username, who)}, nil
	}
	attribute := reachable(p, u)
	if attribute == "" {
		return nil, nothingVerified()
	}
	if err := s.limited(c, p, who, userpool.ResendLimit); err != nil {
		return nil, err
	}
	d, err := s.send(c, p, u, userpool.OnResend, attribute)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.ResendConfirmationCodeOutput{CodeDeliveryDetails: d}, nil
}

// pretend is where a code to an unknown name would have gone: the address that was typed, or one invented from the name, always
// the same for it.
func (s *Service) pretend(p *userpool.Pool, name, who string) *cognitoidp.CodeDeliveryDetailsType {
	switch {
	case p.Verifies(userpool.Phone) && userpool.ParsePhone(name):
		return userpool.Delivered(userpool.Phone, name)
	case p.Verifies(userpool.Email) && userpool.ParseEmail(name):
		return userpool.Delivered(userpool.Email, name)
	}
	letters := "abcdefghijklmnopqrstuvwxyz"
	sum := s.Realm.Vault.MAC("invented address", []byte(who))
	if p.Verifies(userpool.Email) {
		return userpool.Delivered(userpool.Email, string(letters[int(sum[0])%26])+"@"+string(letters[int(sum[1])%26]))
	}
	digits := make([]byte, 4)
	for i := range digits {
		digits[i] = '0' + sum[i]%10
	}
	return userpool.Delivered(userpool.Phone, "+1"+string(digits))
}
