package eval

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
)

// Layer is a kind of policy that takes part in a decision.
type Layer uint8

// The layers, in the order messages prefer them.
const (
	NoLayer        Layer = iota // root: allowed without any policy
	ResourceLayer               // the resource's own policy
	TrustLayer                  // a role's trust policy
	IdentityLayer               // policies of user, groups or role
	BoundaryLayer               // permissions boundary
	SessionLayer                // policies passed to the session
	AnonymousLayer              // nobody asked and no resource policy lets everyone
)

// Decision is the answer with its reason.
type Decision struct {
	Allowed bool
	// Explicit is true if a statement denied. It is false for an allow and for a refusal because nothing allows.
	Explicit bool
	// Layer decided: the one that denied, the first that failed to allow, or the one whose statement allowed.
	Layer Layer
	// Statement decided, and Document holds it. Both are nil if the absence of a statement did, or root's right.
	Statement *policy.Statement
	Document  *policy.Document
}

type evaluation struct {
	r      *Request
	p      *Policies
	target policy.Target
	ctx    condition.Context
}

type found struct {
	statement *policy.Statement
	document  *policy.Document
}

// Decide answers one request. It is a pure function of its arguments.
func Decide(r *Request, p *Policies) Decision {
	e := &evaluation{r: r, p: p, target: policy.NewTarget(r.Action, r.Resource, r.Aliases...), ctx: r.context()}
	if d, denied := e.deny(); denied {
		return d
	}
	resource, cover := e.resource()
	switch {
	case r.Principal.Account == "":
		// services, web identities, nobody: only the resource decides
		if cover == policy.None {
			layer := e.resourceLayer()
			if r.Principal.IsAnonymous() && !r.NeedsResourcePolicy {
				layer = AnonymousLayer
			}
			return Decision{Layer: layer}
		}
		return allow(e.resourceLayer(), resource)
	case r.NeedsResourcePolicy && cover == policy.None, r.foreign() && cover == policy.None:
		return Decision{Layer: e.resourceLayer()}
	case r.foreign():
		// both sides must agree, so naming the caller saves him nothing on his own side
		return e.callerSide(policy.Account, resource)
	}
	return e.callerSide(cover, resource)
}

func allow(l Layer, f found) Decision {
	return Decision{Allowed: true, Layer: l, Statement: f.statement, Document: f.document}
}

// deny looks for an explicit deny everywhere. Of several the same one is reported whatever the order: by layer, then by the order
// of the lists.
func (e *evaluation) deny() (Decision, bool) {
	no := func(l Layer, f found) (Decision, bool) {
		return Decision{Explicit: true, Layer: l, Statement: f.statement, Document: f.document}, true
	}
	if !e.rootKeepsPolicy() {
		for _, doc := range e.p.Resource {
			for _, s := range doc.Statements {
				if s.Effect == policy.Deny && s.Covers(&e.r.Principal, e.r.CanonicalID) != policy.None && s.Applies(&e.target, e.ctx) {
					return no(e.resourceLayer(), found{s, doc})
				}
			}
		}
	}
	if !e.r.Principal.IsRoot() {
		if f, ok := e.find(policy.Deny, e.p.Identity...); ok {
			return no(IdentityLayer, f)
		}
		if e.p.Boundary != nil {
			if f, ok := e.find(policy.Deny, e.p.Boundary); ok {
				return no(BoundaryLayer, f)
			}
		}
	}
	if f, ok := e.find(policy.Deny, e.p.Session...); ok {
		return no(SessionLayer, f)
	}
	return Decision{}, false
}

// rootKeepsPolicy: the owner's root can always repair a bucket policy that locks everybody out [S3: Bucket policy operations].
func (e *evaluation) rootKeepsPolicy() bool {
	if !e.r.Principal.IsRoot() || e.r.foreign() {
		return false
	}
	switch strings.ToLower(e.r.Action) {
	case "s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy":
		return true
	}
	return false
}

func (e *evaluation) find(effect policy.Effect, docs ...*policy.Document) (found, bool) {
	for _, doc := range docs {
		for _, s := range doc.Statements {
			if s.Effect == effect && s.Applies(&e.target, e.ctx) {
				return found{s, doc}, true
			}
		}
	}
	return found{}, false
}

// resource finds the statement of the resource's policies that names the caller most directly.
func (e *evaluation) resource() (best found, cover policy.Cover) {
	for _, doc := range e.p.Resource {
		for _, s := range doc.Statements {
			if s.Effect != policy.Allow {
				continue
			}
			if c := s.Covers(&e.r.Principal, e.r.CanonicalID); c > cover && s.Applies(&e.target, e.ctx) {
				best, cover = found{s, doc}, c
			}
		}
	}
	return best, cover
}

func (e *evaluation) resourceLayer() Layer {
	if strings.HasPrefix(strings.ToLower(e.r.Action), "sts:assumerole") {
		return TrustLayer
	}
	return ResourceLayer
}

// callerSide asks the caller's own policies for what the resource's policy has not already granted.
func (e *evaluation) callerSide(cover policy.Cover, resource found) Decision {
	if cover == policy.Direct && (e.r.Principal.Kind != principal.IAMUser || !e.hasSession()) {
		return allow(e.resourceLayer(), resource)
	}
	granted := Decision{Allowed: true, Layer: NoLayer}
	switch {
	case e.r.Principal.IsRoot():
	case cover >= policy.Indirect:
		granted = allow(e.resourceLayer(), resource)
	default:
		f, ok := e.find(policy.Allow, e.p.Identity...)
		if !ok {
			return Decision{Layer: IdentityLayer}
		}
		granted = allow(IdentityLayer, f)
	}
	if e.p.Boundary != nil && !e.r.Principal.IsRoot() {
		if _, ok := e.find(policy.Allow, e.p.Boundary); !ok {
			return Decision{Layer: BoundaryLayer}
		}
	}
	if e.hasSession() || e.r.Principal.Kind == principal.FederatedUser {
		// a federated user without session policy may do nothing by identity policies
		if _, ok := e.find(policy.Allow, e.p.Session...); !ok {
			return Decision{Layer: SessionLayer}
		}
	}
	return granted
}

func (e *evaluation) hasSession() bool { return e.p.HasSession || len(e.p.Session) > 0 }
