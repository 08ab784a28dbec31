package userpool

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Client is one app client. A Client that Realm returned is shared and must not be changed.
type Client struct {
	ID      ClientID
	Pool    PoolID
	Account string
	Region  string
	// Secret is the sealed client secret that is described, empty without one.
	Secret []byte
	// SecretMade is when it was made, zero if together with the client.
	SecretMade time.Time `json:",omitzero"`
	// Second is the other secret while one replaces the other, nil without one. It is the newer of the two.
	Second *SecondSecret `json:",omitempty"`
	// Settings is the client as it is described, without the secret.
	Settings cognitoidp.UserPoolClientType
}

// Clients holds the clients of all accounts by id, because unsigned calls name nothing else.
var Clients = store.Table[Client]{
	Name: "userpool.clients",
	Key:  func(c *Client) store.Key { return store.K(string(c.ID)) },
	Indexes: []store.Index[Client]{
		{Name: "pool", Unique: true, Of: func(c *Client) []store.Key {
			return []store.Key{store.K(c.Account, c.Region, string(c.Pool), string(c.ID))}
		}},
	},
}

// SecretPurpose is the vault's purpose of client secrets; the associated data is the client's id.
const SecretPurpose = "client secret"

// Client returns a client with its pool for an unsigned call. The error is AWS's answer for an unknown client.
func (r *Realm) Client(tx store.Tx, id string) (*Client, *Pool, error) {
	c, err := r.client(tx, ClientID(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, NoClient(id)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read app client: %w", err)
	}
	p, err := r.AnyPool(tx, c.Pool)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil, NoClient(id) // the pool is gone, its clients are being cleared away
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read user pool of a client: %w", err)
	}
	return c, p, nil
}

// ClientOf returns a client of one pool for a signed call.
func (r *Realm) ClientOf(tx store.Tx, p *Pool, id string) (*Client, error) {
	c, err := r.client(tx, ClientID(id))
	if errors.Is(err, store.ErrNotFound) || err == nil && c.Pool != p.ID {
		return nil, NoClient(id)
	}
	if err != nil {
		return nil, fmt.Errorf("read app client: %w", err)
	}
	return c, nil
}

func (r *Realm) client(tx store.Tx, id ClientID) (*Client, error) {
	raw, err := tx.Get(Clients.Name, store.K(string(id)))
	if err != nil {
		return nil, err
	}
	return r.clients.get(string(id), raw, func(raw []byte) (*Client, error) {
		c := new(Client)
		if err := json.Unmarshal(raw, c); err != nil {
			return nil, fmt.Errorf("decode app client: %w", err)
		}
		return c, nil
	})
}

// Allows tells whether the client may use a sign-in flow, named as in AuthFlow.
func (c *Client) Allows(flow string) bool {
	if flow == "ADMIN_NO_SRP_AUTH" || flow == "ADMIN_USER_PASSWORD_AUTH" { // two names of one flow (inferred)
		return slices.Contains(c.Settings.ExplicitAuthFlows, "ADMIN_NO_SRP_AUTH") || slices.Contains(c.Settings.ExplicitAuthFlows, "ALLOW_ADMIN_USER_PASSWORD_AUTH")
	}
	list := c.Settings.ExplicitAuthFlows
	if len(list) == 0 { // [Cognito: default of ExplicitAuthFlows]
		return flow == "USER_SRP_AUTH" || flow == "CUSTOM_AUTH" || isRefresh(flow)
	}
	if !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "ALLOW_") }) {
		// The older names add to what is always allowed; CUSTOM_AUTH_FLOW_ONLY takes SRP away.
		switch {
		case isRefresh(flow), flow == "CUSTOM_AUTH":
			return true
		case flow == "USER_SRP_AUTH":
			return !slices.Contains(list, "CUSTOM_AUTH_FLOW_ONLY")
		}
		return slices.Contains(list, flow)
	}
	if isRefresh(flow) {
		flow = "REFRESH_TOKEN_AUTH"
	}
	return slices.Contains(list, "ALLOW_"+flow)
}

func isRefresh(flow string) bool { return flow == "REFRESH_TOKEN_AUTH" || flow == "REFRESH_TOKEN" }

// HidesUsers tells that the client must not learn whether a user exists.
func (c *Client) HidesUsers() bool { return value(c.Settings.PreventUserExistenceErrors) == "ENABLED" }

// Revokes tells that tokens carry origin_jti and can be revoked.
func (c *Client) Revokes() bool {
	e := c.Settings.EnableTokenRevocation
	return e == nil || *e
}

// SessionLife is how long a challenge may be answered.
func (c *Client) SessionLife() time.Duration {
	m := value(c.Settings.AuthSessionValidity)
	if m == 0 {
		m = 3
	}
	return time.Duration(m) * time.Minute
}

// Life of the three tokens, with units and defaults applied.
func (c *Client) Life() (id, access, refresh time.Duration) {
	var u cognitoidp.TokenValidityUnitsType
	if c.Settings.TokenValidityUnits != nil {
		u = *c.Settings.TokenValidityUnits
	}
	return life(c.Settings.IdTokenValidity, u.IdToken, time.Hour, time.Hour),
		life(c.Settings.AccessTokenValidity, u.AccessToken, time.Hour, time.Hour),
		life(c.Settings.RefreshTokenValidity, u.RefreshToken, 24*time.Hour, 30*24*time.Hour)
}

func life(n *int64, unit *string, defaultUnit, fallback time.Duration) time.Duration {
	if value(n) == 0 {
		return fallback
	}
	step := defaultUnit
	switch value(unit) {
	case "seconds":
		step = time.Second
	case "minutes":
		step = time.Minute
	case "hours":
		step = time.Hour
	case "days":
		step = 24 * time.Hour
	}
	return time.Duration(*n) * step
}

// Reads tells whether the client's users see an attribute in tokens and GetUser.
func (c *Client) Reads(attribute string) bool {
	if strings.HasPrefix(attribute, "dev:") {
		return false
	}
	return len(c.Settings.ReadAttributes) == 0 || attribute == "sub" || attribute == "identities" /* (inferred) */ || slices.Contains(c.Settings.ReadAttributes, attribute)
}

// Writes tells whether the client's users may set an attribute.
func (c *Client) Writes(attribute string) bool {
	if strings.HasPrefix(attribute, "dev:") {
		return false
	}
	return len(c.Settings.WriteAttributes) == 0 || slices.Contains(c.Settings.WriteAttributes, attribute)
}
