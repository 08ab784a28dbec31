package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// ForgetDevice removes one of the user's devices. Sign-ins bound to it can be refreshed no more.
func (s *Service) ForgetDevice(c *op.Call, in *cognitoidp.ForgetDeviceInput) error {
	_, d, err := s.own(c, in.AccessToken, in.DeviceKey)
	if err != nil {
		return err
	}
	return s.Realm.DropDevice(c.Tx, d)
}
