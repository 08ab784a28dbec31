package authevent

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// UpdateAuthEventFeedback is AdminUpdateAuthEventFeedback for the user himself, who has the token from the notice he got. Whoever
// has none does not learn whether there is such a user.
func (s *Service) UpdateAuthEventFeedback(c *op.Call, in *cognitoidp.UpdateAuthEventFeedbackInput) (*cognitoidp.UpdateAuthEventFeedbackOutput, error) {
	p, err := s.Realm.AnyPool(c.Tx, userpool.PoolID(in.UserPoolId))
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.NoPool(in.UserPoolId)
	}
	if err != nil {
		return nil, fmt.Errorf("read user pool: %w", err)
	}
	u, err := s.find(c, p, in.Username)
	if refusal := (*schema.Error)(nil); errors.As(err, &refusal) && refusal.Code == "UserNotFoundException" {
		return nil, badToken()
	}
	if err != nil {
		return nil, err
	}
	if s.Guard.CheckFeedbackToken(p, u.Sub, in.EventId, in.FeedbackToken, c.Now) != nil {
		return nil, badToken()
	}
	if err := s.give(c, p, u, in.EventId, in.FeedbackValue, "User"); err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateAuthEventFeedbackOutput{}, nil
}
