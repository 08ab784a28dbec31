package subscription

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const pageSize = 50

// page is how many items a page has.
func page(limit *int64) int {
	if limit == nil {
		return pageSize
	}
	return int(min(max(*limit, 1), pageSize))
}

// DescribeSubscriptionFilters lists the filters of a group by name.
func (s *Service) DescribeSubscriptionFilters(c *op.Call, in *api.DescribeSubscriptionFiltersInput) (*api.DescribeSubscriptionFiltersOutput, error) {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	prefix := logs.Text(in.FilterNamePrefix)
	under := logs.Prefix(store.K(g.Account, g.Region, g.Name), prefix)
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.subscriptions", Under: under, Binding: []string{c.Account, c.Region, g.Name, prefix}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeSubscriptionFiltersOutput{SubscriptionFilters: []api.SubscriptionFilter{}}
	var last store.Key
	for f, err := range logs.Subscriptions.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("list subscription filters: %w", err)
		}
		if len(out.SubscriptionFilters) == page(in.Limit) {
			out.NextToken = pager.Next(last)
			break
		}
		last = logs.Subscriptions.Key(f)
		out.SubscriptionFilters = append(out.SubscriptionFilters, api.SubscriptionFilter{
			FilterName: &f.Name, LogGroupName: &f.Group, FilterPattern: &f.Pattern, DestinationArn: &f.Destination,
			RoleArn: logs.Present(f.Role), Distribution: &f.Distribution, ApplyOnTransformedLogs: &f.Transformed, CreationTime: &f.Created,
		})
	}
	return out, nil
}
