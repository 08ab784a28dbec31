package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminUpdateDeviceStatus is UpdateDeviceStatus for any user.
func (s *Service) AdminUpdateDeviceStatus(c *op.Call, in *cognitoidp.AdminUpdateDeviceStatusInput) (*cognitoidp.AdminUpdateDeviceStatusOutput, error) {
	_, d, err := s.findDevice(c, in.UserPoolId, in.Username, in.DeviceKey)
	if err != nil {
		return nil, err
	}
	if err := s.remember(c, d, in.DeviceRememberedStatus); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminUpdateDeviceStatusOutput{}, nil
}
