package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// ListDevices returns the user's remembered devices, a page at a time.
func (s *Service) ListDevices(c *op.Call, in *cognitoidp.ListDevicesInput) (*cognitoidp.ListDevicesOutput, error) {
	b, err := s.bearer(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	list, next, err := s.list(c, b.Pool, b.User, false, in.Limit, in.PaginationToken)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.ListDevicesOutput{Devices: list, PaginationToken: next}, nil
}
