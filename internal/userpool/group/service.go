package group

import (
	"fmt"
	"iter"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area group.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.GroupAPI = (*Service)(nil)

// find returns the pool and the group of a call.
func (s *Service) find(c *op.Call, poolID, name string) (*userpool.Pool, *userpool.Group, error) {
	p, err := s.Realm.Pool(c, poolID)
	if err != nil {
		return nil, nil, err
	}
	g, err := s.Realm.KnownGroup(c.Tx, p, name)
	if err != nil {
		return nil, nil, err
	}
	return p, g, nil
}

// member returns the pool, the user and the group of a call; the user comes first.
func (s *Service) member(c *op.Call, poolID, user, name string) (*userpool.Pool, *userpool.User, *userpool.Group, error) {
	p, u, err := s.Realm.PoolUser(c, poolID, user)
	if err != nil {
		return nil, nil, nil, err
	}
	g, err := s.Realm.KnownGroup(c.Tx, p, name)
	if err != nil {
		return nil, nil, nil, err
	}
	return p, u, g, nil
}

// maxPage is the largest page, and the size of pages when a call gives none or 0. (inferred)
const maxPage = 60

// asked is what a listing call says of its page. A token is good for the caller and what binding says.
type asked struct {
	purpose string
	binding []string
	limit   *int64
	token   *string
}

// byKey walks the rows of a table whose keys begin with prefix.
func byKey[R any](c *op.Call, t *store.Table[R], prefix store.Key) func(after store.Key) iter.Seq2[store.At[R], error] {
	return func(after store.Key) iter.Seq2[store.At[R], error] {
		return func(yield func(store.At[R], error) bool) {
			for row, err := range t.Scan(c.Tx, prefix, after) {
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

// page walks the rows after a token's position, calls show for each until the page is full and returns the token of the next one.
// show tells whether it showed the row.
func page[R any](c *op.Call, s *Service, a asked, rows func(after store.Key) iter.Seq2[store.At[R], error], show func(*R) (bool, error)) (*string, error) {
	binding := append([]string{c.Account, c.Region, c.Caller.ID}, a.binding...)
	var after store.Key
	if a.token != nil {
		raw, err := s.Realm.Vault.OpenToken(a.purpose, *a.token, binding...)
		if err != nil {
			return nil, badPageToken()
		}
		after = raw
	}
	size := maxPage
	if a.limit != nil && *a.limit > 0 {
		size = int(min(*a.limit, maxPage))
	}
	shown := 0
	var last store.Key
	for at, err := range rows(after) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.purpose, err)
		}
		if shown == size {
			return new(s.Realm.Vault.SealToken(a.purpose, last, binding...)), nil
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
