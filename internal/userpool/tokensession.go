package userpool

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Tracking is how a pool keeps its users' token sessions.
type Tracking struct {
	Enabled bool
	// MaxPerUser is how many a user may have: one more ends the one that was not used for longest.
	MaxPerUser int64
}

// Tracking is how the pool keeps token sessions: if it was never told, not at all. [Cognito: GetUserPoolSessionConfiguration]
func (p *Pool) Tracking() Tracking {
	if p.Sessions == nil {
		return Tracking{MaxPerUser: 20}
	}
	return *p.Sessions
}

// TokenSession is what a family keeps of itself to be shown to its user, in a pool that tracks sessions.
type TokenSession struct {
	ID string
	// Active is when its tokens were last made, and Origin by whom.
	Active time.Time
	Origin
}

// Origin is where a call comes from and with what: its User-Agent.
type Origin struct {
	Address string
	Agent   string
}

// tokenSessions is the index of the families that have one and are not revoked.
const tokenSessions = "tokensession"

// maxAgent is how much is kept of a User-Agent, in bytes.
const maxAgent = 512

// OriginOf is where a call comes from.
func OriginOf(c *op.Call) Origin {
	return Origin{Address: c.SourceIP, Agent: c.UserAgent[:min(len(c.UserAgent), maxAgent)]}
}

// newTokenSessionID draws the id of a token session. [Cognito: tkn and 25 small letters and digits]
func newTokenSessionID() string { return "tkn" + strings.ToLower(rand.Text()[:25]) }

// ActiveSession returns a user's family by the id of its token session, or store.ErrNotFound if he has none that is active.
func (r *Realm) ActiveSession(tx store.Tx, p *Pool, u *User, id string, now time.Time) (*Family, error) {
	f, err := Families.Find(tx, tokenSessions, p.key(u.Sub, id))
	if err != nil {
		return nil, err
	}
	if ok, err := r.active(tx, u, f, now); err != nil {
		return nil, err
	} else if !ok {
		return nil, store.ErrNotFound
	}
	return f, nil
}

// ActiveSessions returns a user's families with active token sessions, the one used last at the end, and those which are over. There
// are never more of both than a user could have: a new sign-in clears away the latter.
func (r *Realm) ActiveSessions(tx store.Tx, p *Pool, u *User, now time.Time) (active, over []*Family, err error) {
	for at, err := range Families.ScanIndex(tx, tokenSessions, p.key(u.Sub), nil, false) {
		if err != nil {
			return nil, nil, fmt.Errorf("look for token sessions: %w", err)
		}
		ok, err := r.active(tx, u, at.Row, now)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			active = append(active, at.Row)
		} else {
			over = append(over, at.Row)
		}
	}
	slices.SortStableFunc(active, func(a, b *Family) int {
		return cmp.Or(a.TokenSession.Active.Compare(b.TokenSession.Active), cmp.Compare(a.TokenSession.ID, b.TokenSession.ID))
	})
	return active, over, nil
}

// active tells that a family makes tokens still. Those of a deleted client do not.
func (r *Realm) active(tx store.Tx, u *User, f *Family, now time.Time) (bool, error) {
	if f.Dead(u) || !now.Before(f.Ends) {
		return false, nil
	}
	c, err := r.client(tx, f.Client)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read client of a token session: %w", err)
	}
	return c.Pool == f.Pool, nil
}

// track gives a new family its token session, if the pool tracks them, and makes room for it.
func (r *Realm) track(tx store.Tx, p *Pool, u *User, f *Family, from Origin, now time.Time) error {
	tracking := p.Tracking()
	if !tracking.Enabled {
		return nil
	}
	active, over, err := r.ActiveSessions(tx, p, u, now)
	if err != nil {
		return err
	}
	for _, old := range over {
		old.TokenSession = nil
		if err := Families.Put(tx, old); err != nil {
			return fmt.Errorf("forget token session: %w", err)
		}
	}
	for ; len(active) >= int(tracking.MaxPerUser); active = active[1:] {
		if err := r.Revoke(tx, active[0]); err != nil {
			return err
		}
	}
	f.TokenSession = &TokenSession{ID: newTokenSessionID(), Active: now, Origin: from}
	return nil
}

// Touch notes that tokens of a family were made once more. Without a token session there is nothing to note.
func (r *Realm) Touch(tx store.Tx, f *Family, from Origin, now time.Time) error {
	if f.TokenSession == nil {
		return nil
	}
	f.TokenSession.Active, f.TokenSession.Origin = now, from
	if err := Families.Put(tx, f); err != nil {
		return fmt.Errorf("write token session: %w", err)
	}
	return nil
}
