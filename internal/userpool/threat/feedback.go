package threat

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	feedbackPurpose = "auth event feedback"
	// feedbackLife is how long the links of a notice work. (inferred)
	feedbackLife = 7 * 24 * time.Hour
)

// ErrFeedbackToken tells that a token is of no notice, of another event, or over.
var ErrFeedbackToken = errors.New("feedback token is not good")

// FeedbackToken is what proves that somebody got the notice of an event.
func (g *Guard) FeedbackToken(p *userpool.Pool, sub, event string, now time.Time) string {
	until := binary.BigEndian.AppendUint64(nil, uint64(now.Add(feedbackLife).UnixMilli()))
	return g.Realm.Vault.SealToken(feedbackPurpose, until, string(p.ID), sub, event)
}

// CheckFeedbackToken checks such a token.
func (g *Guard) CheckFeedbackToken(p *userpool.Pool, sub, event, token string, now time.Time) error {
	raw, err := g.Realm.Vault.OpenToken(feedbackPurpose, token, string(p.ID), sub, event)
	if err != nil || len(raw) != 8 || now.UnixMilli() >= int64(binary.BigEndian.Uint64(raw)) {
		return ErrFeedbackToken
	}
	return nil
}
