package event

import (
	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Batch is what one PutLogEvents leaves for the drainer.
type Batch struct {
	Account, Region, Group, Stream string
	// Ingested is the time of the call, milliseconds since 1970 UTC.
	Ingested int64
	Events   []api.InputLogEvent
}

// Service answers the event operations.
type Service struct {
	Reader logs.Reader
	Tokens logs.Tokens
	// Masks hide what data protection policies protect; State shows them before a
	// search begins.
	Masks *mask.Masker
	State store.State
	// Encode makes the data of an outbox record of kind store.LogEvents.
	Encode func(Batch) ([]byte, error)
}

var _ api.EventAPI = (*Service)(nil)

// Ops returns the area's operations, with the stages of those that read.
func (s *Service) Ops(svc *schema.Service) []*op.Operation {
	ops := api.EventOps(svc, s)
	for _, o := range ops {
		switch o.Name {
		case "GetLogEvents":
			o.Stage = func(c *op.Call, in any) (any, error) { return s.stageGet(c, in.(*api.GetLogEventsInput)), nil }
			o.Discard = func(any) {} // what was read is kept by nobody
		case "FilterLogEvents":
			o.Stage = func(c *op.Call, in any) (any, error) { return s.stageFilter(c, in.(*api.FilterLogEventsInput)), nil }
			o.Discard = func(any) {}
		}
	}
	return ops
}

// rules are what a caller sees a group's events masked by: nothing, if it asks for
// that and may.
func (s *Service) rules(c *op.Call, g *logs.Group, unmask *bool) (*mask.Rules, error) {
	if asked(unmask) {
		return nil, mask.Unmask(c, g.ARN())
	}
	return s.Masks.For(c.Tx, g.Account, g.Region, g.Name)
}

func asked(p *bool) bool { return p != nil && *p }
