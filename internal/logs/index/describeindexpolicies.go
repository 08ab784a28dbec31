package index

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeIndexPolicies shows the policies of groups, of those that have one.
func (s *Service) DescribeIndexPolicies(c *op.Call, in *api.DescribeIndexPoliciesInput) (*api.DescribeIndexPoliciesOutput, error) {
	out := &api.DescribeIndexPoliciesOutput{IndexPolicies: []api.IndexPolicy{}}
	return out, each(c, in.LogGroupIdentifiers, func(g *logs.Group, p *logs.IndexPolicy) {
		if p.Document != "" {
			out.IndexPolicies = append(out.IndexPolicies, *shown(g, p))
		}
	})
}
