package pool

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const pagePurpose = "ListUserPools"

// ListUserPools returns the pools of the account in the Region, by id.
func (s *Service) ListUserPools(c *op.Call, in *cognitoidp.ListUserPoolsInput) (*cognitoidp.ListUserPoolsOutput, error) {
	binding := []string{c.Account, c.Region, c.Caller.ID}
	var after store.Key
	if in.NextToken != nil {
		raw, err := s.Realm.Vault.OpenToken(pagePurpose, *in.NextToken, binding...)
		if err != nil {
			return nil, badPageToken()
		}
		after = raw
	}
	out := &cognitoidp.ListUserPoolsOutput{UserPools: []cognitoidp.UserPoolDescriptionType{}}
	size := int(min(max(in.MaxResults, 1), 60))
	var last store.Key
	for at, err := range userpool.Pools.ScanIndex(c.Tx, "account", store.K(c.Account, c.Region), after, false) {
		if err != nil {
			return nil, fmt.Errorf("list user pools: %w", err)
		}
		if len(out.UserPools) == size {
			out.NextToken = new(s.Realm.Vault.SealToken(pagePurpose, last, binding...))
			break
		}
		last = at.Position
		set := at.Row.Settings
		out.UserPools = append(out.UserPools, cognitoidp.UserPoolDescriptionType{
			Id: set.Id, Name: set.Name, LambdaConfig: set.LambdaConfig, LastModifiedDate: set.LastModifiedDate, CreationDate: set.CreationDate,
		})
	}
	return out, nil
}
