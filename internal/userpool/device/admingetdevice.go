package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminGetDevice returns a device of any user, with what only administrators see.
func (s *Service) AdminGetDevice(c *op.Call, in *cognitoidp.AdminGetDeviceInput) (*cognitoidp.AdminGetDeviceOutput, error) {
	u, d, err := s.findDevice(c, in.UserPoolId, in.Username, in.DeviceKey)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.AdminGetDeviceOutput{Device: new(d.Shown(u.Username, true))}, nil
}
