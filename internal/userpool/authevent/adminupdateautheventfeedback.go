package authevent

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// AdminUpdateAuthEventFeedback says for a user whether an event was his doing. From then on the place it came from is trusted or
// not.
func (s *Service) AdminUpdateAuthEventFeedback(c *op.Call, in *cognitoidp.AdminUpdateAuthEventFeedbackInput) (*cognitoidp.AdminUpdateAuthEventFeedbackOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	u, err := s.find(c, p, in.Username)
	if err != nil {
		return nil, err
	}
	if err := s.give(c, p, u, in.EventId, in.FeedbackValue, "Admin"); err != nil {
		return nil, err
	}
	return &cognitoidp.AdminUpdateAuthEventFeedbackOutput{}, nil
}
