package user

import (
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	defaultPage = 60
	// maxLooked bounds the rows one call looks at; a filter that matches few of them gives a short page with a token.
	maxLooked    = 1000
	pagePurpose  = "ListUsers"
	pageLifetime = time.Hour
)

// ListUsers returns the users of a pool a page at a time, those a filter finds if there is one. A page token is good for the caller
// and the query it was given for, for an hour.
func (s *Service) ListUsers(c *op.Call, in *cognitoidp.ListUsersInput) (*cognitoidp.ListUsersOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	for _, name := range in.AttributesToGet {
		if p.Schema(name) == nil && name != "identities" {
			return nil, badAttribute(name)
		}
	}
	text := ""
	if in.Filter != nil {
		text = *in.Filter
	}
	f, err := parseFilter(text)
	if err != nil {
		return nil, err
	}
	size := defaultPage
	if in.Limit != nil && *in.Limit > 0 {
		size = min(int(*in.Limit), defaultPage)
	}
	binding := []string{c.Account, c.Caller.ID, c.Region, string(p.ID), text, strings.Join(in.AttributesToGet, "\x00"), strconv.Itoa(size)}
	after, err := s.openPage(c, in.PaginationToken, binding)
	if err != nil {
		return nil, err
	}
	var keep func(string) bool
	if len(in.AttributesToGet) > 0 {
		keep = func(name string) bool { return slices.Contains(in.AttributesToGet, name) }
	}
	out := &cognitoidp.ListUsersOutput{Users: []cognitoidp.UserType{}}
	looked := 0
	var last store.Key
	for at, err := range scan(c.Tx, p, f, after) {
		if err != nil {
			return nil, fmt.Errorf("list users: %w", err)
		}
		if len(out.Users) == size || looked == maxLooked {
			out.PaginationToken = new(s.sealPage(c, last, binding))
			break
		}
		looked++
		last = at.Position
		if f == nil || f.matches(at.Row) {
			if err := s.Realm.TellDead(c.Tx, p, at.Row); err != nil {
				return nil, fmt.Errorf("look for providers of a user: %w", err)
			}
			out.Users = append(out.Users, p.UserType(at.Row, keep))
		}
	}
	return out, nil
}

// scan yields the users a filter may match, with their positions.
func scan(tx store.Tx, p *userpool.Pool, f *filter, after store.Key) iter.Seq2[store.At[userpool.User], error] {
	all := store.K(p.Account, p.Region, string(p.ID))
	if f == nil || f.name == "sub" {
		prefix := all
		if f != nil {
			prefix = beginning(append(all, store.K(f.value)...), f.prefix)
		}
		return func(yield func(store.At[userpool.User], error) bool) {
			for u, err := range userpool.Users.Scan(tx, prefix, after) {
				at := store.At[userpool.User]{Row: u}
				if err == nil {
					at.Position = userpool.Users.Key(u)
				}
				if !yield(at, err) {
					return
				}
			}
		}
	}
	entry := userpool.SearchKey(p, f.name, f.value)
	return userpool.Users.ScanIndex(tx, "search", beginning(entry, f.prefix), after, false)
}

// beginning turns a key into the prefix of all keys whose last text begins with its last text: without the two bytes that end it.
func beginning(k store.Key, prefix bool) store.Key {
	if prefix {
		return k[:len(k)-2]
	}
	return k
}

// A page token holds when it ends and the position of the last user.
func (s *Service) sealPage(c *op.Call, last store.Key, binding []string) string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(c.Now.Add(pageLifetime).UnixMilli()))
	return s.Realm.Vault.SealToken(pagePurpose, append(raw, last...), binding...)
}

func (s *Service) openPage(c *op.Call, token *string, binding []string) (store.Key, error) {
	if token == nil {
		return nil, nil
	}
	raw, err := s.Realm.Vault.OpenToken(pagePurpose, *token, binding...)
	if err != nil || len(raw) <= 8 || uint64(c.Now.UnixMilli()) >= binary.BigEndian.Uint64(raw) {
		return nil, badPageToken()
	}
	return store.Key(raw[8:]), nil
}
