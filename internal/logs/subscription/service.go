package subscription

import (
	"context"
	"log/slog"
	"sync"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Sender brings parcels to destinations outside.
type Sender interface {
	// Knows tells whether it has an address for the ARN.
	Knows(destination string) bool
	// Send makes one attempt. ErrRefused, wrapped, says that another will not help.
	Send(ctx context.Context, d Delivery) error
}

// Forward adds events to the outbox of a log group in tx.
type Forward func(tx store.Tx, to *logs.Group, stream string, now int64, events []logs.Event) error

// Emit adds a summary of values to the minute of at, in tx.
type Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error

// Service answers the operations and delivers. Its fields are set before use and
// not changed after.
type Service struct {
	State   store.State
	Tokens  logs.Tokens
	Sender  Sender
	Forward Forward
	Emit    Emit
	Now     func() time.Time
	Log     *slog.Logger

	mu       sync.Mutex
	patterns map[string]*pattern.Pattern // by text
}

var _ api.SubscriptionAPI = (*Service)(nil)

// maxPatterns bounds the cache of compiled patterns; when full it begins anew.
const maxPatterns = 10_000

func (s *Service) pattern(text string) (*pattern.Pattern, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.patterns[text]; p != nil {
		return p, nil
	}
	p, err := pattern.Parse(text)
	if err != nil {
		return nil, err
	}
	if s.patterns == nil || len(s.patterns) >= maxPatterns {
		s.patterns = make(map[string]*pattern.Pattern)
	}
	s.patterns[text] = p
	return p, nil
}
