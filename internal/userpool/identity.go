package userpool

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Subject is the name that stands for a provider's own identifier of a user, where a link is by no other attribute.
const Subject = "Cognito_Subject"

// LocalProvider is the name under which users of the pool itself go where a provider is named.
const LocalProvider = "Cognito"

// MaxIdentities is how many identities of providers one user may have. [Cognito: quotas]
const MaxIdentities = 5

// Identity is what an identity provider knows a user by. Whoever signs in there with it signs in as the user, as long as the provider
// exists: one made later under the same name is another one.
type Identity struct {
	Provider string
	// ProviderID was drawn when the provider was made.
	ProviderID string
	Type       string // of the provider
	// Attribute is Subject, or the pool's attribute that the provider's claim is mapped to.
	Attribute string
	Value     string
	Issuer    string `json:",omitempty"`
	// Primary tells that the provider made the profile; such a user has no other beginning.
	Primary bool  `json:",omitempty"`
	Created int64 // ms since 1970

	dead bool // the provider is gone; told when the user is read
}

// same tells whether two identities are one: of the same provider, by the same text.
func (i *Identity) same(o *Identity) bool {
	return i.ProviderID == o.ProviderID && i.Provider == o.Provider && i.Attribute == o.Attribute && i.Value == o.Value
}

// UserOfIdentity returns the user whom an identity stands for, whose ProviderID, Provider, Attribute and Value are given, or
// store.ErrNotFound.
func (r *Realm) UserOfIdentity(tx store.Tx, p *Pool, i *Identity) (*User, error) {
	key, err := Users.FindKey(tx, "identity", p.key(i.Provider, i.Attribute, i.Value, i.ProviderID))
	if err != nil {
		return nil, err
	}
	return r.user(tx, p, key)
}

// UserOfDeadIdentity returns a user who still has an identity of a provider of this name that is gone, with that identity, or
// store.ErrNotFound. It means nobody any more, but can be taken away.
func (r *Realm) UserOfDeadIdentity(tx store.Tx, p *Pool, provider, attribute, text string) (*User, *Identity, error) {
	for e, err := range Users.Entries(tx, "identity", p.key(provider, attribute, text), false) {
		if err != nil {
			return nil, nil, err
		}
		u, err := r.user(tx, p, e.Key)
		if err != nil {
			return nil, nil, err
		}
		for i := range u.Identities {
			if n := &u.Identities[i]; n.dead && n.Provider == provider && n.Attribute == attribute && n.Value == text {
				return u, n, nil
			}
		}
	}
	return nil, nil, store.ErrNotFound
}

// identityEntries are a user's entries of the unique index "identity".
func identityEntries(u *User) []store.Key {
	out := make([]store.Key, len(u.Identities))
	for i := range u.Identities {
		n := &u.Identities[i]
		out[i] = store.K(u.Account, u.Region, string(u.Pool), n.Provider, n.Attribute, n.Value, n.ProviderID)
	}
	return out
}

// TellDead finds out which identities of a user are of providers that are gone. Whoever reads a user other than by the realm calls
// it before he shows him.
func (r *Realm) TellDead(tx store.Tx, p *Pool, u *User) error {
	for i := range u.Identities {
		n := &u.Identities[i]
		lives := false
		if r.HasProvider != nil {
			var err error
			if lives, err = r.HasProvider(tx, p, n.ProviderID); err != nil {
				return err
			}
		}
		n.dead = !lives
	}
	return nil
}

// Identity returns the user's identity that is the same as i, or nil.
func (u *User) Identity(i *Identity) *Identity {
	at := slices.IndexFunc(u.Identities, func(n Identity) bool { return n.same(i) })
	if at < 0 {
		return nil
	}
	return &u.Identities[at]
}

// Living are the identities a user can sign in by.
func (u *User) Living() []Identity {
	return slices.DeleteFunc(slices.Clone(u.Identities), func(i Identity) bool { return i.dead })
}

// FederatedName is the user name of a profile that a provider makes.
func (p *Pool) FederatedName(provider, subject string) string {
	return p.Fold(provider + "_" + subject)
}

// Link gives a user one more identity; the caller writes him. Dead ones make room, but for the one his profile began with.
func (u *User) Link(i Identity, now time.Time) {
	i.Created = now.UnixMilli()
	kept := slices.DeleteFunc(u.Identities, func(i Identity) bool { return i.dead && !i.Primary })
	u.Identities, u.Modified = append(kept, i), now
}

// Unlink takes an identity away; the caller writes him.
func (u *User) Unlink(o *Identity, now time.Time) {
	gone := *o // o may be one of the user's own, which move
	u.Identities = slices.DeleteFunc(u.Identities, func(i Identity) bool { return i.same(&gone) })
	if len(u.Identities) == 0 {
		u.Identities = nil
	}
	u.Modified = now
}

// DropPassword takes a user's password away for good, with the older ones and what was sent to set another. Only an administrator
// gives him one again.
func (r *Realm) DropPassword(tx store.Tx, p *Pool, u *User) error {
	u.Credential, u.Earlier, u.Status = Credential{}, nil, External
	u.SignOutEverywhere()
	return r.DropCode(tx, p, u, RecoveryCode)
}

// IdentitiesText is the attribute identities: a JSON array, empty for a user who has none. [Cognito: AdminGetUser] Identities of
// providers that are gone are not in it (inferred).
func (u *User) IdentitiesText() string {
	living := u.Living()
	if len(living) == 0 {
		return ""
	}
	type shown struct {
		UserID       string  `json:"userId"`
		ProviderName string  `json:"providerName"`
		ProviderType string  `json:"providerType"`
		Issuer       *string `json:"issuer"`
		Primary      bool    `json:"primary"`
		DateCreated  int64   `json:"dateCreated"`
	}
	list := make([]shown, len(living))
	for i, n := range living {
		list[i] = shown{n.Value, n.Provider, n.Type, n.issuer(), n.Primary, n.Created}
	}
	return identitiesJSON(list)
}

// identitiesClaim is the claim identities of ID tokens, in which everything is a text; empty for a user who has none.
func (u *User) identitiesClaim() string {
	living := u.Living()
	if len(living) == 0 {
		return ""
	}
	type shown struct {
		UserID       string  `json:"userId"`
		ProviderName string  `json:"providerName"`
		ProviderType string  `json:"providerType"`
		Issuer       *string `json:"issuer"`
		Primary      string  `json:"primary"`
		DateCreated  string  `json:"dateCreated"`
	}
	list := make([]shown, len(living))
	for i, n := range living {
		list[i] = shown{n.Value, n.Provider, n.Type, n.issuer(), strconv.FormatBool(n.Primary), strconv.FormatInt(n.Created, 10)}
	}
	return identitiesJSON(list)
}

func (i *Identity) issuer() *string {
	if i.Issuer == "" {
		return nil
	}
	return &i.Issuer
}

func identitiesJSON(list any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(list); err != nil {
		panic(fmt.Sprintf("BUG: encode identities: %v", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
