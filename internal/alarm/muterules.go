package alarm

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/alarm/mute"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxMuteRules bounds the rules of an account and Region (inferred).
const maxMuteRules = 500

var _ cloudwatch.MuteAPI = (*Service)(nil)

// PutAlarmMuteRule makes a mute rule or replaces one. Its alarms need not exist.
func (s *Service) PutAlarmMuteRule(c *op.Call, in *cloudwatch.PutAlarmMuteRuleInput) error {
	if err := checkName(in.Name); err != nil {
		return err
	}
	sched := in.Rule.Schedule
	if sched == nil {
		return cloudwatch.MissingRequiredParameterException("The parameter Rule.Schedule is required.") // (inferred)
	}
	parsed, err := mute.Parse(sched.Expression, sched.Duration, text(sched.Timezone))
	if err != nil {
		return validation("Invalid schedule: %v.", err) // (inferred)
	}
	m := &muteRow{
		Account: c.Account, Region: c.Region, Name: in.Name, Description: in.Description, Expression: sched.Expression, Duration: sched.Duration,
		Zone: sched.Timezone, Start: in.StartDate, Expire: in.ExpireDate, Updated: c.Now,
	}
	if m.Start != nil && m.Expire != nil && !m.Start.Before(*m.Expire) {
		return validation("StartDate must be before ExpireDate.") // (inferred)
	}
	from, until := m.bounds()
	if parsed.Status(c.Now, from, until) == mute.Expired {
		return validation("The schedule has no window in the future.") // (inferred)
	}
	if in.MuteTargets != nil {
		m.Alarms = slices.Compact(slices.Sorted(slices.Values(in.MuteTargets.AlarmNames)))
	}
	old, err := mutes.Get(c.Tx, mutes.Key(m))
	switch {
	case errors.Is(err, store.ErrNotFound):
		if err := roomForMute(c); err != nil {
			return err
		}
		if m.Tags, err = tagsOf(in.Tags); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("read mute rule: %w", err)
	default:
		m.Tags = old.Tags
	}
	aboutMute(c, m)
	if err := mutes.Put(c.Tx, m); err != nil {
		return fmt.Errorf("keep mute rule: %w", err)
	}
	return wakeMuted(c, old, m)
}

func roomForMute(c *op.Call) error {
	n := 0
	for _, err := range mutes.Scan(c.Tx, store.K(c.Account, c.Region), nil) {
		if err != nil {
			return fmt.Errorf("count mute rules: %w", err)
		}
		n++
	}
	if n >= maxMuteRules {
		return cloudwatch.LimitExceededFault("The maximum limit of " + fmt.Sprint(maxMuteRules) + " mute rules has been reached.") // (inferred)
	}
	return nil
}

func aboutMute(c *op.Call, m *muteRow) {
	c.Record.AddResource(m.Account, "AWS::CloudWatch::AlarmMuteRule", m.arn())
}

// wakeMuted lets alarms whose actions wait look again at the rules that mute them.
func wakeMuted(c *op.Call, rules ...*muteRow) error {
	for _, m := range rules {
		if m == nil {
			continue
		}
		for _, name := range m.Alarms {
			r, err := get(c, name)
			if err != nil {
				return err
			}
			if r == nil || r.Muted == nil {
				continue
			}
			if err := schedule(c.Tx, r, c.Now); err != nil {
				return err
			}
		}
	}
	return nil
}

// GetAlarmMuteRule shows a mute rule.
func (s *Service) GetAlarmMuteRule(c *op.Call, in *cloudwatch.GetAlarmMuteRuleInput) (*cloudwatch.GetAlarmMuteRuleOutput, error) {
	m, err := mutes.Get(c.Tx, store.K(c.Account, c.Region, in.AlarmMuteRuleName))
	if errors.Is(err, store.ErrNotFound) {
		return nil, cloudwatch.ResourceNotFoundException("The mute rule " + in.AlarmMuteRuleName + " does not exist.") // (inferred)
	}
	if err != nil {
		return nil, fmt.Errorf("read mute rule: %w", err)
	}
	aboutMute(c, m)
	status, err := m.status(c.Now)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetAlarmMuteRuleOutput{
		Name: &m.Name, AlarmMuteRuleArn: new(m.arn()), Description: m.Description, StartDate: m.Start, ExpireDate: m.Expire, Status: &status,
		LastUpdatedTimestamp: &m.Updated,
		Rule:                 &cloudwatch.Rule{Schedule: &cloudwatch.Schedule{Expression: m.Expression, Duration: m.Duration, Timezone: m.Zone}},
	}
	if len(m.Alarms) > 0 {
		out.MuteTargets = &cloudwatch.MuteTargets{AlarmNames: m.Alarms}
	}
	return out, nil
}

// ListAlarmMuteRules lists mute rules by name: all, those of an alarm, those of some statuses.
func (s *Service) ListAlarmMuteRules(c *op.Call, in *cloudwatch.ListAlarmMuteRulesInput) (*cloudwatch.ListAlarmMuteRulesOutput, error) {
	p, err := s.open("mute rules", in.NextToken, in.MaxRecords, 50, append([]string{c.Account, c.Region, text(in.AlarmName)}, in.Statuses...)...)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListAlarmMuteRulesOutput{AlarmMuteRuleSummaries: []cloudwatch.AlarmMuteRuleSummary{}}
	for m, err := range mutes.Scan(c.Tx, store.K(c.Account, c.Region), p.after) {
		if err != nil {
			return nil, fmt.Errorf("read mute rules: %w", err)
		}
		if in.AlarmName != nil && !slices.Contains(m.Alarms, *in.AlarmName) {
			continue
		}
		status, err := m.status(c.Now)
		if err != nil {
			return nil, err
		}
		if len(in.Statuses) > 0 && !slices.Contains(in.Statuses, status) {
			continue
		}
		if !p.take(mutes.Key(m)) {
			break
		}
		out.AlarmMuteRuleSummaries = append(out.AlarmMuteRuleSummaries, cloudwatch.AlarmMuteRuleSummary{
			AlarmMuteRuleArn: new(m.arn()), ExpireDate: m.Expire, Status: &status, LastUpdatedTimestamp: &m.Updated,
		})
	}
	out.NextToken = p.next
	return out, nil
}

// DeleteAlarmMuteRule deletes a mute rule; actions that it holds back run if their state persists. One that does not exist is no error (inferred).
func (s *Service) DeleteAlarmMuteRule(c *op.Call, in *cloudwatch.DeleteAlarmMuteRuleInput) error {
	m, err := mutes.Get(c.Tx, store.K(c.Account, c.Region, in.AlarmMuteRuleName))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read mute rule: %w", err)
	}
	aboutMute(c, m)
	if err := mutes.Remove(c.Tx, m); err != nil {
		return fmt.Errorf("delete mute rule: %w", err)
	}
	return wakeMuted(c, m)
}
