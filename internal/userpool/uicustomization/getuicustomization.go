package uicustomization

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetUICustomization returns the look of a client: its own, or that of all, or an empty one.
func (s *Service) GetUICustomization(c *op.Call, in *cognitoidp.GetUICustomizationInput) (*cognitoidp.GetUICustomizationOutput, error) {
	p, client, err := s.target(c, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	l, err := look(c.Tx, p, client)
	if err == nil && l == nil && client != All {
		l, err = look(c.Tx, p, All)
	}
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.GetUICustomizationOutput{UICustomization: &cognitoidp.UICustomizationType{}}
	if l != nil {
		out.UICustomization = &l.Settings
	}
	return out, nil
}
