package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminListDevices returns all devices of a user, a page at a time.
func (s *Service) AdminListDevices(c *op.Call, in *cognitoidp.AdminListDevicesInput) (*cognitoidp.AdminListDevicesOutput, error) {
	p, u, err := s.find(c, in.UserPoolId, in.Username)
	if err != nil {
		return nil, err
	}
	list, next, err := s.list(c, p, u, true, in.Limit, in.PaginationToken, c.Account, c.Caller.ID, c.Region)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.AdminListDevicesOutput{Devices: list, PaginationToken: next}, nil
}
