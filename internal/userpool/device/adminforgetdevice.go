package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminForgetDevice is ForgetDevice for any user.
func (s *Service) AdminForgetDevice(c *op.Call, in *cognitoidp.AdminForgetDeviceInput) error {
	_, d, err := s.findDevice(c, in.UserPoolId, in.Username, in.DeviceKey)
	if err != nil {
		return err
	}
	return s.Realm.DropDevice(c.Tx, d)
}
