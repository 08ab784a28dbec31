package policy

import (
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/policy/pattern"
)

// Versions of the language. Without a Version element a document has the older one, which knows no variables.
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// Kind is what a document is attached to.
type Kind uint8

// The kinds. Boundaries and session policies are of kind Identity.
const (
	Identity Kind = iota // users, groups, roles, boundaries, sessions: no Principal, Resource required
	Resource             // topics, log groups, queues: Principal and Resource required
	Bucket               // like Resource, with S3's texts
	Trust                // roles: Principal required, no Resource
)

// Effect is what a statement that applies leads to.
type Effect bool

// The effects.
const (
	Deny  Effect = false
	Allow Effect = true
)

// Document is one parsed policy. Name and ARN are set by whoever attached it, before it is shared.
type Document struct {
	Version    string
	ID         string
	Statements []*Statement

	Name string // SourcePolicyId in simulations; may be empty
	ARN  string // of a managed policy; explicit denials name it
}

// Statement is one statement of a document.
type Statement struct {
	Index      int // from 0
	Sid        string
	Effect     Effect
	Principals *Principals // nil in identity policies
	Actions    []Action
	NotAction  bool
	Resources  []pattern.ARN // none in trust policies
	NotRes     bool
	Conditions []*condition.Clause

	Start, End int64 // bytes of the statement in the document's text
	trust      bool
}

// Principals is the Principal or NotPrincipal element.
type Principals struct {
	Not       bool
	Everyone  bool     // "*"
	AWS       []string // "*", account id, ARN or unique id, as written
	Service   []string
	Federated []string
	Canonical []string
}

// Action is one entry of Action or NotAction.
type Action struct {
	all     bool
	service string
	name    pattern.Pattern
	source  string
}

// String is the entry as written.
func (a *Action) String() string { return a.source }

// Match tells whether the entry covers an action given in lower case.
func (a *Action) match(service, name string) bool {
	return a.all || a.service == service && a.name.Match(name, nil)
}
