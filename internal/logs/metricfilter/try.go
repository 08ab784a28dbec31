package metricfilter

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/op"
)

// TestMetricFilter shows which of the messages a pattern chooses, and the values
// it finds in them.
func (s *Service) TestMetricFilter(_ *op.Call, in *api.TestMetricFilterInput) (*api.TestMetricFilterOutput, error) {
	p, err := pattern.Parse(in.FilterPattern)
	if err != nil {
		return nil, logs.Invalid(err.Error())
	}
	out := &api.TestMetricFilterOutput{Matches: []api.MetricFilterMatchRecord{}}
	for i, m := range in.LogEventMessages {
		if !p.Match([]byte(m)) {
			continue
		}
		out.Matches = append(out.Matches, api.MetricFilterMatchRecord{
			EventNumber: new(int64(i)), EventMessage: new(m), ExtractedValues: p.Extract([]byte(m)),
		})
	}
	return out, nil
}
