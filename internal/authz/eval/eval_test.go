package eval_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
)

const (
	acct    = "123456789012"
	other   = "210987654321"
	pool    = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_A"
	object  = "arn:aws:s3:::b/k"
	roleARN = "arn:aws:iam::123456789012:role/T"
)

var (
	alice = principal.User(acct, "/", "alice", "AIDAEXAMPLE0000000001", "AKIA")
	bob   = principal.User(other, "/", "bob", "AIDAEXAMPLE0000000003", "AKIA")
	root  = principal.RootOf(acct, "AKIA")
	role  = principal.RoleSession(acct, "/p/", "R", "AROAEXAMPLE0000000002", "s", "ASIA", principal.Session{Created: time.Unix(1788256800, 0)})
	fed   = principal.Federated(alice, "f", "ASIA", principal.Session{})
)

func doc(t testing.TB, kind policy.Kind, statements ...string) *policy.Document {
	t.Helper()
	d, err := policy.Parse(`{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`, kind)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func stmt(effect, action, resource string) string {
	return `{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"}`
}

func res(effect, who, action, resource string) string {
	return `{"Effect":"` + effect + `","Principal":` + who + `,"Action":"` + action + `","Resource":"` + resource + `"}`
}

func docs(d ...*policy.Document) []*policy.Document { return d }

func TestDecide(t *testing.T) {
	t.Parallel()
	id := func(s ...string) *policy.Document { return doc(t, policy.Identity, s...) }
	bucket := func(s ...string) []*policy.Document { return docs(doc(t, policy.Bucket, s...)) }
	trust := func(who, action string) []*policy.Document {
		return docs(doc(t, policy.Trust, `{"Effect":"Allow","Principal":`+who+`,"Action":"`+action+`"}`))
	}
	all, none := id(stmt("Allow", "*", "*")), id(stmt("Allow", "x:Y", "*"))
	managed := id(stmt("Deny", "s3:*", "*"))
	managed.ARN = "arn:aws:iam::123456789012:policy/B"
	get := func(p principal.Principal) eval.Request {
		return eval.Request{Principal: p, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
	}
	idp := func(p principal.Principal) eval.Request {
		return eval.Request{Principal: p, Action: "cognito-idp:DescribeUserPool", Resource: pool}
	}
	assume := func(p principal.Principal) eval.Request {
		return eval.Request{Principal: p, Action: "sts:AssumeRole", Resource: roleARN, NeedsResourcePolicy: true}
	}
	noOwner := get(alice)
	noOwner.ResourceAccount = ""
	keepPolicy := get(root)
	keepPolicy.Action, keepPolicy.Resource = "s3:PutBucketPolicy", "arn:aws:s3:::b"
	webRequest := assume(principal.WebIdentity("cognito-identity.amazonaws.com", "pool", "sub"))
	webRequest.Action = "sts:AssumeRoleWithWebIdentity"

	for name, tc := range map[string]struct {
		r       eval.Request
		p       eval.Policies
		message string // empty: allowed
	}{
		"no policy":            {idp(alice), eval.Policies{}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no identity-based policy allows the cognito-idp:DescribeUserPool action"},
		"identity allows":      {idp(alice), eval.Policies{Identity: docs(none, all)}, ""},
		"identity denies":      {idp(alice), eval.Policies{Identity: docs(all, id(stmt("Deny", "cognito-idp:*", "*")))}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " with an explicit deny in an identity-based policy"},
		"no resource":          {eval.Request{Principal: alice, Action: "cognito-idp:CreateUserPool", Resource: "*"}, eval.Policies{}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: cognito-idp:CreateUserPool on resource: * because no identity-based policy allows the cognito-idp:CreateUserPool action"},
		"boundary lacks":       {idp(alice), eval.Policies{Identity: docs(all), Boundary: none}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no permissions boundary allows the cognito-idp:DescribeUserPool action"},
		"boundary grants none": {idp(alice), eval.Policies{Boundary: all}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no identity-based policy allows the cognito-idp:DescribeUserPool action"},
		"boundary denies":      {get(alice), eval.Policies{Identity: docs(all), Boundary: managed}, `User: arn:aws:iam::123456789012:user/alice is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a permissions boundary: arn:aws:iam::123456789012:policy/B`},

		"session lacks":               {idp(role), eval.Policies{Identity: docs(all), Session: docs(none)}, "User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no session policy allows the cognito-idp:DescribeUserPool action"},
		"session grants none":         {idp(role), eval.Policies{Identity: docs(none), Session: docs(all)}, "User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no identity-based policy allows the cognito-idp:DescribeUserPool action"},
		"session union":               {idp(role), eval.Policies{Identity: docs(all), Session: docs(none, all)}, ""},
		"session denies":              {idp(role), eval.Policies{Identity: docs(all), Session: docs(all, id(stmt("Deny", "*", pool)))}, "User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " with an explicit deny in a session policy"},
		"session passed but empty":    {idp(role), eval.Policies{Identity: docs(all), HasSession: true}, "User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no session policy allows the cognito-idp:DescribeUserPool action"},
		"role without session policy": {idp(role), eval.Policies{Identity: docs(all)}, ""},
		"federated without":           {idp(fed), eval.Policies{Identity: docs(all)}, "User: arn:aws:sts::123456789012:federated-user/f is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no session policy allows the cognito-idp:DescribeUserPool action"},
		"federated with":              {idp(fed), eval.Policies{Identity: docs(all), Session: docs(all)}, ""},
		"role named, session lacks":   {get(role), eval.Policies{Session: docs(none), Resource: bucket(res("Allow", `{"AWS":"arn:aws:iam::123456789012:role/p/R"}`, "s3:*", "arn:aws:s3:::b/*"))}, `User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no session policy allows the s3:GetObject action`},
		"everyone, session lacks":     {get(role), eval.Policies{Session: docs(none), Resource: bucket(res("Allow", `"*"`, "s3:*", "arn:aws:s3:::b/*"))}, `User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no session policy allows the s3:GetObject action`},
		"role named":                  {get(role), eval.Policies{Resource: bucket(res("Allow", `{"AWS":"arn:aws:iam::123456789012:role/p/R"}`, "s3:*", "arn:aws:s3:::b/*"))}, ""},
		"role named, boundary lacks":  {get(role), eval.Policies{Boundary: none, Resource: bucket(res("Allow", `{"AWS":"arn:aws:iam::123456789012:role/p/R"}`, "s3:*", "arn:aws:s3:::b/*"))}, `User: arn:aws:sts::123456789012:assumed-role/R/s is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no permissions boundary allows the s3:GetObject action`},
		"very session named":          {get(role), eval.Policies{Session: docs(none), Boundary: none, Resource: bucket(res("Allow", `{"AWS":"arn:aws:sts::123456789012:assumed-role/R/s"}`, "s3:*", "arn:aws:s3:::b/*"))}, ""},
		"user named":                  {get(alice), eval.Policies{Boundary: none, Resource: bucket(res("Allow", `{"AWS":"arn:aws:iam::123456789012:user/alice"}`, "s3:*", "arn:aws:s3:::b/*"))}, ""},
		"account named only":          {get(alice), eval.Policies{Resource: bucket(res("Allow", `{"AWS":"123456789012"}`, "s3:*", "arn:aws:s3:::b/*"))}, `User: arn:aws:iam::123456789012:user/alice is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" because no identity-based policy allows the s3:GetObject action`},
		"resource denies":             {get(alice), eval.Policies{Identity: docs(all), Resource: bucket(res("Deny", `"*"`, "s3:*", "arn:aws:s3:::b/*"))}, `User: arn:aws:iam::123456789012:user/alice is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a resource-based policy`},

		"root":                        {idp(root), eval.Policies{}, ""},
		"root has no boundary":        {idp(root), eval.Policies{Boundary: none, Identity: docs(id(stmt("Deny", "*", "*")))}, ""},
		"root, resource denies":       {get(root), eval.Policies{Resource: bucket(res("Deny", `"*"`, "s3:*", "arn:aws:s3:::b/*"))}, `User: arn:aws:iam::123456789012:root is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::b/k" with an explicit deny in a resource-based policy`},
		"root repairs bucket policy":  {keepPolicy, eval.Policies{Resource: bucket(res("Deny", `"*"`, "s3:*", "arn:aws:s3:::b"))}, ""},
		"foreign root":                {get(principal.RootOf(other, "")), eval.Policies{}, "Access Denied"},
		"foreign root let in":         {get(principal.RootOf(other, "")), eval.Policies{Resource: bucket(res("Allow", `{"AWS":"210987654321"}`, "s3:*", "arn:aws:s3:::b/*"))}, ""},
		"foreign, own side only":      {get(bob), eval.Policies{Identity: docs(all)}, "Access Denied"},
		"foreign, other side only":    {get(bob), eval.Policies{Resource: bucket(res("Allow", `{"AWS":"arn:aws:iam::210987654321:user/bob"}`, "s3:*", "arn:aws:s3:::b/*"))}, "Access Denied"},
		"foreign, both":               {get(bob), eval.Policies{Identity: docs(all), Resource: bucket(res("Allow", `{"AWS":"210987654321"}`, "s3:*", "arn:aws:s3:::b/*"))}, ""},
		"foreign pool":                {idp(bob), eval.Policies{Identity: docs(all)}, "User: arn:aws:iam::210987654321:user/bob is not authorized to perform: cognito-idp:DescribeUserPool on resource: " + pool + " because no resource-based policy allows the cognito-idp:DescribeUserPool action"},
		"owner forgotten":             {noOwner, eval.Policies{Identity: docs(all)}, "Access Denied"},
		"anonymous":                   {get(principal.Anonymous()), eval.Policies{}, "Access Denied"},
		"anonymous let in":            {get(principal.Anonymous()), eval.Policies{Resource: bucket(res("Allow", `"*"`, "s3:GetObject", "arn:aws:s3:::b/*"))}, ""},
		"service":                     {get(principal.Service("cloudtrail.amazonaws.com")), eval.Policies{Resource: bucket(res("Allow", `{"Service":"cloudtrail.amazonaws.com"}`, "s3:*", "arn:aws:s3:::b/*"))}, ""},
		"another service":             {get(principal.Service("sns.amazonaws.com")), eval.Policies{Identity: docs(all), Resource: bucket(res("Allow", `{"Service":"cloudtrail.amazonaws.com"}`, "s3:*", "arn:aws:s3:::b/*"))}, "Access Denied"},
		"trust missing":               {assume(alice), eval.Policies{Identity: docs(all)}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole on resource: " + roleARN + " because no role trust policy allows the sts:AssumeRole action"},
		"trust names account":         {assume(alice), eval.Policies{Resource: trust(`{"AWS":"123456789012"}`, "sts:AssumeRole")}, "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: sts:AssumeRole on resource: " + roleARN + " because no identity-based policy allows the sts:AssumeRole action"},
		"trust names account, both":   {assume(alice), eval.Policies{Identity: docs(all), Resource: trust(`{"AWS":"123456789012"}`, "sts:AssumeRole")}, ""},
		"trust names the user":        {assume(alice), eval.Policies{Resource: trust(`{"AWS":"arn:aws:iam::123456789012:user/alice"}`, "sts:AssumeRole")}, ""},
		"trust of a provider":         {webRequest, eval.Policies{Resource: trust(`{"Federated":"cognito-identity.amazonaws.com"}`, "sts:AssumeRoleWithWebIdentity")}, ""},
		"trust of another provider":   {webRequest, eval.Policies{Resource: trust(`{"Federated":"accounts.google.com"}`, "sts:AssumeRoleWithWebIdentity")}, "User: cognito-identity.amazonaws.com:pool:sub is not authorized to perform: sts:AssumeRoleWithWebIdentity on resource: " + roleARN + " because no role trust policy allows the sts:AssumeRoleWithWebIdentity action"},
		"foreign trust names account": {assume(bob), eval.Policies{Identity: docs(all), Resource: trust(`{"AWS":"arn:aws:iam::210987654321:root"}`, "sts:AssumeRole")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := eval.Decide(&tc.r, &tc.p)
			if got := eval.Message(&tc.r, d); got != tc.message || d.Allowed != (tc.message == "") {
				t.Errorf("got  %q (%+v)\nwant %q", got, d, tc.message)
			}
			if (d.Statement == nil) != (d.Document == nil) || d.Explicit && (d.Statement == nil || d.Statement.Effect != policy.Deny) {
				t.Errorf("statement and document of %+v", d)
			}
		})
	}
}

func TestDecide_context(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 9, 1, 10, 0, 0, 0, time.UTC)
	mfa := alice.WithSession("ASIA", principal.Session{Created: when.Add(-time.Minute), MFA: true})
	web := principal.RoleSession(acct, "/", "R", "AROAEXAMPLE0000000002", "CognitoIdentityCredentials", "ASIA", principal.Session{
		Provider: "cognito-identity.amazonaws.com", Attributes: map[string]string{"cognito-identity.amazonaws.com:sub": "us-east-1:me", "aws:username": "admin"}})
	for name, tc := range map[string]struct {
		p              principal.Principal
		resource, cond string
		action, want   string
		allowed        bool
		hostile        bool
	}{
		"own name":              {p: alice, resource: "arn:aws:s3:::b/${aws:username}", action: "arn:aws:s3:::b/alice", allowed: true},
		"another's name":        {p: alice, resource: "arn:aws:s3:::b/${aws:username}", action: "arn:aws:s3:::b/bob"},
		"name in the context":   {p: alice, resource: "arn:aws:s3:::b/${aws:username}", action: "arn:aws:s3:::b/bob", hostile: true},
		"identity sub":          {p: web, resource: "arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*", action: "arn:aws:s3:::b/us-east-1:me/x", allowed: true},
		"attribute no AWS key":  {p: web, resource: "arn:aws:s3:::b/${aws:username}", action: "arn:aws:s3:::b/admin"},
		"role ARN":              {p: role, resource: "*", cond: `"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/p/R"}`, action: object, allowed: true},
		"user id":               {p: role, resource: "*", cond: `"StringLike":{"aws:userid":"AROAEXAMPLE0000000002:*"}`, action: object, allowed: true},
		"type":                  {p: alice, resource: "*", cond: `"StringEquals":{"aws:PrincipalType":"User"}`, action: object, allowed: true},
		"MFA":                   {p: mfa, resource: "*", cond: `"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThan":{"aws:MultiFactorAuthAge":"61"}`, action: object, allowed: true},
		"no MFA with long keys": {p: alice, resource: "*", cond: `"Bool":{"aws:MultiFactorAuthPresent":"true"}`, action: object},
		"MFA pretended":         {p: alice, resource: "*", cond: `"Bool":{"aws:MultiFactorAuthPresent":"true"}`, action: object, hostile: true},
		"provider":              {p: web, resource: "*", cond: `"StringEquals":{"aws:FederatedProvider":"cognito-identity.amazonaws.com"}`, action: object, allowed: true},
		"address and TLS":       {p: alice, resource: "*", cond: `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:SecureTransport":"true"},"DateLessThan":{"aws:CurrentTime":"2026-09-02"},"StringEquals":{"aws:RequestedRegion":"us-east-1"}`, action: object, allowed: true},
		"resource account":      {p: alice, resource: "*", cond: `"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}`, action: object, allowed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := `{"Effect":"Allow","Action":"s3:*","Resource":"` + tc.resource + `","Condition":{` + tc.cond + `}}`
			r := eval.Request{Principal: tc.p, Action: "s3:GetObject", Resource: tc.action, ResourceAccount: acct}
			if tc.hostile {
				r.Context = condition.Of(map[string][]string{"AWS:Username": {"bob"}, "aws:MultiFactorAuthPresent": {"true"}})
			}
			eval.Facts{Now: when, SourceIP: "203.0.113.9", TLS: true, Region: "us-east-1"}.Set(&r.Context)
			if d := eval.Decide(&r, &eval.Policies{Identity: docs(doc(t, policy.Identity, s))}); d.Allowed != tc.allowed {
				t.Errorf("%+v", d)
			}
		})
	}
}

// random makes policies out of few words, so that they often meet the request.
type random struct{ *rand.Rand }

func (g random) of(words ...string) string { return words[g.Intn(len(words))] }

func (g random) statements(kind policy.Kind, n int) []string {
	var out []string
	for range n {
		s := `{"Effect":"` + g.of("Allow", "Allow", "Deny") + `","` + g.of("Action", "Action", "NotAction") + `":"` + g.of("*", "s3:*", "s3:Get*", "x:Y") + `","` +
			g.of("Resource", "Resource", "NotResource") + `":"` + g.of("*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*") + `"`
		if kind == policy.Bucket {
			s += `,"` + g.of("Principal", "Principal", "NotPrincipal") + `":` + g.of(`"*"`, `{"AWS":"`+acct+`"}`, `{"AWS":"`+alice.ARN+`"}`, `{"AWS":"`+role.ARN+`"}`, `{"AWS":"arn:aws:iam::123456789012:role/p/R"}`, `{"AWS":"`+other+`"}`)
		}
		s += `,"Condition":{` + g.of("", `"StringEquals":{"k":"v"}`, `"StringNotEquals":{"k":"v"}`) + `}}`
		out = append(out, s)
	}
	return out
}

func (g random) request() eval.Request {
	ps := []principal.Principal{alice, bob, root, role, fed, principal.Anonymous()}
	return eval.Request{Principal: ps[g.Intn(len(ps))], Action: g.of("s3:GetObject", "s3:PutObject"), Resource: object, ResourceAccount: acct,
		Context: condition.Of(map[string][]string{"k": {g.of("v", "w")}})}
}

type textPolicies struct{ identity, boundary, session, resource []string }

func (x textPolicies) parse(t *testing.T) eval.Policies {
	var p eval.Policies
	if len(x.identity) > 0 {
		p.Identity = docs(doc(t, policy.Identity, x.identity...))
	}
	if len(x.boundary) > 0 {
		p.Boundary = doc(t, policy.Identity, x.boundary...)
	}
	if len(x.session) > 0 {
		p.Session = docs(doc(t, policy.Identity, x.session...))
	}
	if len(x.resource) > 0 {
		p.Resource = docs(doc(t, policy.Bucket, x.resource...))
	}
	return p
}

func (g random) policies() textPolicies {
	return textPolicies{g.statements(policy.Identity, g.Intn(4)), g.statements(policy.Identity, g.Intn(3)),
		g.statements(policy.Identity, g.Intn(3)), g.statements(policy.Bucket, g.Intn(4))}
}

func TestDecide_properties(t *testing.T) {
	t.Parallel()
	const denyAll, denyEveryone = `{"Effect":"Deny","Action":"*","Resource":"*"}`, `{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}`
	for name, law := range map[string]func(*testing.T, random) error{
		"order never matters": func(t *testing.T, g random) error {
			r, x := g.request(), g.policies()
			p := x.parse(t)
			before := eval.Decide(&r, &p)
			for _, l := range [][]string{x.identity, x.boundary, x.session, x.resource} {
				g.Shuffle(len(l), func(i, j int) { l[i], l[j] = l[j], l[i] })
			}
			p = x.parse(t)
			after := eval.Decide(&r, &p)
			if before.Allowed != after.Allowed || before.Explicit != after.Explicit || before.Layer != after.Layer {
				return fmt.Errorf("%+v and %+v of %+v", before, after, x)
			}
			return nil
		},
		"explicit deny wins": func(t *testing.T, g random) error {
			r, x := g.request(), g.policies()
			switch g.Intn(4) {
			case 0:
				x.identity = append(x.identity, denyAll)
			case 1:
				x.boundary = append(x.boundary, denyAll)
			case 2:
				x.session = append(x.session, denyAll)
			default:
				x.resource = append(x.resource, denyEveryone)
			}
			p := x.parse(t)
			d := eval.Decide(&r, &p)
			// root has neither identity policies nor a boundary
			if d.Allowed && !r.Principal.IsRoot() {
				return fmt.Errorf("allowed: %+v", x)
			}
			return nil
		},
		"a session policy never widens": func(t *testing.T, g random) error {
			r, x := g.request(), g.policies()
			r.Principal = role
			with := x.parse(t)
			x.session = nil
			without := x.parse(t)
			if eval.Decide(&r, &with).Allowed && !eval.Decide(&r, &without).Allowed {
				return fmt.Errorf("widened: %+v", x)
			}
			return nil
		},
		"a boundary never widens": func(t *testing.T, g random) error {
			r, x := g.request(), g.policies()
			with := x.parse(t)
			x.boundary = nil
			without := x.parse(t)
			if eval.Decide(&r, &with).Allowed && !eval.Decide(&r, &without).Allowed {
				return fmt.Errorf("widened: %+v", x)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := quick.Check(func(seed int64) bool {
				if err := law(t, random{rand.New(rand.NewSource(seed))}); err != nil {
					t.Errorf("seed %d: %v", seed, err)
					return false
				}
				return true
			}, &quick.Config{MaxCount: 2000})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	var list []string
	for i := range 20 {
		list = append(list, stmt("Allow", fmt.Sprintf("svc%d:Do*", i), fmt.Sprintf("arn:aws:s3:::b%d/${aws:username}/*", i)))
	}
	list = append(list, stmt("Allow", "s3:Get*", "arn:aws:s3:::b/*"))
	p := eval.Policies{Identity: docs(doc(b, policy.Identity, list...)), Boundary: doc(b, policy.Identity, stmt("Allow", "*", "*"))}
	r := eval.Request{Principal: alice, Action: "s3:GetObject", Resource: object, ResourceAccount: acct}
	eval.Facts{Now: time.Unix(1788256800, 0), SourceIP: "203.0.113.9", Region: "us-east-1"}.Set(&r.Context)
	b.ReportAllocs()
	for b.Loop() {
		if !eval.Decide(&r, &p).Allowed {
			b.Fatal("refused")
		}
	}
}
