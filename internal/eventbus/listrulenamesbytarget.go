package eventbus

import (
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// ListRuleNamesByTarget lists the names of the rules that have a target of an ARN.
func (s *Service) ListRuleNamesByTarget(c *op.Call, in *events.ListRuleNamesByTargetInput) (*events.ListRuleNamesByTargetOutput, error) {
	if err := checkBus(c, in.EventBusName); err != nil {
		return nil, err
	}
	binding := []string{c.Account, c.Region, in.TargetArn}
	after, err := s.after("event rules by target", in.NextToken, binding...)
	if err != nil {
		return nil, err
	}
	limit := page
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &events.ListRuleNamesByTargetOutput{RuleNames: []string{}}
	var last store.Key
	for r, err := range rules.Scan(c.Tx, store.K(c.Account, c.Region), after) {
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		if !slices.ContainsFunc(r.Targets, func(t events.Target) bool { return t.Arn == in.TargetArn }) {
			continue
		}
		if len(out.RuleNames) == limit {
			out.NextToken = new(s.deps.Vault.SealToken("event rules by target", last, binding...))
			break
		}
		last = rules.Key(r)
		out.RuleNames = append(out.RuleNames, r.Name)
	}
	return out, nil
}
