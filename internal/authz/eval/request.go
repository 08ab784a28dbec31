package eval

import (
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
)

// Request is one action on one resource. An operation that touches several resources is several requests, all of which must be
// allowed.
type Request struct {
	Principal principal.Principal
	Action    string   // service:Name, spelt as messages show it
	Resource  string   // ARN, or "*" for actions without resource
	Aliases   []string // other spellings of the same resource, e.g. a log group's name with ":*"

	// ResourceAccount owns the resource. Empty means the account in Resource; an ARN without one (S3) then counts as foreign, so
	// that forgetting it refuses instead of allowing.
	ResourceAccount string
	// NeedsResourcePolicy is set where the resource's policy must allow even within one account: role trust, keys.
	NeedsResourcePolicy bool
	// CanonicalID is the caller's account as S3 spells it; may be empty.
	CanonicalID string
	// Context holds the condition keys. Decide adds what follows from Principal and Resource, and current time only if the caller
	// did not set it through Facts.
	Context condition.Context
}

// Policies are the documents that apply, each list in any order.
type Policies struct {
	Identity []*policy.Document // inline and attached ones of user, groups or role
	Boundary *policy.Document   // nil if none is set; a boundary that was deleted must be given as an empty document
	// Session are the policies passed when the session was made; together they grant what any of them allows.
	Session []*policy.Document
	// HasSession tells that session policies were passed; it is implied by a non-empty Session.
	HasSession bool
	Resource   []*policy.Document // of the resource: bucket policy, trust policy, topic policy
}

// Facts are what the way in knows of a request.
type Facts struct {
	Now       time.Time
	SourceIP  string
	UserAgent string
	Referer   string
	Region    string
	TLS       bool
}

// Set writes the global keys of the facts into a context.
func (f Facts) Set(c *condition.Context) {
	now := f.Now.UTC()
	c.Set("aws:CurrentTime", now.Format("2006-01-02T15:04:05Z"))
	c.Set("aws:EpochTime", strconv.FormatInt(now.Unix(), 10))
	c.Set("aws:SecureTransport", strconv.FormatBool(f.TLS))
	for k, v := range map[string]string{
		"aws:SourceIp": f.SourceIP, "aws:UserAgent": f.UserAgent, "aws:referer": f.Referer, "aws:RequestedRegion": f.Region,
	} {
		if v != "" {
			c.Set(k, v)
		}
	}
}

// setPrincipal writes the keys that follow from who calls. It overwrites: a caller must not be able to bring his own identity in
// a header or tag.
func setPrincipal(c *condition.Context, p *principal.Principal, now string) {
	set := func(k, v string) {
		if v == "" {
			c.Set(k)
			return
		}
		c.Set(k, v)
	}
	set("aws:username", "")
	set("aws:userid", p.ID)
	set("aws:PrincipalAccount", p.Account)
	set("aws:PrincipalArn", p.ARN)
	set("aws:SourceIdentity", "")
	set("aws:FederatedProvider", "")
	set("aws:MultiFactorAuthPresent", "")
	set("aws:TokenIssueTime", "")
	set("aws:PrincipalServiceName", "")
	c.Set("aws:PrincipalIsAWSService", "false")
	c.SetDefault("aws:ViaAWSService", "false")
	kind := string(p.Kind)
	switch p.Kind {
	case principal.Root:
		kind = "Account"
	case principal.IAMUser:
		kind = "User"
		set("aws:username", p.UserName)
	case principal.AssumedRole:
		set("aws:PrincipalArn", p.RoleARN())
	case principal.Unknown:
		kind = "Anonymous"
		set("aws:userid", "anonymous")
	case principal.AWSService:
		kind = "Service" // (inferred)
		c.Set("aws:PrincipalIsAWSService", "true")
		set("aws:PrincipalServiceName", p.InvokedBy)
	}
	set("aws:PrincipalType", kind)
	s := p.Session
	if s == nil {
		return
	}
	c.Set("aws:MultiFactorAuthPresent", strconv.FormatBool(s.MFA))
	if !s.Created.IsZero() {
		set("aws:TokenIssueTime", s.Created.UTC().Format("2006-01-02T15:04:05Z"))
		if t, err := time.Parse(time.RFC3339, now); err == nil && s.MFA && c.Get("aws:MultiFactorAuthAge") == nil {
			set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(t.Sub(s.Created)/time.Second), 10))
		}
	}
	set("aws:SourceIdentity", s.SourceIdentity)
	set("aws:FederatedProvider", s.Provider)
	for k, v := range s.Attributes {
		// cognito-identity.amazonaws.com:sub and its like stay usable in later requests; a provider may not set AWS's own keys
		if !strings.HasPrefix(strings.ToLower(k), "aws:") {
			c.SetDefault(k, v)
		}
	}
}

// context completes the request's keys on a copy.
func (r *Request) context() condition.Context {
	c := r.Context.Clone()
	now := ""
	if t := c.Get("aws:CurrentTime"); len(t) == 1 {
		now = t[0]
	}
	setPrincipal(&c, &r.Principal, now)
	if a := r.owner(); a != "" {
		c.Set("aws:ResourceAccount", a)
	}
	return c
}

// owner is the account of the resource, or empty if nothing tells.
func (r *Request) owner() string {
	if r.ResourceAccount != "" {
		return r.ResourceAccount
	}
	if r.Resource == "*" || r.Resource == "" {
		return r.Principal.Account
	}
	if a, err := arn.Parse(r.Resource); err == nil && arn.IsAccount(a.Account) {
		return a.Account
	}
	return ""
}

// foreign tells whether caller and resource are of different accounts.
func (r *Request) foreign() bool {
	o := r.owner()
	return o == "" || o != r.Principal.Account
}

func (r *Request) isS3() bool { return strings.HasPrefix(strings.ToLower(r.Action), "s3:") }
