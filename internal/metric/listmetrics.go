package metric

import (
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	listPage   = 500
	maxFilters = 10
	recently   = 3 * time.Hour // RecentlyActive PT3H
)

// ListMetrics lists the metrics that had values in the last two weeks, by
// namespace and name.
func (s *Service) ListMetrics(c *op.Call, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	if len(in.Dimensions) > maxFilters {
		return nil, value("The collection Dimensions must not have a size greater than %d.", maxFilters)
	}
	filter := make([]series.Dimension, len(in.Dimensions))
	binding := []string{c.Account, c.Region, text(in.Namespace), text(in.MetricName), text(in.RecentlyActive), text(in.OwningAccount)}
	for i, d := range in.Dimensions {
		filter[i] = series.Dimension{Name: d.Name, Value: text(d.Value)}
		binding = append(binding, d.Name, text(d.Value))
	}
	out := &cloudwatch.ListMetricsOutput{Metrics: []cloudwatch.Metric{}}
	if in.OwningAccount != nil && *in.OwningAccount != c.Account {
		return out, nil
	}
	var after store.Key
	if in.NextToken != nil {
		raw, err := s.deps.Tokens.OpenToken("metrics", *in.NextToken, binding...)
		if err != nil {
			return nil, cloudwatch.InvalidNextToken("The service cannot process the request: invalid next token.") // (inferred)
		}
		after = raw
	}
	prefix := store.K(c.Account, c.Region)
	if in.Namespace != nil {
		prefix = store.K(c.Account, c.Region, clip(*in.Namespace))
		if in.MetricName != nil {
			prefix = store.K(c.Account, c.Region, clip(*in.Namespace), clip(*in.MetricName))
		}
	}
	limit := c.Now.Add(-series.ListedFor)
	if in.RecentlyActive != nil {
		limit = c.Now.Add(-recently)
	}
	var last store.Key
	for m, err := range metrics.Scan(c.Tx, prefix, after) {
		if err != nil {
			return nil, err
		}
		if (in.Namespace != nil && m.Namespace != *in.Namespace) || (in.MetricName != nil && m.Name != *in.MetricName) || !m.identity().Has(filter) {
			continue
		}
		active, err := activeSince(c.Tx, m, limit)
		if err != nil {
			return nil, err
		}
		if !active {
			continue
		}
		if len(out.Metrics) == listPage {
			out.NextToken = new(s.deps.Tokens.SealToken("metrics", last, binding...))
			break
		}
		out.Metrics = append(out.Metrics, cloudwatch.Metric{Namespace: &m.Namespace, MetricName: &m.Name, Dimensions: shapesOf(m.Dimensions)})
		last = metrics.Key(m)
	}
	if in.IncludeLinkedAccounts != nil && *in.IncludeLinkedAccounts {
		for range out.Metrics {
			out.OwningAccounts = append(out.OwningAccounts, c.Account)
		}
	}
	return out, nil
}

// activeSince tells whether a metric has values since then. One that was never
// folded is new, hence active; else its deltas count too.
func activeSince(tx store.Tx, m *metricRow, since time.Time) (bool, error) {
	hash := hashOf(m.identity())
	last, err := lasts.Get(tx, store.K(m.Account, m.Region, hash))
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if last.At >= since.Unix() {
		return true, nil
	}
	for d, err := range deltas.Scan(tx, store.K(m.Account, m.Region, hash), nil) {
		if err != nil {
			return false, err
		}
		if d.At >= since.Unix() {
			return true, nil
		}
	}
	return false, nil
}
