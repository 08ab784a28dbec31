package userpool

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Full tells whether a pool has max rows of a kind.
func Full[R any](tx store.Tx, p *Pool, t *store.Table[R], max int) (bool, error) {
	n := 0
	for _, err := range tx.Scan(t.Name, p.Key(), p.Key().After(), false) {
		if err != nil {
			return false, fmt.Errorf("count rows of %s: %w", t.Name, err)
		}
		if n++; n >= max {
			return true, nil
		}
	}
	return false, nil
}

// Page returns at most size rows of a pool in the order of their keys, after those a token has passed, and the token of the rest,
// nil if there is none. Tokens are bound to the caller, the pool and what is listed.
func Page[R any](r *Realm, c *op.Call, p *Pool, t *store.Table[R], token *string, size int) ([]*R, *string, error) {
	binding := []string{c.Account, c.Region, c.Caller.ID, string(p.ID)}
	var after store.Key
	if token != nil {
		raw, err := r.Vault.OpenToken(t.Name, *token, binding...)
		if err != nil {
			return nil, nil, badPageToken()
		}
		after = raw
	}
	var rows []*R
	for row, err := range t.Scan(c.Tx, p.Key(), after) {
		if err != nil {
			return nil, nil, fmt.Errorf("list rows of %s: %w", t.Name, err)
		}
		if len(rows) == size {
			next := r.Vault.SealToken(t.Name, t.Key(rows[size-1]), binding...)
			return rows, &next, nil
		}
		rows = append(rows, row)
	}
	return rows, nil, nil
}

// Size is how many rows a page has: what the call asks for, from 1 to most, and most if it asks for nothing.
func Size(asked *int64, most int64) int {
	if asked == nil || *asked == 0 {
		return int(most)
	}
	return int(min(max(*asked, 1), most))
}
