package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// SetUserSettings is the older form of SetUserMFAPreference and knows SMS only: with an option it is on, without one it is off.
func (s *Service) SetUserSettings(c *op.Call, in *cognitoidp.SetUserSettingsInput) (*cognitoidp.SetUserSettingsOutput, error) {
	b, err := s.Realm.Access(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	had := hasOne(b.Pool, b.User)
	if err := setOptions(b.User, in.MFAOptions); err != nil {
		return nil, err
	}
	if err := keepsOne(b.Pool, b.User, had); err != nil {
		return nil, err
	}
	if err := s.put(c, b.Pool, b.User); err != nil {
		return nil, err
	}
	return &cognitoidp.SetUserSettingsOutput{}, nil
}

// setOptions switches SMS on or off as MFAOptions say.
func setOptions(u *userpool.User, list []cognitoidp.MFAOptionType) error {
	for _, o := range list {
		if o.DeliveryMedium == nil || *o.DeliveryMedium != userpool.MediumSMS || o.AttributeName == nil || *o.AttributeName != userpool.Phone {
			return onlySMS()
		}
	}
	if len(list) > 0 && !u.Reaches(userpool.SMSFactor) {
		return noAddress(userpool.SMSFactor)
	}
	u.Factors.Switch(userpool.SMSFactor, len(list) > 0)
	u.Factors.Options = len(list) > 0
	return nil
}
