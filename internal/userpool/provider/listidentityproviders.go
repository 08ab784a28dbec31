package provider

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxPage is the model's bound of the answer; a call may ask for 60.
const maxPage = 50

// ListIdentityProviders returns names and types of a pool's providers, by name.
func (s *Service) ListIdentityProviders(c *op.Call, in *cognitoidp.ListIdentityProvidersInput) (*cognitoidp.ListIdentityProvidersOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	rows, next, err := userpool.Page(s.Realm, c, p, &Providers, in.NextToken, userpool.Size(in.MaxResults, maxPage))
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListIdentityProvidersOutput{Providers: []cognitoidp.ProviderDescription{}, NextToken: next}
	for _, row := range rows {
		set := row.Settings
		out.Providers = append(out.Providers, cognitoidp.ProviderDescription{
			ProviderName: set.ProviderName, ProviderType: set.ProviderType, LastModifiedDate: set.LastModifiedDate, CreationDate: set.CreationDate,
		})
	}
	return out, nil
}
