package userpool

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Limits of groups. [Cognito: quotas]
const (
	MaxGroups     = 10_000 // of a pool
	MaxMembership = 100    // groups of a user
)

// Group is a group of users. Its settings are as answers show them.
type Group struct {
	Account string
	Region  string
	Pool    PoolID
	// ID is what memberships name, so that a later group of the same name has none of them.
	ID       string
	Settings cognitoidp.GroupType
}

// Name of the group.
func (g *Group) Name() string { return *g.Settings.GroupName }

// Membership says that a user is in a group, for lists of its members. What groups he is in stands in the user's row, where
// tokens are made from.
type Membership struct {
	Account string
	Region  string
	Pool    PoolID
	Group   string // its ID
	Sub     string
	Since   time.Time
}

// Groups and who is in them.
var (
	Groups = store.Table[Group]{
		Name: "userpool.groups",
		Key:  func(g *Group) store.Key { return store.K(g.Account, g.Region, string(g.Pool), g.ID) },
		Indexes: []store.Index[Group]{{Name: "name", Unique: true, Of: func(g *Group) []store.Key {
			return []store.Key{store.K(g.Account, g.Region, string(g.Pool), g.Name())}
		}}},
	}
	Memberships = store.Table[Membership]{
		Name: "userpool.memberships",
		Key:  func(m *Membership) store.Key { return store.K(m.Account, m.Region, string(m.Pool), m.Group, m.Sub) },
	}
)

// KnownGroup returns a group of a pool, or ResourceNotFoundException.
func (r *Realm) KnownGroup(tx store.Tx, p *Pool, name string) (*Group, error) {
	g, err := Groups.Find(tx, "name", p.key(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, cognitoidp.ResourceNotFoundException("Group not found.")
	}
	if err != nil {
		return nil, fmt.Errorf("read group: %w", err)
	}
	return g, nil
}

// GroupsOf returns the groups of a user, the one with the lowest precedence first: those without one come last, equal ones
// by name.
func (r *Realm) GroupsOf(tx store.Tx, p *Pool, u *User) ([]*Group, error) {
	var out []*Group
	for _, id := range u.Groups {
		g, err := Groups.Get(tx, p.key(id))
		if errors.Is(err, store.ErrNotFound) {
			continue // deleted
		}
		if err != nil {
			return nil, fmt.Errorf("read group: %w", err)
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *Group) int {
		if d := compareOptional(a.Settings.Precedence, b.Settings.Precedence); d != 0 {
			return d
		}
		return strings.Compare(a.Name(), b.Name())
	})
	return out, nil
}

// compareOptional puts what is absent last.
func compareOptional(a, b *int64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return int(min(max(*a-*b, -1), 1))
}

// groupClaims are the claims that follow from a user's groups: their names, their roles and, of the groups with the lowest
// precedence, the role if they have but one. [Cognito: Adding groups to a user pool]
func groupClaims(groups []*Group) (names, roles []string, preferred string) {
	contested := false
	for _, g := range groups {
		names = append(names, g.Name())
		role := value(g.Settings.RoleArn)
		if role == "" {
			continue
		}
		if !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
		if compareOptional(g.Settings.Precedence, groups[0].Settings.Precedence) == 0 {
			contested = contested || preferred != "" && preferred != role
			preferred = role
		}
	}
	if contested {
		preferred = ""
	}
	return names, roles, preferred
}

// LeaveGroups ends all memberships of a user who is being deleted.
func (r *Realm) LeaveGroups(tx store.Tx, p *Pool, u *User) error {
	keys := make([]store.Key, len(u.Groups))
	for i, id := range u.Groups {
		keys[i] = p.key(id, u.Sub)
	}
	return deleteAll(tx, &Memberships, keys)
}
