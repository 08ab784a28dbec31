package metricfilter

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Limits of a group. [CloudWatch Logs: quotas]
const (
	maxFilters    = 100
	maxRegexes    = 5 // metric and subscription filters with a regular expression
	maxDimensions = 3
)

// PutMetricFilter makes a filter or replaces the one of its name.
func (s *Service) PutMetricFilter(c *op.Call, in *api.PutMetricFilterInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	if g.Class != "STANDARD" {
		return api.InvalidOperationException("Metric filters are not supported for log groups of class " + g.Class + ".") // (inferred)
	}
	f, err := row(c, in)
	if err != nil {
		return err
	}
	p, err := compile(f)
	if err != nil {
		return err
	}
	filters, regexes := 1, 0
	if p.pattern.Regexes() > 0 {
		regexes++
	}
	for other, err := range logs.Filters.Scan(c.Tx, store.K(g.Account, g.Region, g.Name), nil) {
		if err != nil {
			return fmt.Errorf("filters of log group: %w", err)
		}
		if other.Name == f.Name {
			f.Created = other.Created
			continue
		}
		filters++
		if q, err := s.program(other); err == nil && q.pattern.Regexes() > 0 {
			regexes++
		}
	}
	for other, err := range logs.Subscriptions.Scan(c.Tx, store.K(g.Account, g.Region, g.Name), nil) {
		if err != nil {
			return fmt.Errorf("subscription filters of log group: %w", err)
		}
		if q, err := pattern.Parse(other.Pattern); err == nil && q.Regexes() > 0 {
			regexes++
		}
	}
	if filters > maxFilters || regexes > maxRegexes && p.pattern.Regexes() > 0 {
		return api.LimitExceededException("Resource limit exceeded.")
	}
	if err := logs.Filters.Put(c.Tx, f); err != nil {
		return fmt.Errorf("keep metric filter: %w", err)
	}
	return nil
}

// row makes the stored form of a filter, without its pattern being checked.
func row(c *op.Call, in *api.PutMetricFilterInput) (*logs.Filter, error) {
	if len(in.MetricTransformations) != 1 {
		return nil, logs.Invalid("Exactly one metric transformation must be given.") // (inferred); the model's constraint is checked before
	}
	if logs.Text(in.FieldSelectionCriteria) != "" {
		return nil, logs.Invalid("fieldSelectionCriteria is not supported by this server.")
	}
	t := in.MetricTransformations[0]
	if t.DefaultValue != nil && len(t.Dimensions) > 0 {
		return nil, logs.Invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties.") // (inferred)
	}
	if len(t.Dimensions) > maxDimensions {
		return nil, logs.Invalid(fmt.Sprintf("Invalid metric transformation: a metric may have %d dimensions at most.", maxDimensions)) // (inferred)
	}
	for _, field := range in.EmitSystemFieldDimensions {
		if field != accountField && field != regionField {
			return nil, logs.Invalid("Invalid system field: " + field) // (inferred)
		}
	}
	return &logs.Filter{
		Account: c.Account, Region: c.Region, Group: in.LogGroupName, Name: in.FilterName, Pattern: in.FilterPattern,
		Created: c.Now.UnixMilli(), MetricName: t.MetricName, Namespace: t.MetricNamespace, Value: t.MetricValue,
		Default: t.DefaultValue, Dimensions: t.Dimensions, Unit: logs.Text(t.Unit),
		Transformed: in.ApplyOnTransformedLogs != nil && *in.ApplyOnTransformedLogs, System: in.EmitSystemFieldDimensions,
	}, nil
}

// DeleteMetricFilter removes a filter. Values it has emitted stay.
func (s *Service) DeleteMetricFilter(c *op.Call, in *api.DeleteMetricFilterInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	err = logs.Filters.Delete(c.Tx, store.K(g.Account, g.Region, g.Name, in.FilterName))
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException("The specified metric filter does not exist.")
	}
	if err != nil {
		return fmt.Errorf("delete metric filter: %w", err)
	}
	return nil
}
