package eventbus

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/eventbus/pattern"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxRules = 300 // per account and Region
	page     = 100
)

// PutRule makes a rule or replaces one, whose targets and tags then stay. Schedules are not supported.
func (s *Service) PutRule(c *op.Call, in *events.PutRuleInput) (*events.PutRuleOutput, error) {
	if err := checkBus(c, in.EventBusName); err != nil {
		return nil, err
	}
	switch {
	case text(in.ScheduleExpression) != "":
		return nil, validation("Rules on a schedule are not supported by this server.")
	case text(in.EventPattern) == "":
		return nil, validation("Parameter(s) EventPattern or ScheduleExpression must be specified.")
	}
	if _, err := parse(*in.EventPattern); err != nil {
		return nil, err
	}
	r := &ruleRow{Account: c.Account, Region: c.Region, Name: in.Name, Created: c.Now}
	old, err := rules.Get(c.Tx, rules.Key(r))
	switch {
	case errors.Is(err, store.ErrNotFound):
		if err := room(c); err != nil {
			return nil, err
		}
		if len(in.Tags) > 0 {
			if err := mayTag(c, r); err != nil {
				return nil, err
			}
		}
		if r.Tags, err = tagged(nil, in.Tags); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("read rule: %w", err)
	default:
		r = old
	}
	r.Pattern, r.Description, r.Role, r.State = *in.EventPattern, in.Description, in.RoleArn, enabled
	if in.State != nil {
		r.State = *in.State
	}
	about(c, r)
	return &events.PutRuleOutput{RuleArn: new(r.arn())}, keep(c, r)
}

func parse(text string) (*pattern.Pattern, error) {
	p, err := pattern.Parse(text)
	if err != nil {
		return nil, events.InvalidEventPatternException("Event pattern is not valid. Reason: " + err.Error()) // the reasons are this server's own
	}
	return p, nil
}

func room(c *op.Call) error {
	n := 0
	for _, err := range rules.Scan(c.Tx, store.K(c.Account, c.Region), nil) {
		if err != nil {
			return fmt.Errorf("count rules: %w", err)
		}
		n++
	}
	if n >= maxRules {
		return events.LimitExceededException("The requested resource exceeds the maximum number allowed.")
	}
	return nil
}

// DescribeRule shows a rule.
func (s *Service) DescribeRule(c *op.Call, in *events.DescribeRuleInput) (*events.DescribeRuleOutput, error) {
	r, err := find(c, in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	return &events.DescribeRuleOutput{
		Name: &r.Name, Arn: new(r.arn()), EventPattern: &r.Pattern, State: &r.State, Description: r.Description, RoleArn: r.Role,
		EventBusName: new("default"), CreatedBy: &r.Account,
	}, nil
}

// ListRules lists rules by name.
func (s *Service) ListRules(c *op.Call, in *events.ListRulesInput) (*events.ListRulesOutput, error) {
	if err := checkBus(c, in.EventBusName); err != nil {
		return nil, err
	}
	binding := []string{c.Account, c.Region, text(in.NamePrefix)}
	after, err := s.after("event rules", in.NextToken, binding...)
	if err != nil {
		return nil, err
	}
	limit := page
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &events.ListRulesOutput{Rules: []events.Rule{}}
	var last store.Key
	for r, err := range rules.Scan(c.Tx, store.K(c.Account, c.Region), after) {
		if err != nil {
			return nil, fmt.Errorf("read rules: %w", err)
		}
		if !strings.HasPrefix(r.Name, text(in.NamePrefix)) {
			continue
		}
		if len(out.Rules) == limit {
			out.NextToken = new(s.deps.Vault.SealToken("event rules", last, binding...))
			break
		}
		last = rules.Key(r)
		out.Rules = append(out.Rules, events.Rule{
			Name: &r.Name, Arn: new(r.arn()), EventPattern: &r.Pattern, State: &r.State, Description: r.Description, RoleArn: r.Role, EventBusName: new("default"),
		})
	}
	return out, nil
}

// DeleteRule deletes a rule without targets. One that does not exist is no error.
func (s *Service) DeleteRule(c *op.Call, in *events.DeleteRuleInput) error {
	if err := checkBus(c, in.EventBusName); err != nil {
		return err
	}
	r, err := rules.Get(c.Tx, store.K(c.Account, c.Region, in.Name))
	if err != nil {
		return ignoreMissing(err)
	}
	about(c, r)
	if len(r.Targets) > 0 {
		return validation("Rule can't be deleted since it has targets.")
	}
	return rules.Remove(c.Tx, r)
}

// EnableRule lets a rule match again.
func (s *Service) EnableRule(c *op.Call, in *events.EnableRuleInput) error {
	return set(c, in.EventBusName, in.Name, enabled)
}

// DisableRule keeps a rule from matching.
func (s *Service) DisableRule(c *op.Call, in *events.DisableRuleInput) error {
	return set(c, in.EventBusName, in.Name, disabled)
}

func set(c *op.Call, bus *string, name, state string) error {
	r, err := find(c, bus, name)
	if err != nil {
		return err
	}
	if state == enabled && r.State == enabledAll {
		return nil
	}
	r.State = state
	return keep(c, r)
}

// TestEventPattern tells whether an event matches a pattern.
func (s *Service) TestEventPattern(_ *op.Call, in *events.TestEventPatternInput) (*events.TestEventPatternOutput, error) {
	p, err := parse(in.EventPattern)
	if err != nil {
		return nil, err
	}
	e, err := decode([]byte(in.Event))
	if err != nil {
		return nil, validation("Parameter Event is not valid.") // (inferred)
	}
	for _, member := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, ok := e[member]; !ok {
			return nil, validation("Parameter Event is not valid. Reason: member %s is missing.", member) // (inferred)
		}
	}
	return &events.TestEventPatternOutput{Result: new(p.Match(e))}, nil
}

// decode reads an event as patterns look at it.
func decode(raw []byte) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var e map[string]any
	if err := d.Decode(&e); err != nil || e == nil {
		return nil, errors.New("event is no JSON object")
	}
	return e, nil
}
