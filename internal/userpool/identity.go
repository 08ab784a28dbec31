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

// Identity is what an identity provider knows a user by. Whoever signs in there with it signs in as the user.
type Identity struct {
	Provider string
	Type     string // of the provider
	// Attribute is Subject, or the pool's attribute that the provider's claim is mapped to.
	Attribute string
	Value     string
	Issuer    string `json:",omitempty"`
	// Primary tells that the provider made the profile; such a user has no other beginning.
	Primary bool  `json:",omitempty"`
	Created int64 // ms since 1970
}

// Is tells whether a provider's text for a user means this identity.
func (i *Identity) Is(provider, attribute, text string) bool {
	return i.Provider == provider && i.Attribute == attribute && i.Value == text
}

// UserOfIdentity returns the user whom a provider's text stands for, by its subject or a mapped attribute, or store.ErrNotFound.
func (r *Realm) UserOfIdentity(tx store.Tx, p *Pool, provider, attribute, text string) (*User, error) {
	key, err := Users.FindKey(tx, "identity", p.key(provider, attribute, text))
	if err != nil {
		return nil, err
	}
	return r.user(tx, key)
}

// identityEntries are a user's entries of the unique index "identity".
func identityEntries(u *User) []store.Key {
	out := make([]store.Key, len(u.Identities))
	for i := range u.Identities {
		n := &u.Identities[i]
		out[i] = store.K(u.Account, u.Region, string(u.Pool), n.Provider, n.Attribute, n.Value)
	}
	return out
}

// FederatedName is the user name of a profile that a provider makes.
func (p *Pool) FederatedName(provider, subject string) string {
	return p.Fold(provider + "_" + subject)
}

// Link gives a user one more identity; the caller writes him.
func (u *User) Link(i Identity, now time.Time) {
	i.Created = now.UnixMilli()
	u.Identities, u.Modified = append(u.Identities, i), now
}

// Unlink takes an identity away; the caller writes him.
func (u *User) Unlink(provider, attribute, text string, now time.Time) {
	u.Identities = slices.DeleteFunc(u.Identities, func(i Identity) bool { return i.Is(provider, attribute, text) })
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

// IdentitiesText is the attribute identities: a JSON array, empty for a user who has none. [Cognito: AdminGetUser]
func (u *User) IdentitiesText() string {
	if len(u.Identities) == 0 {
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
	list := make([]shown, len(u.Identities))
	for i, n := range u.Identities {
		list[i] = shown{n.Value, n.Provider, n.Type, n.issuer(), n.Primary, n.Created}
	}
	return identitiesJSON(list)
}

// identitiesClaim is the claim identities of ID tokens, in which everything is a text.
func (u *User) identitiesClaim() string {
	type shown struct {
		UserID       string  `json:"userId"`
		ProviderName string  `json:"providerName"`
		ProviderType string  `json:"providerType"`
		Issuer       *string `json:"issuer"`
		Primary      string  `json:"primary"`
		DateCreated  string  `json:"dateCreated"`
	}
	list := make([]shown, len(u.Identities))
	for i, n := range u.Identities {
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
