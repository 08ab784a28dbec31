package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// ConfirmDevice makes a device known by the key it got at the sign-in of this access token, and no other, and the verifier of the
// password it made. From then on the sign-in's refresh token needs the key.
func (s *Service) ConfirmDevice(c *op.Call, in *cognitoidp.ConfirmDeviceInput) (*cognitoidp.ConfirmDeviceOutput, error) {
	b, err := s.bearer(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	if in.DeviceKey != b.Family.Device {
		return nil, notIssued()
	}
	if had, err := s.Realm.Device(c.Tx, b.Pool, b.User.Sub, in.DeviceKey); err != nil {
		return nil, err
	} else if had != nil {
		return nil, confirmedBefore()
	}
	if b.Family.Bound {
		return nil, notIssued() // forgotten since
	}
	config := in.DeviceSecretVerifierConfig
	if config == nil || config.PasswordVerifier == nil || config.Salt == nil {
		return nil, badVerifier()
	}
	v, err := s.Realm.SRP.ParseDeviceVerifier(*config.PasswordVerifier, *config.Salt)
	if err != nil {
		return nil, badVerifier()
	}
	prompt := b.Pool.RemembersOnPrompt()
	d := &userpool.Device{
		Sub: b.User.Sub, Key: in.DeviceKey, Remembered: !prompt, Created: c.Now, Modified: c.Now, SignedIn: b.Family.AuthTime, Address: c.SourceIP,
	}
	if in.DeviceName != nil {
		d.Name = *in.DeviceName
	}
	if err := s.Realm.AddDevice(c.Tx, b.Pool, d, v); err != nil {
		return nil, err
	}
	if err := s.Realm.Bind(c.Tx, b.Family); err != nil {
		return nil, err
	}
	return &cognitoidp.ConfirmDeviceOutput{UserConfirmationNecessary: &prompt}, nil
}
