package userpool

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Status is a user's UserStatus.
type Status string

// The statuses this server gives. [Cognito: user life cycle]
const (
	Unconfirmed         Status = "UNCONFIRMED"
	Confirmed           Status = "CONFIRMED"
	ForceChangePassword Status = "FORCE_CHANGE_PASSWORD"
	ResetRequired       Status = "RESET_REQUIRED"
	External            Status = "EXTERNAL_PROVIDER"
)

// Attribute is one attribute of a user.
type Attribute struct{ Name, Value string }

// User is one user of a pool.
type User struct {
	Account string
	Region  string
	Pool    PoolID
	// Sub never changes and is never given again.
	Sub string
	// Username is the stored name; it goes into the SRP arithmetic and never changes.
	Username   string
	Attributes []Attribute // without sub
	Status     Status
	Enabled    bool
	Created    time.Time
	Modified   time.Time
	Credential Credential
	Factors    UserFactors `json:",omitzero"`
	// Earlier are the passwords before Credential, newest first, where the pool remembers them.
	Earlier []Credential `json:",omitempty"`
	// Pending are addresses that take the place of the present ones if they are verified in time.
	Pending []PendingAddress `json:",omitempty"`
	// Identities are what identity providers know him by.
	Identities []Identity `json:",omitempty"`
	// TemporarySince is when the temporary password was set.
	TemporarySince time.Time `json:",omitzero"`
	// Generation moves on with every sign-out of all devices; families of an older one are dead.
	Generation int64

	// Groups are the ids of his groups, some perhaps of groups that are gone. Memberships say the same from the other side.
	Groups []string `json:",omitempty"`

	// Logins are the texts that mean this user, folded. PutUser keeps them.
	Logins []string
}

// clone is a copy that shares nothing the caller of a cached user could change.
func (u *User) clone() *User {
	out := *u
	out.Attributes, out.Groups, out.Logins = slices.Clone(u.Attributes), slices.Clone(u.Groups), slices.Clone(u.Logins)
	out.Identities = slices.Clone(u.Identities)
	out.Pending, out.Earlier = slices.Clone(u.Pending), slices.Clone(u.Earlier)
	for i := range out.Earlier {
		out.Earlier[i].Verifier = slices.Clone(out.Earlier[i].Verifier)
	}
	out.Credential.Verifier = slices.Clone(u.Credential.Verifier)
	out.Factors = u.Factors.clone()
	return &out
}

// Users holds the users of all pools. Index login gives every text to one user at most.
var Users = store.Table[User]{
	Name: "userpool.users",
	Key:  func(u *User) store.Key { return store.K(u.Account, u.Region, string(u.Pool), u.Sub) },
	// A million users are kept small: see docs/performance.md.
	Packer: store.NewPacker(1, typicalUser),
	Indexes: []store.Index[User]{
		{Name: "login", Unique: true, Within: 3, Of: func(u *User) []store.Key {
			keys := make([]store.Key, len(u.Logins))
			for i, l := range u.Logins {
				keys[i] = store.K(u.Account, u.Region, string(u.Pool), l)
			}
			return keys
		}},
		{Name: "identity", Unique: true, Within: 3, Of: identityEntries},
		{Name: "search", Within: 3, Of: searchEntries},
	},
}

// Searchable are the attributes ListUsers can filter by, beside username, sub and the two statuses.
var Searchable = []string{Email, Phone, "name", "given_name", "family_name", PreferredUsername}

func searchEntries(u *User) []store.Key {
	entry := func(name, v string) store.Key {
		return store.K(u.Account, u.Region, string(u.Pool), name, searchFold(v))
	}
	keys := []store.Key{
		entry("username", u.Username), entry("cognito:user_status", string(u.Status)), entry("status", u.statusText()),
	}
	for _, a := range u.Attributes {
		if slices.Contains(Searchable, a.Name) {
			keys = append(keys, entry(a.Name, a.Value))
		}
	}
	return keys
}

// SearchKey is the entry of index search for an attribute's value.
func SearchKey(p *Pool, name, v string) store.Key { return p.key(name, searchFold(v)) }

// maxSearch bounds an index key; longer values are found by their beginning and compared whole afterwards.
const maxSearch = 512

func searchFold(v string) string {
	v = strings.ToLower(v)
	if len(v) > maxSearch {
		v = v[:maxSearch]
	}
	return v
}

func (u *User) statusText() string {
	if u.Enabled {
		return "Enabled"
	}
	return "Disabled"
}

// SearchValue is what a filter's name stands for; ok is false for a user who has no such attribute.
func (u *User) SearchValue(name string) (v string, ok bool) {
	switch name {
	case "username":
		return u.Username, true
	case "sub":
		return u.Sub, true
	case "cognito:user_status":
		return string(u.Status), true
	case "status":
		return u.statusText(), true
	}
	return u.Get(name)
}

