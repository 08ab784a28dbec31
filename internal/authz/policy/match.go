package policy

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/principal"
)

// Target is what a request wants to do, in the form statements are compared with.
type Target struct {
	service, name string
	resource      string
	aliases       []string
}

// NewTarget makes a target of an action (service:Name, any case) and the resource's ARN, "*" for actions without one. Aliases are
// other spellings of the same resource, such as a log group's name with ":*": a statement covers the resource if it covers any
// of them.
func NewTarget(action, resource string, aliases ...string) Target {
	service, name, _ := strings.Cut(strings.ToLower(action), ":")
	return Target{service, name, resource, aliases}
}

// Applies tells whether action, resource and all conditions of the statement are those of the request. It does not look at the
// principal.
func (s *Statement) Applies(t *Target, ctx condition.Context) bool {
	return s.coversAction(t) && s.coversResource(t, ctx) && s.holds(ctx)
}

func (s *Statement) coversAction(t *Target) bool {
	for i := range s.Actions {
		if s.Actions[i].match(t.service, t.name) {
			return !s.NotAction
		}
	}
	return s.NotAction
}

func (s *Statement) coversResource(t *Target, ctx condition.Context) bool {
	if s.trust {
		return true // the role itself
	}
	for i := range s.Resources {
		r := &s.Resources[i]
		if r.Match(t.resource, ctx) || slices.ContainsFunc(t.aliases, func(a string) bool { return r.Match(a, ctx) }) {
			return !s.NotRes
		}
	}
	return s.NotRes
}

func (s *Statement) holds(ctx condition.Context) bool {
	for _, c := range s.Conditions {
		if !c.Holds(ctx) {
			return false
		}
	}
	return true
}

// Cover is how a Principal element names a caller. A greater one needs less from the caller's own policies.
type Cover uint8

// The degrees, from least to most.
const (
	None     Cover = iota // does not name the caller
	Account               // names the caller's account: only hands the decision to its policies
	Indirect              // names the role, the parent of a federated user, or everyone (inferred): boundary and session policy still limit
	Direct                // names the very user, session or service
)

// Covers tells how the statement's Principal element names p. canonicalID is the caller's account as S3 knows it, or empty.
// Statements without the element name nobody.
//
// For NotPrincipal the answer is Indirect or None: a caller is exempt only if the list names the session, the role and the account
// (for a user: the user and the account) in a Deny, and if it names any of them in an Allow. Both err to less access.
func (s *Statement) Covers(p *principal.Principal, canonicalID string) Cover {
	if s.Principals == nil {
		return None
	}
	if !s.Principals.Not {
		return s.Principals.cover(p, canonicalID)
	}
	exempt := s.Principals.cover(p, canonicalID) != None
	if s.Effect == Deny {
		exempt = s.Principals.exempts(p, canonicalID)
	}
	if exempt {
		return None
	}
	return Indirect
}

func (l *Principals) cover(p *principal.Principal, canonicalID string) Cover {
	best := None
	if l.Everyone {
		best = Indirect
	}
	switch p.Kind {
	case principal.AWSService:
		if slices.Contains(l.Service, p.InvokedBy) || slices.Contains(l.Service, "*") {
			return Direct
		}
		return best
	case principal.WebIdentityUser, principal.SAMLUser:
		if slices.Contains(l.Federated, p.IdentityProvider) {
			return Direct
		}
		return best
	}
	if canonicalID != "" && slices.Contains(l.Canonical, canonicalID) {
		best = max(best, Account)
	}
	for _, a := range l.AWS {
		best = max(best, coverAWS(a, p))
	}
	return best
}

func coverAWS(entry string, p *principal.Principal) Cover {
	switch {
	case entry == "*", p.Account == "":
		return None // "*" has been counted as Everyone
	case entry == p.Account, entry == arn.Root(p.Account):
		if p.IsRoot() {
			return Direct
		}
		return Account
	case p.ARN != "" && entry == p.ARN, p.Kind == principal.IAMUser && entry == p.ID:
		return Direct
	}
	if p.Session != nil && p.Session.Issuer.ID != "" && (entry == p.Session.Issuer.ARN || entry == p.Session.Issuer.ID) {
		return Indirect
	}
	return None
}

func (l *Principals) exempts(p *principal.Principal, canonicalID string) bool {
	if l.Everyone {
		return true
	}
	if p.Account == "" || p.IsRoot() {
		return l.cover(p, canonicalID) != None
	}
	named := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return t != "" && slices.Contains(l.AWS, t) })
	}
	ok := named(p.Account, arn.Root(p.Account)) && named(p.ARN, userID(p))
	if p.Session != nil && p.Session.Issuer.ID != "" {
		ok = ok && named(p.Session.Issuer.ARN, p.Session.Issuer.ID)
	}
	return ok
}

func userID(p *principal.Principal) string {
	if p.Kind == principal.IAMUser {
		return p.ID
	}
	return ""
}
