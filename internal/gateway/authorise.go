package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
)

// authorise is step 6: policies decide whether the caller may do this to that.
func (x *exchange) authorise() error {
	o := x.match.Operation
	if o.Unsigned {
		return nil // the operation itself checks token, secret or code
	}
	owner, err := x.owner()
	if err != nil {
		return err
	}
	if o.Action == "-" {
		return nil // free to all callers, or decided by the operation for each part
	}
	names, err := x.resources()
	if err != nil {
		return fmt.Errorf("name resources: %w", err)
	}
	for _, name := range names {
		if err := x.permit(name, owner); err != nil {
			return err
		}
	}
	return nil
}

// owner finds whose the resource is if its ARN does not say, and makes the call
// one of the resource's Region. Empty: the ARN says it, or the caller's.
func (x *exchange) owner() (string, error) {
	if x.op == nil || x.op.ResourceOwner == nil {
		return "", nil
	}
	account, region, err := x.op.ResourceOwner(x.call.Tx, x.input)
	if err != nil {
		return "", fmt.Errorf("find owner of the resource: %w", err)
	}
	if region != "" {
		x.call.Region = region
	}
	x.resident = account
	return account, nil
}

// resources are the ARNs that the call is about; never none.
func (x *exchange) resources() ([]string, error) {
	if x.g.Resources != nil {
		names, err := x.g.Resources.Of(x.call, x.match.Service, x.match.Operation, x.tree)
		if err != nil || len(names) > 0 {
			return names, err
		}
	}
	return []string{x.resource()}, nil
}

// permit decides about one resource. owner is empty if its ARN tells whose it is.
func (x *exchange) permit(resource, owner string) error {
	if owner == "" {
		owner = x.call.Account
		if a, err := arn.Parse(resource); err == nil && a.Account != "" {
			owner = a.Account
		}
	}
	req := eval.Request{
		Principal: x.caller, Action: x.match.Service.IAMPrefix + ":" + x.match.Operation.Action, Resource: resource, ResourceAccount: owner,
		Context: x.context(),
	}
	p := eval.Policies{}
	if x.identity != nil {
		p = x.identity.Policies
	}
	if x.op != nil {
		if err := x.resourceSide(&req, &p); err != nil {
			return err
		}
	}
	d := decide(&req, &p)
	if d.Allowed {
		x.share(owner)
		return nil
	}
	if x.caller.IsAnonymous() {
		return x.authError(sigv4.MissingTokenError())
	}
	return denied(x.match, eval.Message(&req, d))
}

// allowed decides a further action of the same caller.
func (x *exchange) allowed(action, resource, account, resourcePolicy string) (bool, error) {
	req := eval.Request{Principal: x.caller, Action: action, Resource: resource, ResourceAccount: account, Context: x.context()}
	if action == "iam:PassRole" {
		req.Context.Set("iam:PassedToService", x.match.Service.EventSource)
	}
	p := eval.Policies{}
	if x.identity != nil {
		p = x.identity.Policies
	}
	if resourcePolicy != "" {
		doc, err := x.g.policies.parse(resourcePolicy, policyKind(x.match.Service.Name))
		if err != nil {
			return false, err
		}
		p.Resource = append(p.Resource, doc)
	}
	ok := decide(&req, &p).Allowed
	if ok {
		x.share(account)
	}
	return ok, nil
}

// share gives another account, whose resource the caller was let in to, a copy of
// the record. Who is not let in leaves no trace with others: it could fill their
// history with what it tried.
func (x *exchange) share(owner string) {
	if !x.caller.IsAnonymous() && owner != x.call.Account && !slices.Contains(x.owners, owner) {
		x.owners = append(x.owners, owner)
	}
}

// resourceSide adds what the resource itself says: its policies.
func (x *exchange) resourceSide(req *eval.Request, p *eval.Policies) error {
	req.NeedsResourcePolicy = x.op.NeedsResourcePolicy
	if x.op.ResourcePolicies == nil {
		return nil
	}
	texts, err := x.op.ResourcePolicies(x.call.Tx, req.ResourceAccount, x.input)
	if err != nil {
		return fmt.Errorf("read policy of the resource: %w", err)
	}
	for _, t := range texts {
		doc, err := x.g.policies.parse(t, policyKind(x.match.Service.Name))
		if err != nil {
			return err
		}
		p.Resource = append(p.Resource, doc)
	}
	return nil
}

// resource fills the operation's ARN template from the input. A member that was
// not sent leaves "*", so that only a policy for all resources allows the call.
func (x *exchange) resource() string {
	t := x.match.Operation.Resource
	if t == "" {
		return "*"
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(t, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		t = after
		switch name {
		case "region":
			b.WriteString(x.call.Region)
		case "account":
			b.WriteString(x.call.Account)
		default:
			v := x.tree.Text(name)
			if b.Len() == 0 && strings.HasPrefix(v, "arn:") {
				return strings.TrimSuffix(v, ":*") // the template is the member: an ARN as sent
			}
			if v == "" {
				if b.Len() == 0 {
					return "*"
				}
				v = "*"
			}
			b.WriteString(v)
		}
	}
}

// context holds the condition keys of the request; eval adds what follows from
// the principal and the resource.
func (x *exchange) context() condition.Context {
	var c condition.Context
	facts := eval.Facts{Now: x.now, SourceIP: x.sourceIP, UserAgent: x.r.UserAgent(), Referer: x.r.Referer(), Region: x.call.Region, TLS: x.r.TLS != nil}
	facts.Set(&c)
	if x.match.Service.Name == "s3" {
		s3Context(&c, x.r)
	}
	return c
}

// s3Context adds S3's own keys. [Service authorization reference: S3]
func s3Context(c *condition.Context, r *http.Request) {
	set := func(key, value string) {
		if value != "" {
			c.Set(key, value)
		}
	}
	q := r.URL.Query()
	for _, name := range []string{"prefix", "delimiter", "max-keys"} {
		set("s3:"+name, q.Get(name))
	}
	for _, h := range []string{"x-amz-acl", "x-amz-server-side-encryption", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-storage-class"} {
		set("s3:"+h, r.Header.Get(h))
	}
	switch {
	case q.Has("X-Amz-Signature"), q.Has("Signature"):
		set("s3:authType", "REST-QUERY-STRING")
	case r.Header.Get("Authorization") != "":
		set("s3:authType", "REST-HEADER")
	}
}

// policyKind is the grammar of the policies that a service's resources carry.
func policyKind(service string) policy.Kind {
	switch service {
	case "s3":
		return policy.Bucket
	case "sts":
		return policy.Trust
	default:
		return policy.Resource
	}
}

// maxPolicies bounds the cache of parsed resource policies.
const maxPolicies = 4096

// policyCache keeps parsed policies by kind and text. When full it starts anew.
type policyCache struct {
	mu     sync.Mutex
	parsed map[policyKey]*policy.Document
}

type policyKey struct {
	kind policy.Kind
	text string
}

func newPolicyCache() *policyCache { return &policyCache{parsed: make(map[policyKey]*policy.Document)} }

func (c *policyCache) parse(text string, kind policy.Kind) (*policy.Document, error) {
	key := policyKey{kind, text}
	c.mu.Lock()
	d := c.parsed[key]
	c.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d, err := policy.Parse(text, kind)
	if err != nil {
		return nil, fmt.Errorf("parse resource policy: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.parsed) >= maxPolicies {
		clear(c.parsed)
	}
	c.parsed[key] = d
	return d, nil
}