// NewSub draws a sub of the form Cognito gives today: the third group begins with 7.
func NewSub() string {
	id := uuid.New()
	id[6] = id[6]&0x0f | 0x70
	return id.String()
}

// Get returns an attribute's value.
func (u *User) Get(name string) (string, bool) {
	for _, a := range u.Attributes {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// Set gives an attribute a value; an empty one removes it.
func (u *User) Set(name, v string) {
	i := slices.IndexFunc(u.Attributes, func(a Attribute) bool { return a.Name == name })
	switch {
	case v == "" && i >= 0:
		u.Attributes = slices.Delete(u.Attributes, i, i+1)
	case v == "":
	case i >= 0:
		u.Attributes[i].Value = v
	default:
		u.Attributes = append(u.Attributes, Attribute{name, v})
	}
}

// Verified tells whether an e-mail address or phone number is verified.
func (u *User) Verified(attribute string) bool {
	v, _ := u.Get(attribute + "_verified")
	return v == "true"
}

// Means tells whether a text a client sent stands for this user.
func (u *User) Means(p *Pool, text string) bool {
	return text == u.Username || slices.Contains(u.Logins, p.Fold(text))
}

// logins are the texts that mean the user now: name, sub, and the aliases in force.
func (p *Pool) logins(u *User) []string {
	out := []string{p.Fold(u.Username)}
	add := func(v string) {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	add(u.Sub)
	for _, name := range []string{Email, Phone, PreferredUsername} {
		if v, ok := u.Get(name); ok && p.holds(u, name) {
			add(p.Fold(v))
		}
	}
	return out
}

// holds tells whether an attribute of the user is an alias in force: always if it is the user name of the pool, once verified if
// it is an alias.
func (p *Pool) holds(u *User, name string) bool {
	switch {
	case !p.SignsInWith(name):
		return false
	case p.UsesAttributes(), name == PreferredUsername:
		return true
	default:
		return u.Verified(name)
	}
}

// User returns the user whom a text means (name, alias in force or sub), or store.ErrNotFound.
func (r *Realm) User(tx store.Tx, p *Pool, text string) (*User, error) {
	key, err := Users.FindKey(tx, "login", p.key(p.Fold(text)))
	if err != nil {
		return nil, err
	}
	return r.user(tx, p, key)
}

// user returns the user at a key, whom the caller may change. The steps of a sign-in and the calls after it ask for the same user
// within seconds, and decoding him costs more than all other reading.
func (r *Realm) user(tx store.Tx, p *Pool, key store.Key) (*User, error) {
	raw, err := tx.Get(Users.Name, key)
	if err != nil {
		return nil, err
	}
	shared, err := r.users.get(string(key), raw, Users.Decode)
	if err != nil {
		return nil, err
	}
	u := shared.clone()
	if err := r.TellDead(tx, p, u); err != nil {
		return nil, fmt.Errorf("look for providers of a user: %w", err)
	}
	return u, nil
}

// KnownUser is User for administrative calls: it answers that a user does not exist, and names the one found in the record.
func (r *Realm) KnownUser(tx store.Tx, p *Pool, text string) (*User, error) {
	u, err := r.User(tx, p, text)
	if errors.Is(err, store.ErrNotFound) {
		return nil, NoUser()
	}
	if err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	return u, nil
}

// PoolUser returns the pool and the user of an administrative call, who is named in its record.
func (r *Realm) PoolUser(c *op.Call, poolID, name string) (*Pool, *User, error) {
	p, err := r.Pool(c, poolID)
	if err != nil {
		return nil, nil, err
	}
	u, err := r.KnownUser(c.Tx, p, name)
	if err != nil {
		return nil, nil, err
	}
	c.Record.Subject(u.Sub)
	return p, u, nil
}

// UserBySub returns a user by sub, or store.ErrNotFound.
func (r *Realm) UserBySub(tx store.Tx, p *Pool, sub string) (*User, error) {
	return r.user(tx, p, p.key(sub))
}

// Holder returns the user other than u who holds a text, or nil.
func (r *Realm) Holder(tx store.Tx, p *Pool, u *User, text string) (*User, error) {
	h, err := r.User(tx, p, text)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for the holder of a login: %w", err)
	}
	if h.Sub == u.Sub {
		return nil, nil
	}
	return h, nil
}

// PutUser writes a user, new or changed, with the texts that mean him. An alias in force that another user holds is
// AliasExistsException.
func (r *Realm) PutUser(tx store.Tx, p *Pool, u *User) error {
	u.Logins = p.logins(u)
	for _, name := range []string{Email, Phone, PreferredUsername} {
		v, ok := u.Get(name)
		if !ok || !p.holds(u, name) {
			continue
		}
		if h, err := r.Holder(tx, p, u, v); err != nil {
			return err
		} else if h != nil {
			return aliasExists(name)
		}
	}
	if err := Users.Put(tx, u); err != nil {
		return fmt.Errorf("write user: %w", err)
	}
	return nil
}

// TakeAlias makes room for u's verified attribute: whoever holds it loses it and has to verify his own anew.
func (r *Realm) TakeAlias(tx store.Tx, p *Pool, u *User, name string, now time.Time) error {
	v, ok := u.Get(name)
	if !ok {
		return nil
	}
	h, err := r.Holder(tx, p, u, v)
	if err != nil || h == nil {
		return err
	}
	if hv, _ := h.Get(name); p.Fold(hv) != p.Fold(v) {
		return aliasExists(name) // he holds the text as a name of another kind, which no verification takes
	}
	h.Set(name+"_verified", "false")
	h.Modified = now
	return r.PutUser(tx, p, h)
}

// SignOutEverywhere ends all families of a user; the caller writes him.
func (u *User) SignOutEverywhere() { u.Generation++ }

// Shown are the attributes as API answers list them: those of the pool's schema in its order, then identities, sub last. keep chooses; nil means
// all.
func (p *Pool) Shown(u *User, keep func(name string) bool) []cognitoidp.AttributeType {
	list := slices.Clone(u.Attributes)
	slices.SortStableFunc(list, func(a, b Attribute) int { return p.order[a.Name] - p.order[b.Name] })
	if text := u.IdentitiesText(); text != "" {
		list = append(list, Attribute{"identities", text})
	}
	list = append(list, Attribute{"sub", u.Sub})
	out := make([]cognitoidp.AttributeType, 0, len(list))
	for _, a := range list {
		if keep == nil || keep(a.Name) {
			out = append(out, cognitoidp.AttributeType{Name: a.Name, Value: new(a.Value)})
		}
	}
	return out
}

// UserType is a user as AdminCreateUser and lists show him; keep chooses attributes, nil means all.
func (p *Pool) UserType(u *User, keep func(name string) bool) cognitoidp.UserType {
	return cognitoidp.UserType{
		Username: new(u.Username), Attributes: p.Shown(u, keep), UserCreateDate: new(u.Created), UserLastModifiedDate: new(u.Modified),
		Enabled: new(u.Enabled), UserStatus: new(string(u.Status)), MFAOptions: u.Factors.OptionsShown(),
	}
}

// NameTaken answers if the name, or an attribute that serves as name, of a new user means somebody already.
func (r *Realm) NameTaken(tx store.Tx, p *Pool, u *User, taken error) error {
	if p.UsesAttributes() {
		for _, name := range []string{Email, Phone} {
			v, ok := u.Get(name)
			if !ok || !p.SignsInWith(name) {
				continue
			}
			if h, err := r.Holder(tx, p, u, v); err != nil {
				return err
			} else if h != nil {
				return accountExists(name)
			}
		}
		return nil
	}
	h, err := r.Holder(tx, p, u, u.Username)
	if err != nil {
		return err
	}
	if h != nil {
		return taken
	}
	return nil
}

// An estimate looks at up to 256 users, but only at 64 where these already tell that there are a thousand or more.
const (
	counted = 256
	glanced = 64
	manyAre = 1024
)

// EstimateUsers is the number of users of a pool: exact below 256, estimated above. Subs are random and users are kept in their
// order, so the first ones tell how close together all of them are (as a rule one part in sixteen off, one in eight from 1024 on).
// It costs as many rows whatever the pool's size, and a sign-up rarely changes what it read.
func (r *Realm) EstimateUsers(tx store.Tx, p *Pool) (int64, error) {
	var n int64
	prefix := p.key()
	for kv, err := range tx.Scan(Users.Name, prefix, prefix.After(), false) {
		if err != nil {
			return 0, fmt.Errorf("count users: %w", err)
		}
		if n++; n != glanced && n < counted {
			continue
		}
		parts, err := store.Key(kv.Key[len(prefix):]).Parts()
		if err != nil || len(parts) != 1 {
			return 0, fmt.Errorf("key of a user: %v", err)
		}
		sub, _ := parts[0].(string)
		place, err := strconv.ParseUint(sub[:min(8, len(sub))], 16, 32)
		if err != nil {
			return 0, fmt.Errorf("sub of a user: %w", err)
		}
		if about := n << 32 / int64(place+1); n == counted || about >= manyAre {
			return max(n, about), nil
		}
	}
	return n, nil
}
