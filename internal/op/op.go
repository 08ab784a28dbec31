package op

import (
	"context"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Call is one request on its way through the gateway. It is made anew each time
// the transaction is tried; an operation keeps nothing of it.
type Call struct {
	context.Context
	// Now is read once; every rule of this call uses it.
	Now time.Time
	// Caller is who acts.
	Caller    principal.Principal
	Account   string // owner of the resources the call acts on
	Region    string
	RequestID string // lower-case UUID, the answer's x-amzn-RequestId
	SourceIP  string
	UserAgent string
	// Tx commits the change and its record together.
	Tx store.Tx
	// Record takes what the operation knows about its record.
	Record *audit.Builder
	// Staged is what Operation.Stage returned, nil without it.
	Staged any
	// Allowed decides a further action of this caller, beyond the one that the
	// gateway has authorised: the source of a copy, each key of a list. account
	// owns the resource; resourcePolicy is the resource's own, if it has one.
	Allowed func(action, resource, account, resourcePolicy string) (bool, error)

	// Journal outlives the run: what the request has learnt and drawn (Outside, Once).
	Journal *Journal

	keep      []func(store.Tx) error
	after     []Follow
	asked     map[string]int // how often this run asked for each key
	suspended *Suspension
}

// Keep schedules writes that are done even if the operation refuses: counters
// of failed attempts, risk events. They run after the operation's own writes
// were kept or undone, in the same transaction.
func (c *Call) Keep(f func(store.Tx) error) { c.keep = append(c.keep, f) }

// Kept returns what Keep collected.
func (c *Call) Kept() []func(store.Tx) error { return c.keep }

// Operation is one served operation.
type Operation struct {
	*schema.Operation
	// New returns a pointer to an empty input, nil if the operation takes none.
	New func() any
	// Run does the work inside Call.Tx. It may run more than once.
	Run func(c *Call, in any) (any, error)
	// Owner finds account and Region of an unsigned call from its input; ok is
	// false when nobody owns it (unknown client, foreign token).
	Owner func(tx store.Tx, in any) (account, region string, ok bool)
	// Stage runs once, after authorisation and before the transaction: it takes
	// a streamed body to durable storage under a name nobody refers to yet. The
	// returned value reaches Run as Call.Staged. Discard undoes it when Run's
	// transaction did not commit. If nobody knows whether it did, the value is only
	// closed, if it is an io.Closer.
	Stage   func(c *Call, in any) (staged any, err error)
	Discard func(staged any)
	// ResourcePolicies returns the texts of the policies attached to the resource
	// itself (bucket, topic, role trust), for authorisation.
	ResourcePolicies func(tx store.Tx, account string, in any) ([]string, error)
	// ResourceOwner finds account and Region of the resource when its ARN does not
	// say (buckets); empty means the caller's. The call is then one of that Region.
	ResourceOwner func(tx store.Tx, in any) (account, region string, err error)
	// NeedsResourcePolicy says that the resource's policy must allow even within
	// one account (role trust).
	NeedsResourcePolicy bool
	// Endpoint is set for a request to a user pool's domain: it is recorded as an event of the service, not as a call of an API.
	Endpoint *audit.Endpoint
}
