package metric

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/series"
)

// Tokens seal the positions that page tokens carry.
type Tokens interface {
	SealToken(purpose string, plaintext []byte, binding ...string) string
	OpenToken(purpose, token string, binding ...string) ([]byte, error)
}

// Deps are what a Service works with.
type Deps struct {
	Tokens Tokens
}

// Service answers the metric operations. It keeps nothing and may be called
// concurrently.
type Service struct{ deps Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{deps: d} }

var _ cloudwatch.MetricAPI = (*Service)(nil)

func dimensionsOf(in []cloudwatch.Dimension) []series.Dimension {
	out := make([]series.Dimension, len(in))
	for i, d := range in {
		out[i] = series.Dimension{Name: d.Name, Value: d.Value}
	}
	return out
}

func shapesOf(in []series.Dimension) []cloudwatch.Dimension {
	out := make([]cloudwatch.Dimension, len(in))
	for i, d := range in {
		out[i] = cloudwatch.Dimension{Name: d.Name, Value: d.Value}
	}
	return out
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func period(s int64) (time.Duration, bool) {
	if s <= 0 || s > int64(series.KeepHours/time.Second) {
		return 0, false
	}
	p := time.Duration(s) * time.Second
	return p, series.ValidPeriod(p)
}
