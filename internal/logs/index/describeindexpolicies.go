package index

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeIndexPolicies shows the policy of a group, if it has one.
func (s *Service) DescribeIndexPolicies(c *op.Call, in *api.DescribeIndexPoliciesInput) (*api.DescribeIndexPoliciesOutput, error) {
	out := &api.DescribeIndexPoliciesOutput{IndexPolicies: []api.IndexPolicy{}}
	for _, id := range in.LogGroupIdentifiers {
		g, err := group(c, id)
		if err != nil {
			return nil, err
		}
		logs.Subject(c, g)
		p, err := read(c.Tx, g)
		if err != nil {
			return nil, err
		}
		if p.Document != "" {
			out.IndexPolicies = append(out.IndexPolicies, *shown(g, p))
		}
	}
	return out, nil
}
