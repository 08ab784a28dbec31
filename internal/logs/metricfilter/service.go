package metricfilter

import (
	"log/slog"
	"sync"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Emit adds a summary of values to the minute of at, in tx.
type Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error

// Clock tells business time.
type Clock interface{ Now() time.Time }

// Service answers the metric filter operations and follows delivered events.
// Its fields are set before use and not changed after.
type Service struct {
	Tokens logs.Tokens
	Emit   Emit
	// State, Clock and Log are for Run.
	State store.State
	Clock Clock
	Log   *slog.Logger

	mu       sync.Mutex
	compiled map[string]*program // by the texts of the filter
}

var _ api.MetricfilterAPI = (*Service)(nil)
