package audit

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// Hidden values a record may use (setting audit.hiddenValue).
const (
	HiddenForSecurity   = "HIDDEN_FOR_SECURITY_REASONS"    // cogtrail's default
	HiddenDueToSecurity = "HIDDEN_DUE_TO_SECURITY_REASONS" // what AWS writes today
)

// Event types. [CloudTrail: record contents]
const (
	APICall      = "AwsApiCall"
	ServiceEvent = "AwsServiceEvent"
)

// Event is everything a record is made of.
type Event struct {
	Caller    principal.Principal
	Time      time.Time
	Source    string // cognito-idp.amazonaws.com
	Name      string
	Region    string
	SourceIP  string
	UserAgent string

	ErrorCode    string
	ErrorMessage string

	// Request and Response are nil when the record shows null.
	Request  *schema.Struct
	Response *schema.Struct
	// Parameters are shown behind the request's own; their names are none of its.
	Parameters []schema.Parameter

	RequestID string
	ID        string // eventID
	ReadOnly  bool
	Type      string // APICall or ServiceEvent
	Category  string // Management or Data
	Account   string // recipientAccountId
	SharedID  string // sharedEventID; empty unless several accounts get a copy
	TLS       *TLS   // nil without TLS
	// Endpoint is set for requests to a user pool's domain, nil for others.
	Endpoint *Endpoint

	Builder *Builder
}

// Shared returns the event's copies: its own, and one for each other account whose
// resource it is about. They have one sharedEventID, and an owner sees the caller
// as a principal of another account. [CloudTrail: userIdentity, cross-account]
func (e *Event) Shared(owners ...string) []Event {
	if len(owners) == 0 {
		return []Event{*e}
	}
	copies := make([]Event, 0, 1+len(owners))
	own := *e
	own.SharedID = uuid.NewString()
	copies = append(copies, own)
	for _, owner := range owners {
		c := own
		c.Account, c.ID, c.Caller = owner, uuid.NewString(), own.Caller.Foreign()
		copies = append(copies, c)
	}
	return copies
}

// TLS is the record's tlsDetails.
type TLS struct{ Version, CipherSuite, HostHeader string }

// Builder collects what an operation knows about its record.
type Builder struct {
	sub       string
	extra     []pair
	resources []Resource
}

type pair struct {
	key   string
	value any // string, bool, int64
}

// Resource is one entry of the record's resources. With Prefix its ARN stands for
// all that begin so, and is recorded as ARNPrefix. What is empty is left out.
type Resource struct {
	Account, Type, ARN string
	Prefix             bool
}

// maxResources bounds the entries of one record.
const maxResources = 32

// Subject names the one app user the call is about, by sub, never by name.
// Empty is ignored.
func (b *Builder) Subject(sub string) {
	if sub != "" {
		b.sub = sub
	}
}

// Extra adds a member of additionalEventData: a string, bool or int64. It must
// hold nothing private.
func (b *Builder) Extra(key string, value any) { b.extra = append(b.extra, pair{key, value}) }

// AddResource adds an entry of resources, up to 32.
func (b *Builder) AddResource(account, kind, arn string) {
	if len(b.resources) < maxResources {
		b.resources = append(b.resources, Resource{Account: account, Type: kind, ARN: arn})
	}
}

// Default adds an entry in front unless there is one of its kind: every record of a
// data event names a resource by which trails select it, also if it was refused
// before the operation could name one.
func (b *Builder) Default(r Resource) {
	if !slices.ContainsFunc(b.resources, func(has Resource) bool { return has.Type == r.Type }) {
		b.resources = slices.Insert(b.resources, 0, r)
	}
}
