package userpool

import (
	"fmt"
	"iter"

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

// Listing is what a listing call says of its page. A token is good for the caller and what Bound says.
type Listing struct {
	Purpose string
	Bound   []string
	Token   *string
	Size    int
}

// Walk calls show for the rows behind a token's position until the page is full, and returns the token of the rest, nil if there
// is none. show tells whether it showed the row.
func Walk[R any](r *Realm, c *op.Call, l Listing, rows func(after store.Key) iter.Seq2[store.At[R], error], show func(*R) (bool, error)) (*string, error) {
	binding := append([]string{c.Account, c.Region, c.Caller.ID}, l.Bound...)
	var after store.Key
	if l.Token != nil {
		raw, err := r.Vault.OpenToken(l.Purpose, *l.Token, binding...)
		if err != nil {
			return nil, badPageToken()
		}
		after = raw
	}
	shown := 0
	var last store.Key
	for at, err := range rows(after) {
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", l.Purpose, err)
		}
		if shown == l.Size {
			return new(r.Vault.SealToken(l.Purpose, last, binding...)), nil
		}
		last = at.Position
		ok, err := show(at.Row)
		if err != nil {
			return nil, err
		}
		if ok {
			shown++
		}
	}
	return nil, nil
}

// ByKey walks the rows of a table whose keys begin with prefix, for Walk.
func ByKey[R any](tx store.Tx, t *store.Table[R], prefix store.Key) func(after store.Key) iter.Seq2[store.At[R], error] {
	return func(after store.Key) iter.Seq2[store.At[R], error] {
		return func(yield func(store.At[R], error) bool) {
			for row, err := range t.Scan(tx, prefix, after) {
				at := store.At[R]{Row: row}
				if err == nil {
					at.Position = t.Key(row)
				}
				if !yield(at, err) {
					return
				}
			}
		}
	}
}

// Page returns at most size rows of a pool in the order of their keys, after those a token has passed, and the token of the rest,
// nil if there is none. Tokens are bound to the caller, the pool and what is listed.
func Page[R any](r *Realm, c *op.Call, p *Pool, t *store.Table[R], token *string, size int) (rows []*R, next *string, err error) {
	next, err = Walk(r, c, Listing{t.Name, []string{string(p.ID)}, token, size}, ByKey(c.Tx, t, p.Key()), func(row *R) (bool, error) {
		rows = append(rows, row)
		return true, nil
	})
	return rows, next, err
}

// Size is how many rows a page has: what the call asks for, from 1 to most, and most if it asks for nothing.
func Size(asked *int64, most int64) int {
	if asked == nil || *asked == 0 {
		return int(most)
	}
	return int(min(max(*asked, 1), most))
}
