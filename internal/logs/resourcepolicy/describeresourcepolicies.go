package resourcepolicy

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeResourcePolicies lists the policies of the account by name, or those of
// groups by their ARNs.
func (s *Service) DescribeResourcePolicies(c *op.Call, in *api.DescribeResourcePoliciesInput) (*api.DescribeResourcePoliciesOutput, error) {
	scope, resource := logs.Text(in.PolicyScope), ""
	under := store.K(c.Account, c.Region)
	switch {
	case in.ResourceArn != nil:
		if scope == scopeAccount {
			return nil, logs.Invalid("resourceArn may only be given with the policy scope RESOURCE.") // (inferred)
		}
		var err error
		if _, resource, err = place(c, nil, in.ResourceArn); err != nil {
			return nil, err
		}
		under = store.K(c.Account, c.Region, resource)
	case scope == scopeResource:
		under = logs.Prefix(under, "arn:")
	default:
		scope, under = scopeAccount, store.K(c.Account, c.Region, "") // the default [CloudWatch Logs: DescribeResourcePolicies]
	}
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.resourcepolicies", Under: under, Binding: []string{c.Account, c.Region, scope, resource}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	limit := pageSize
	if in.Limit != nil {
		limit = int(min(max(*in.Limit, 1), pageSize))
	}
	out := &api.DescribeResourcePoliciesOutput{ResourcePolicies: []api.ResourcePolicy{}}
	var last store.Key
	for p, err := range logs.ResourcePolicies.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("list resource policies: %w", err)
		}
		if len(out.ResourcePolicies) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = logs.ResourcePolicies.Key(p)
		out.ResourcePolicies = append(out.ResourcePolicies, shape(p))
	}
	return out, nil
}
