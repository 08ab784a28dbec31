package insight

import (
	"context"
	"log/slog"
	"sync"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Sources gives the events of groups of one account and Region. The caller has
// checked that they may be read.
type Sources interface {
	Source(account, region string, groups []string) block.Source
}

// Work is a query as an engine gets it.
type Work struct {
	Account, Region string
	Groups          []string
	Plan            *plan.Plan
	// Source yields the groups' events; an engine may read them its own way.
	Source block.Source
	// Start is the first instant, End the first after the range.
	Start, End, Now time.Time
	Limit           int
	Limits          run.Limits
	// Other finds the events of a SOURCE inside the query, of the same account.
	Other func(ctx context.Context, s *syntax.Source) (block.Source, error)
	// Tables finds a lookup table of the same account.
	Tables func(ctx context.Context, name string) (*run.Table, error)
}

// Engine executes queries. It is called concurrently, counts progress up while
// it runs, and ends soon after ctx does.
type Engine interface {
	Run(ctx context.Context, w Work, progress *run.Progress) (*run.Result, error)
}

// Native is the engine in Go; every other one answers as it does.
type Native struct {
	Workers int // goroutines per query, 0 means one per processor
}

// Run implements Engine.
func (n Native) Run(ctx context.Context, w Work, progress *run.Progress) (*run.Result, error) {
	return run.Run(ctx, w.Plan, run.Options{
		Source: w.Source, Start: w.Start, End: w.End, Now: w.Now, Limit: w.Limit, Workers: n.Workers, Limits: w.Limits,
		Progress: progress, Groups: w.Other, Tables: w.Tables,
	})
}

// Clock tells business time.
type Clock interface{ Now() time.Time }

// Options are what a Service works with. Zero numbers mean the defaults given.
type Options struct {
	State   store.State
	Sources Sources
	Records Records
	// Masks hide what data protection policies protect; nil hides nothing.
	Masks  *mask.Masker
	Engine Engine // Native if nil
	Access Access // may be nil: see permit
	Tokens logs.Tokens
	Clock  Clock
	Log    *slog.Logger
	// Quota is how many queries of an account and Region may wait or run: 100. [CloudWatch Logs: quotas]
	Quota int
	// AtOnce is how many queries this process runs: 4.
	AtOnce int
	// MaxTime ends a query: 60 minutes. [CloudWatch Logs: quotas]
	MaxTime time.Duration
	// Limits bound the memory of each query that runs.
	Limits run.Limits
	// KeepQueries bounds the queries kept per account and Region: 1,000.
	KeepQueries int
	// ResultBytes bounds one result, uncompressed: 256 MiB.
	ResultBytes int64
	// Shared says that other processes work on the same State: a running query
	// is then taken for lost only after a minute of silence.
	Shared bool
}

// Service answers the query operations and runs queries. Make it with New.
type Service struct {
	Options
	id   string // of this process
	wake chan struct{}

	mu   sync.Mutex
	live map[string]*run.Progress // by query id, of this process
}

var _ api.InsightAPI = (*Service)(nil)

// New makes a Service. id names the process; it must be new at every start.
func New(id string, o Options) *Service {
	if o.Engine == nil {
		o.Engine = Native{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Quota <= 0 {
		o.Quota = 100
	}
	if o.AtOnce <= 0 {
		o.AtOnce = 4
	}
	if o.MaxTime <= 0 {
		o.MaxTime = time.Hour
	}
	if o.KeepQueries <= 0 {
		o.KeepQueries = 1000
	}
	if o.ResultBytes <= 0 {
		o.ResultBytes = 256 << 20
	}
	return &Service{Options: o, id: id, wake: make(chan struct{}, 1), live: make(map[string]*run.Progress)}
}

// Ops returns the area's operations. Results are read before the transaction.
func (s *Service) Ops(svc *schema.Service) []*op.Operation {
	ops := api.InsightOps(svc, s)
	for _, o := range ops {
		switch o.Name {
		case "GetQueryResults":
			o.Stage = func(c *op.Call, in any) (any, error) { return s.stageResults(c, in.(*api.GetQueryResultsInput)), nil }
		case "GetLogRecord":
			o.Stage = func(c *op.Call, in any) (any, error) { return s.stageRecord(c, in.(*api.GetLogRecordInput)), nil }
		case "GetLogGroupFields":
			o.Stage = func(c *op.Call, in any) (any, error) { return s.stageFields(c, in.(*api.GetLogGroupFieldsInput)), nil }
		}
		if o.Stage != nil {
			o.Discard = func(any) {} // what was read is kept by nobody
		}
	}
	return ops
}

func (s *Service) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) progress(id string) *run.Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live[id]
}
