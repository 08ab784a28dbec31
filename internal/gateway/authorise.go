package gateway

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
)

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
			if strings.HasPrefix(v, "arn:") {
				return strings.TrimSuffix(v, ":*") // the member itself is the ARN
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

// conditions are the keys a policy's conditions may ask for.
func (x *exchange) conditions() map[string][]string {
	p := x.caller
	c := map[string][]string{
		"aws:CurrentTime":     {x.now.Format("2006-01-02T15:04:05Z")},
		"aws:EpochTime":       {strconv.FormatInt(x.now.Unix(), 10)},
		"aws:SourceIp":        {x.sourceIP},
		"aws:UserAgent":       {x.r.UserAgent()},
		"aws:SecureTransport": {strconv.FormatBool(x.r.TLS != nil)},
		"aws:RequestedRegion": {x.call.Region},
		"aws:PrincipalType":   {principalType(p)},
	}
	set := func(key, value string) {
		if value != "" {
			c[key] = []string{value}
		}
	}
	set("aws:PrincipalArn", p.ARN)
	set("aws:PrincipalAccount", p.Account)
	set("aws:userid", p.ID)
	set("aws:username", p.UserName)
	set("aws:Referer", x.r.Referer())
	if s := p.Session; s != nil {
		if s.Issuer.ARN != "" {
			set("aws:PrincipalArn", s.Issuer.ARN)
		}
		c["aws:MultiFactorAuthPresent"] = []string{strconv.FormatBool(s.MFA)}
		set("aws:SourceIdentity", s.SourceIdentity)
		set("aws:FederatedProvider", s.Provider)
		for k, v := range s.Attributes {
			set(k, v)
		}
	}
	if x.match.Service.Name == "s3" {
		s3Conditions(set, x.r, x.tree)
	}
	return c
}

// s3Conditions adds S3's own keys. [Service authorization reference: S3]
func s3Conditions(set func(key, value string), r *http.Request, tree *schema.Struct) {
	q := r.URL.Query()
	set("s3:prefix", q.Get("prefix"))
	set("s3:delimiter", q.Get("delimiter"))
	set("s3:max-keys", q.Get("max-keys"))
	for _, h := range []string{"x-amz-acl", "x-amz-server-side-encryption", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-storage-class"} {
		set("s3:"+h, r.Header.Get(h))
	}
	if q.Has("X-Amz-Signature") {
		set("s3:authType", "REST-QUERY-STRING")
	} else if r.Header.Get("Authorization") != "" {
		set("s3:authType", "REST-HEADER")
	}
	_ = tree
}

func principalType(p principal.Principal) string {
	switch p.Kind {
	case principal.Root:
		return "Account"
	case principal.IAMUser:
		return "User"
	case principal.AssumedRole:
		return "AssumedRole"
	case principal.FederatedUser:
		return "FederatedUser"
	default:
		return "Anonymous"
	}
}

// maxPolicies bounds the cache of parsed resource policies.
const maxPolicies = 4096

// policyCache keeps parsed policies by their text. When full it starts anew.
type policyCache struct {
	mu     sync.Mutex
	parsed map[string]*policy.Document
}

func newPolicyCache() *policyCache { return &policyCache{parsed: make(map[string]*policy.Document)} }

func (c *policyCache) parse(text string) (*policy.Document, error) {
	c.mu.Lock()
	d := c.parsed[text]
	c.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("parse resource policy: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.parsed) >= maxPolicies {
		clear(c.parsed)
	}
	c.parsed[text] = d
	return d, nil
}
