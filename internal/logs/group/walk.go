package group

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxLooked bounds the rows one call looks at when it searches.
const maxLooked = 10_000

// walk gives groups in ASCII order of their names, from where a page begins, until limit of them were taken. It returns the token of
// the page after it, nil at the end.
func walk(c *op.Call, pager logs.Pager, token *string, limit int, take func(*logs.Group) (taken bool, err error)) (next *string, err error) {
	after, err := pager.After(token)
	if err != nil {
		return nil, err
	}
	found, looked := 0, 0
	var last store.Key
	for g, err := range logs.Groups.Scan(c.Tx, pager.Under, after) {
		if err != nil {
			return nil, fmt.Errorf("list log groups: %w", err)
		}
		if found == limit || looked == maxLooked {
			return pager.Next(last), nil
		}
		looked++
		last = logs.Groups.Key(g)
		taken, err := take(g)
		if err != nil {
			return nil, err
		}
		if taken {
			found++
		}
	}
	return nil, nil
}
