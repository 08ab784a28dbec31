package subscription

import (
	"errors"
	"fmt"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Limits of a group. [CloudWatch Logs: quotas]
const (
	maxFilters = 2
	maxRegexes = 5 // metric and subscription filters with a regular expression
)

const messageLimit = "Resource limit exceeded."

// PutSubscriptionFilter makes a filter or replaces the one of its name. What waits
// for the old destination goes to the new one.
func (s *Service) PutSubscriptionFilter(c *op.Call, in *api.PutSubscriptionFilterInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	if g.Class != "STANDARD" {
		return api.InvalidOperationException("Subscription filters are not supported for log groups of class " + g.Class + ".") // (inferred)
	}
	if logs.Text(in.FieldSelectionCriteria) != "" || len(in.EmitSystemFields) > 0 {
		return logs.Invalid("fieldSelectionCriteria and emitSystemFields are not supported by this server.")
	}
	p, err := s.pattern(in.FilterPattern)
	if err != nil {
		return logs.Invalid(err.Error())
	}
	v, err := s.checkDestination(c, g, in)
	if err != nil {
		return err
	}
	f := &logs.Subscription{
		Account: g.Account, Region: g.Region, Group: g.Name, Name: in.FilterName, Pattern: in.FilterPattern, Destination: in.DestinationArn,
		Role: logs.Text(in.RoleArn), Distribution: "ByLogStream", Transformed: in.ApplyOnTransformedLogs != nil && *in.ApplyOnTransformedLogs,
		Created: c.Now.UnixMilli(),
	}
	if in.Distribution != nil {
		f.Distribution = *in.Distribution
	}
	old, err := s.room(c, g, f, p.Regexes() > 0)
	if err != nil {
		return err
	}
	if old != nil {
		f.Created = old.Created
	}
	if err := logs.Subscriptions.Put(c.Tx, f); err != nil {
		return fmt.Errorf("keep subscription filter: %w", err)
	}
	if old != nil && old.Destination == f.Destination || v != firehose && v != kinesis {
		return nil
	}
	return s.enqueue(c.Tx, f, control(c.Now.UnixMilli(), v))
}

// checkDestination refuses a destination that does not exist, has no address, or
// that the caller may not use.
func (s *Service) checkDestination(c *op.Call, g *logs.Group, in *api.PutSubscriptionFilterInput) (vendor, error) {
	v, a, err := kindOf(in.DestinationArn)
	if err != nil {
		return "", err
	}
	switch {
	case v == lambda && in.RoleArn != nil:
		return "", logs.Invalid("destinationArn for vendor lambda cannot be used with roleArn")
	case v == lambda && a.Account != c.Account:
		return "", api.AccessDeniedException("Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.")
	case (v == kinesis || v == firehose) && in.RoleArn == nil:
		return "", logs.Invalid("destinationArn for vendor " + string(v) + " cannot be used without roleArn")
	case v == logGroup && groupName(a) == g.Name:
		return "", logs.Invalid("A log group cannot be its own destination.")
	}
	if in.RoleArn != nil {
		if err := passRole(c, *in.RoleArn); err != nil {
			return "", err
		}
	}
	if v != destination {
		return v, s.target(c, in.DestinationArn, v, a)
	}
	d, err := findDestination(c.Tx, a.Account, a.Region, strings.TrimPrefix(a.Resource, "destination:"))
	if err != nil && a.Account != c.Account && isRefusal(err) {
		return "", denied(c, "logs:PutSubscriptionFilter", in.DestinationArn) // another's and none look alike
	}
	if err != nil {
		return "", err
	}
	ok, err := c.Allowed("logs:PutSubscriptionFilter", d.ARN(), d.Account, d.Policy)
	if err != nil {
		return "", fmt.Errorf("authorise logs:PutSubscriptionFilter: %w", err)
	}
	if !ok {
		return "", denied(c, "logs:PutSubscriptionFilter", in.DestinationArn)
	}
	return v, nil
}

// room refuses a filter more than a group may have, and returns the one of the same name.
func (s *Service) room(c *op.Call, g *logs.Group, f *logs.Subscription, regex bool) (*logs.Subscription, error) {
	var old *logs.Subscription
	filters, regexes := 1, 0
	under := store.K(g.Account, g.Region, g.Name)
	for other, err := range logs.Subscriptions.Scan(c.Tx, under, nil) {
		if err != nil {
			return nil, fmt.Errorf("subscription filters of log group: %w", err)
		}
		if other.Name == f.Name {
			old = other
			continue
		}
		filters++
		if p, err := s.pattern(other.Pattern); err == nil && p.Regexes() > 0 {
			regexes++
		}
	}
	for other, err := range logs.Filters.Scan(c.Tx, under, nil) {
		if err != nil {
			return nil, fmt.Errorf("metric filters of log group: %w", err)
		}
		if p, err := pattern.Parse(other.Pattern); err == nil && p.Regexes() > 0 {
			regexes++
		}
	}
	if filters > maxFilters || regex && regexes >= maxRegexes {
		return nil, api.LimitExceededException(messageLimit)
	}
	return old, nil
}

// DeleteSubscriptionFilter removes a filter and what waits for its destination.
func (s *Service) DeleteSubscriptionFilter(c *op.Call, in *api.DeleteSubscriptionFilterInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	key := store.K(g.Account, g.Region, g.Name, in.FilterName)
	err = logs.Subscriptions.Delete(c.Tx, key)
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException("The specified subscription filter does not exist.")
	}
	if err != nil {
		return fmt.Errorf("delete subscription filter: %w", err)
	}
	return logs.DropLane(c.Tx, key)
}
