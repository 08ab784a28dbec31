package metricfilter

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	pageSize = 50
	// maxLooked bounds the rows one call looks at when it searches all groups.
	maxLooked = 10_000
)

// DescribeMetricFilters lists filters of a group, of all groups, or of one
// metric, by group and name.
func (s *Service) DescribeMetricFilters(c *op.Call, in *api.DescribeMetricFiltersInput) (*api.DescribeMetricFiltersOutput, error) {
	group, prefix := logs.Text(in.LogGroupName), logs.Text(in.FilterNamePrefix)
	name, namespace := logs.Text(in.MetricName), logs.Text(in.MetricNamespace)
	if (in.MetricName == nil) != (in.MetricNamespace == nil) {
		return nil, logs.Invalid("Both metricName and metricNamespace must be given, or neither.") // (inferred)
	}
	if in.LogGroupName != nil {
		g, err := logs.FindGroup(c.Tx, c.Account, c.Region, group)
		if err != nil {
			return nil, err
		}
		logs.Subject(c, g)
	}
	under := store.K(c.Account, c.Region)
	switch {
	case in.MetricName != nil:
		under = store.K(c.Account, c.Region, namespace, name)
	case in.LogGroupName != nil:
		under = logs.Prefix(store.K(c.Account, c.Region, group), prefix)
	}
	pager := logs.Pager{
		Tokens: s.Tokens, Purpose: "logs.filters", Under: under,
		Binding: []string{c.Account, c.Region, group, prefix, name, namespace},
	}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	limit := pageSize
	if in.Limit != nil {
		limit = int(min(max(*in.Limit, 1), pageSize))
	}
	out := &api.DescribeMetricFiltersOutput{MetricFilters: []api.MetricFilter{}}
	looked := 0
	var last store.Key
	// take returns false when the page is full.
	take := func(at store.Key, f *logs.Filter) bool {
		if len(out.MetricFilters) == limit || looked == maxLooked {
			out.NextToken = pager.Next(last)
			return false
		}
		looked++
		last = at
		if strings.HasPrefix(f.Name, prefix) && (in.LogGroupName == nil || f.Group == group) {
			out.MetricFilters = append(out.MetricFilters, shape(f))
		}
		return true
	}
	if in.MetricName != nil {
		for r, err := range logs.Filters.ScanIndex(c.Tx, "metric", under, after, false) {
			if err != nil {
				return nil, fmt.Errorf("list metric filters: %w", err)
			}
			if !take(r.Position, r.Row) {
				break
			}
		}
		return out, nil
	}
	for f, err := range logs.Filters.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("list metric filters: %w", err)
		}
		if !take(logs.Filters.Key(f), f) {
			break
		}
	}
	return out, nil
}

// shape echoes only what was set.
func shape(f *logs.Filter) api.MetricFilter {
	return api.MetricFilter{
		FilterName: &f.Name, FilterPattern: &f.Pattern, CreationTime: &f.Created, LogGroupName: &f.Group,
		ApplyOnTransformedLogs: &f.Transformed, EmitSystemFieldDimensions: f.System,
		MetricTransformations: []api.MetricTransformation{{
			MetricName: f.MetricName, MetricNamespace: f.Namespace, MetricValue: f.Value, DefaultValue: f.Default,
			Dimensions: f.Dimensions, Unit: logs.Present(f.Unit),
		}},
	}
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
