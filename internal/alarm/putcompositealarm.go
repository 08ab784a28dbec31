package alarm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/alarm/rule"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxParents = 150    // composites that name one alarm
	maxWait    = 86_400 // s, of a suppressor's periods (inferred)
)

// PutCompositeAlarm makes a composite alarm or replaces the configuration of one, whose state then stays. It is evaluated at once, and
// again whenever a child changes its state.
func (s *Service) PutCompositeAlarm(c *op.Call, in *cloudwatch.PutCompositeAlarmInput) error {
	if err := checkName(in.AlarmName); err != nil {
		return err
	}
	for _, list := range [][]string{in.AlarmActions, in.OKActions, in.InsufficientDataActions} {
		if err := checkActions(list); err != nil {
			return err
		}
	}
	conf, err := compositeOf(c, in)
	if err != nil {
		return err
	}
	r, created, err := claim(c, in.AlarmName, compositeAlarm, in.Tags)
	if err != nil {
		return err
	}
	if err := roomForParent(c, r.Name, conf); err != nil {
		return err
	}
	r.Config = config{
		Description: in.AlarmDescription, ActionsEnabled: in.ActionsEnabled == nil || *in.ActionsEnabled, OKActions: in.OKActions,
		AlarmActions: in.AlarmActions, NoDataActions: in.InsufficientDataActions, Composite: conf,
	}
	return s.put(c, r, created)
}

// compositeOf checks the rule and the suppressor.
func compositeOf(c *op.Call, in *cloudwatch.PutCompositeAlarmInput) (*composite, error) {
	parsed, err := rule.Parse(in.AlarmRule)
	if err != nil {
		return nil, validation("Invalid AlarmRule: %v.", err) // (inferred)
	}
	conf := &composite{Rule: in.AlarmRule, Suppressor: in.ActionsSuppressor}
	var missing []string
	exists := func(text string) (string, error) {
		name, ok := nameOf(c.Account, c.Region, text)
		if !ok {
			return "", validation("The alarm %s must be of the same account and Region.", text) // (inferred)
		}
		r, err := get(c, name)
		if err == nil && r == nil {
			missing = append(missing, text)
		}
		return name, err
	}
	for _, child := range parsed.Children() {
		name, err := exists(child)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(conf.Children, name) {
			conf.Children = append(conf.Children, name)
		}
	}
	if len(missing) > 0 {
		return nil, validation("Could not save the composite alarm as alarms [%s] in the alarm rule do not exist", strings.Join(missing, ", "))
	}
	wait, extension := in.ActionsSuppressorWaitPeriod, in.ActionsSuppressorExtensionPeriod
	if in.ActionsSuppressor == nil {
		if wait != nil || extension != nil {
			return nil, validation("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod need an ActionsSuppressor.") // (inferred)
		}
		return conf, nil
	}
	if wait == nil || extension == nil {
		return nil, validation("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod are required with an ActionsSuppressor.") // (inferred)
	}
	if *wait < 0 || *wait > maxWait || *extension < 0 || *extension > maxWait {
		return nil, validation("ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be from 0 to %d seconds.", maxWait) // (inferred)
	}
	if conf.SuppressorName, err = exists(*in.ActionsSuppressor); err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, validation("Could not save the composite alarm as the suppressor alarm %s does not exist", missing[0]) // (inferred)
	}
	conf.Wait, conf.Extension = *wait, *extension
	return conf, nil
}

// nameOf reads the name or the ARN of an alarm of an account and Region.
func nameOf(account, region, text string) (string, bool) {
	if !strings.HasPrefix(text, "arn:") {
		return text, true
	}
	a, err := arn.Parse(text)
	if err != nil || a.Service != "cloudwatch" || a.Account != account || a.Region != region {
		return "", false
	}
	return strings.CutPrefix(a.Resource, "alarm:")
}

// roomForParent refuses a composite more than may look at one alarm.
func roomForParent(c *op.Call, name string, conf *composite) error {
	for _, child := range conf.Children {
		n := 0
		for at, err := range alarms.ScanIndex(c.Tx, "watched", store.K(c.Account, c.Region, child), nil, false) {
			if err != nil {
				return fmt.Errorf("count composite alarms: %w", err)
			}
			if at.Row.Name != name {
				n++
			}
		}
		if n >= maxParents {
			return validation("The alarm %s is a child of %d composite alarms, which is the most.", child, maxParents) // (inferred)
		}
	}
	return nil
}

// claim returns the alarm of a name, or a new one; true if it is new. A name belongs to one type.
func claim(c *op.Call, name, kind string, tags []cloudwatch.Tag) (*row, bool, error) {
	r, err := get(c, name)
	if err != nil {
		return nil, false, err
	}
	if r != nil {
		if r.kind() != kind {
			return nil, false, validation("An alarm of another type has the name %s.", name) // (inferred)
		}
		return r, false, nil
	}
	if err := countIn(c); err != nil {
		return nil, false, err
	}
	r = &row{
		Account: c.Account, Region: c.Region, Name: name, State: evaluate.InsufficientData, Reason: evaluate.InitialReason,
		StateUpdated: c.Now, Transitioned: c.Now,
	}
	r.Tags, err = tagsOf(tags)
	return r, true, err
}

// put keeps a new configuration, and asks for an evaluation.
func (s *Service) put(c *op.Call, r *row, created bool) error {
	r.Updated, r.Generation = c.Now, uuid.NewString()
	subject(c, r)
	before, err := alarms.Get(c.Tx, alarms.Key(r))
	if ignoreMissing(err) != nil {
		return fmt.Errorf("read alarm: %w", err)
	}
	if before != nil {
		if err := before.leave(c.Tx); err != nil { // the new one may have another interval
			return err
		}
	}
	if err := r.keep(c.Tx); err != nil {
		return err
	}
	if err := schedule(c.Tx, r, c.Now); err != nil {
		return err
	}
	if created {
		return r.configured(c.Tx, c.Now, s.deps.Events, "Create", nil)
	}
	return r.configured(c.Tx, c.Now, s.deps.Events, "Update", before)
}
