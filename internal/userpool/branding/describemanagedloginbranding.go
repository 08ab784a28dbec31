package branding

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeManagedLoginBranding returns a style by its id. ReturnMergedResources adds nothing, because this server has no default
// document to merge with.
func (s *Service) DescribeManagedLoginBranding(c *op.Call, in *cognitoidp.DescribeManagedLoginBrandingInput) (*cognitoidp.DescribeManagedLoginBrandingOutput, error) {
	row, err := s.style(c, in.UserPoolId, in.ManagedLoginBrandingId)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.DescribeManagedLoginBrandingOutput{ManagedLoginBranding: &row.Settings}, nil
}
