package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateDeviceStatus lets the user's device be remembered, or no longer.
func (s *Service) UpdateDeviceStatus(c *op.Call, in *cognitoidp.UpdateDeviceStatusInput) (*cognitoidp.UpdateDeviceStatusOutput, error) {
	_, d, err := s.own(c, &in.AccessToken, in.DeviceKey)
	if err != nil {
		return nil, err
	}
	if err := s.remember(c, d, in.DeviceRememberedStatus); err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateDeviceStatusOutput{}, nil
}
