package userpool

import (
	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// PoolID names a pool: its Region, an underscore and nine characters.
type PoolID string

// ClientID names an app client. It is unique over all accounts.
type ClientID string

// Sizes of the caches, in rows. A pool row is a few kB, a user's mostly less than one, but with all attributes a hundred.
const (
	maxPools   = 1024
	maxClients = 4096
	maxKeySets = 1024
	maxUsers   = 4096

	maxUserBytes = 4 << 10
)

// Realm is what the areas share: the keys, the way out for messages, and the decoded rows of pools, clients and signing keys.
// It is safe for concurrent use; its exported fields are set once.
type Realm struct {
	Vault  *secret.Vault
	SRP    *srp.Group
	Hasher *password.Hasher
	// Issuer is the iss of a pool's tokens, without a trailing slash.
	Issuer func(poolID string) string
	// Messages sends e-mails and SMS.
	Messages Sender
	// Host is the name a pool's pages are reached by, empty if it has none. Nil: no pool has pages.
	Host func(tx store.Tx, p *Pool) (string, error)
	// Site is the base of the pages at a host, without a trailing slash.
	Site func(host string) string
	// HasProvider tells whether a pool has the identity provider with an ID. Nil: there are none.
	HasProvider func(tx store.Tx, p *Pool, id string) (bool, error)
	// Functions asks pools' Lambda functions.
	Functions *trigger.Functions
	// SenderKeys are the operator's keys of custom senders by the ARN of the KMS key they stand for.
	SenderKeys map[string][32]byte

	pools   rowCache[Pool]
	clients rowCache[Client]
	users   rowCache[User]
	keySets rowCache[token.KeySet]
}

// NewRealm returns a realm with empty caches.
func NewRealm(v *secret.Vault, g *srp.Group, h *password.Hasher, issuer func(poolID string) string, m Sender) *Realm {
	return &Realm{
		Vault: v, SRP: g, Hasher: h, Issuer: issuer, Messages: m,
		pools:   rowCache[Pool]{max: maxPools},
		clients: rowCache[Client]{max: maxClients},
		users:   rowCache[User]{max: maxUsers, largest: maxUserBytes},
		keySets: rowCache[token.KeySet]{max: maxKeySets},
	}
}
