package userpool

import (
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Within counts a call against an hourly limit, whatever becomes of it, and answers LimitExceededException if it is one too many.
// who is the user's sub, or the id of an unknown name.
func (r *Realm) Within(c *op.Call, p *Pool, who string, l Limit) error {
	spent, err := r.Spent(c.Tx, p, who, l, c.Now)
	if err != nil {
		return err
	}
	if spent {
		return LimitExceeded()
	}
	c.Keep(func(tx store.Tx) error { return r.Spend(tx, p, who, l, c.Now) })
	return nil
}
