package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetDevice returns one of the user's devices.
func (s *Service) GetDevice(c *op.Call, in *cognitoidp.GetDeviceInput) (*cognitoidp.GetDeviceOutput, error) {
	b, d, err := s.own(c, in.AccessToken, in.DeviceKey)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetDeviceOutput{Device: new(d.Shown(b.User.Username, false))}, nil
}
