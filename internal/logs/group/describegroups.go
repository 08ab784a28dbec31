package group

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const pageSize = 50

// DescribeLogGroups lists groups in ASCII order of their names.
func (s *Service) DescribeLogGroups(c *op.Call, in *api.DescribeLogGroupsInput) (*api.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, logs.Invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	if len(in.LogGroupIdentifiers) > 0 {
		return s.describeSome(c, in)
	}
	out := &api.DescribeLogGroupsOutput{LogGroups: []api.LogGroup{}}
	if len(in.AccountIdentifiers) > 0 && !slices.Contains(in.AccountIdentifiers, c.Account) {
		return out, nil // no account is linked to another
	}
	prefix, pattern, class := logs.Text(in.LogGroupNamePrefix), logs.Text(in.LogGroupNamePattern), logs.Text(in.LogGroupClass)
	under := logs.Prefix(store.K(c.Account, c.Region), prefix)
	pager := logs.Pager{
		Tokens: s.Tokens, Purpose: "logs.groups", Under: under,
		Binding: []string{c.Account, c.Region, prefix, pattern, class},
	}
	var err error
	out.NextToken, err = walk(c, pager, in.NextToken, page(in.Limit), func(g *logs.Group) (bool, error) {
		if !strings.Contains(g.Name, pattern) || class != "" && g.Class != class {
			return false, nil
		}
		item, err := shape(c, g, pattern != "")
		out.LogGroups = append(out.LogGroups, item)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// describeSome answers for named groups; unknown ones are left out. (inferred)
func (s *Service) describeSome(c *op.Call, in *api.DescribeLogGroupsInput) (*api.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil || in.LogGroupNamePattern != nil {
		return nil, logs.Invalid("LogGroup identifiers and LogGroup name prefix or pattern are mutually exclusive parameters.") // (inferred)
	}
	out := &api.DescribeLogGroupsOutput{LogGroups: []api.LogGroup{}}
	names := make([]string, 0, len(in.LogGroupIdentifiers))
	for _, id := range in.LogGroupIdentifiers {
		name, err := logs.Identified(c, id)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		has, err := logs.GroupExists(c.Tx, c.Account, c.Region, name)
		if err != nil {
			return nil, err
		}
		if !has {
			continue
		}
		g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
		if err != nil {
			return nil, err
		}
		item, err := shape(c, g, false)
		if err != nil {
			return nil, err
		}
		out.LogGroups = append(out.LogGroups, item)
	}
	return out, nil
}

// shape is a group as AWS shows it; a search by pattern leaves two members out.
func shape(c *op.Call, g *logs.Group, short bool) (api.LogGroup, error) {
	var filters int64
	for _, err := range logs.Filters.Scan(c.Tx, store.K(g.Account, g.Region, g.Name), nil) {
		if err != nil {
			return api.LogGroup{}, fmt.Errorf("count filters: %w", err)
		}
		filters++
	}
	item := api.LogGroup{
		LogGroupName: new(g.Name), CreationTime: new(g.Created), RetentionInDays: logs.PresentMS(g.RetentionDays),
		MetricFilterCount: &filters, Arn: new(g.ARN() + ":*"), LogGroupArn: new(g.ARN()),
		KmsKeyId: logs.Present(g.KMSKey), LogGroupClass: new(g.Class),
	}
	protected, err := logs.Protections.Has(c.Tx, store.K(g.Account, g.Region, g.Name))
	if err != nil {
		return item, fmt.Errorf("look for data protection policy: %w", err)
	}
	if protected {
		item.DataProtectionStatus = new("ACTIVATED")
	}
	for _, err := range logs.AccountPolicies.Scan(c.Tx, store.K(g.Account, g.Region, logs.DataProtectionPolicy), nil) {
		if err != nil {
			return item, fmt.Errorf("look for data protection policy of account: %w", err)
		}
		item.InheritedProperties = []string{"ACCOUNT_DATA_PROTECTION"}
	}
	if short {
		return item, nil
	}
	n, err := logs.StoredBytes(c.Tx, g, c.Now.UnixMilli())
	if err != nil {
		return item, err
	}
	item.StoredBytes = &n
	item.DeletionProtectionEnabled = new(g.Protected)
	return item, nil
}

func page(limit *int64) int {
	if limit == nil {
		return pageSize
	}
	return int(min(max(*limit, 1), pageSize))
}

func boolText(p *bool) string { return strconv.FormatBool(p != nil && *p) }
