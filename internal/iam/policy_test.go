package iam_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/store"
)

// owner is a user or a role: inline policies work alike on both.
type owner struct {
	kind string // User or Role
	max  int    // characters of all inline policies
}

var owners = []owner{{"User", 2048}, {"Role", 10240}}

// each runs a test for both kinds of owners, named "Alice".
func each(t *testing.T, test func(w *world, o owner)) {
	t.Helper()
	for _, o := range owners {
		t.Run(o.kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.user("Alice")
			w.role("Alice")
			test(w, o)
		})
	}
}

func (o owner) put(name, text string) any {
	if o.kind == "Role" {
		return &api.PutRolePolicyInput{RoleName: "alice", PolicyName: name, PolicyDocument: text}
	}
	return &api.PutUserPolicyInput{UserName: "alice", PolicyName: name, PolicyDocument: text}
}

func (o owner) get(name string) any {
	if o.kind == "Role" {
		return &api.GetRolePolicyInput{RoleName: "alice", PolicyName: name}
	}
	return &api.GetUserPolicyInput{UserName: "alice", PolicyName: name}
}

func (o owner) del(name string) any {
	if o.kind == "Role" {
		return &api.DeleteRolePolicyInput{RoleName: "alice", PolicyName: name}
	}
	return &api.DeleteUserPolicyInput{UserName: "alice", PolicyName: name}
}

func (o owner) list(marker *string, max *int64) any {
	if o.kind == "Role" {
		return &api.ListRolePoliciesInput{RoleName: "alice", Marker: marker, MaxItems: max}
	}
	return &api.ListUserPoliciesInput{UserName: "alice", Marker: marker, MaxItems: max}
}

// policyOf is an identity policy of n characters that count.
func policyOf(n int) string {
	const frame = `{"Statement":{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}}`
	return strings.Replace(frame, `"Sid":""`, `"Sid":"`+strings.Repeat("x", n-len(frame))+`"`, 1)
}

func TestInlinePolicy(t *testing.T) {
	t.Parallel()
	each(t, func(w *world, o owner) {
		// IAM escapes as RFC 3986 says: a blank is %20, never a plus; nothing else changes.
		text := ` {"Version":"2012-10-17", "Statement":[{"Sid":"a1","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/ü+~&é=%20*"}]}` + "\n"
		if out := w.must("Put"+o.kind+"Policy", o.put("p", text)); out != nil {
			w.Errorf("put answers %s, want nothing", w.text(out))
		}
		document := strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
		w.wants("Get"+o.kind+"Policy", o.get("p"), `{"PolicyDocument":"`+document+`","PolicyName":"p","`+o.kind+`Name":"Alice"}`)
		if back, err := url.PathUnescape(document); err != nil || back != text {
			w.Errorf("unescaped %q, %v", back, err)
		}
		w.must("Put"+o.kind+"Policy", o.put("p", denyAll)) // replaces
		w.must("Put"+o.kind+"Policy", o.put("P", allowGet))
		w.wants("List"+o.kind+"Policies", o.list(nil, nil), `{"IsTruncated":false,"PolicyNames":["P","p"]}`)
		w.must("Delete"+o.kind+"Policy", o.del("p"))
		w.wants("List"+o.kind+"Policies", o.list(nil, nil), `{"IsTruncated":false,"PolicyNames":["P"]}`)
		word := strings.ToLower(o.kind)
		w.refuses("Get"+o.kind+"Policy", o.get("p"), "NoSuchEntity", 404, "The "+word+" policy with name p cannot be found.")
		w.refuses("Delete"+o.kind+"Policy", o.del("p"), "NoSuchEntity", 404, "The "+word+" policy with name p cannot be found.")
	})
}

func TestInlinePolicy_pages(t *testing.T) {
	t.Parallel()
	each(t, func(w *world, o owner) {
		for _, name := range []string{"c", "a", "d", "b"} {
			w.must("Put"+o.kind+"Policy", o.put(name, allowGet))
		}
		w.wants("List"+o.kind+"Policies", o.list(nil, new(int64(3))), `{"IsTruncated":true,"Marker":"c","PolicyNames":["a","b","c"]}`)
		w.wants("List"+o.kind+"Policies", o.list(new("c"), new(int64(3))), `{"IsTruncated":false,"PolicyNames":["d"]}`)
	})
}

func TestInlinePolicy_malformed(t *testing.T) {
	t.Parallel()
	each(t, func(w *world, o owner) {
		for text, message := range map[string]string{
			``:        "This policy contains invalid Json",
			`{"Sta`:   "This policy contains invalid Json",
			`{} {}`:   "This policy contains invalid Json",
			`"text"`:  "Syntax errors in policy.",
			`{}`:      "Syntax errors in policy.",
			`{"X":1}`: "Syntax errors in policy.",
			trust:     "Policy document should not specify a principal.",
			`{"Statement":{"Effect":"Allow","Action":"*"}}`:                              "Policy statement must contain resources.",
			`{"Statement":{"Effect":"Allow","Resource":"*"}}`:                            "Policy statement must contain actions.",
			`{"Statement":{"Effect":"Allow","Action":"GetObject","Resource":"*"}}`:       "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
			`{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"b/*"}}`:  `Resource b/* must be in ARN format or "*".`,
			`{"Statement":{"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"}}`:   "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
			`{"Statement":{"Effect":"allow","Action":"*","Resource":"*"}}`:               "Syntax errors in policy.",
			`{"Version":"2020-01-01","Statement":{"Effect":"Allow","NotAction":"s3:*"}}`: "Syntax errors in policy.",
		} {
			w.refuses("Put"+o.kind+"Policy", o.put("p", text), "MalformedPolicyDocument", 400, message)
		}
	})
}

// The quota is one of all inline policies together, without white space.
func TestInlinePolicy_quota(t *testing.T) {
	t.Parallel()
	each(t, func(w *world, o owner) {
		full := "Maximum policy size of 2048 bytes exceeded for user Alice"
		if o.kind == "Role" {
			full = "Maximum policy size of 10240 bytes exceeded for role Alice"
		}
		put := "Put" + o.kind + "Policy"
		w.refuses(put, o.put("a", policyOf(o.max+1)), "LimitExceeded", 409, full)
		w.must(put, o.put("a", strings.Repeat(" ", 5000)+policyOf(o.max)))
		w.refuses(put, o.put("b", policyOf(100)), "LimitExceeded", 409, full)
		w.must(put, o.put("a", policyOf(o.max-100))) // what is replaced does not count
		w.must(put, o.put("b", policyOf(100)))
		w.refuses(put, o.put("b", policyOf(101)), "LimitExceeded", 409, full)
		w.must("Delete"+o.kind+"Policy", o.del("a"))
		w.must(put, o.put("b", policyOf(o.max)))
	})
}

func TestService_RolePolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.role("Admin")
	documents := func(account, name string) ([]*policy.Document, error) {
		return view(w, func(tx store.Tx) ([]*policy.Document, error) { return w.s.RolePolicies(tx, account, name) })
	}
	if got, err := documents(account, "Admin"); err != nil || len(got) != 0 {
		t.Errorf("role without policies has %v, %v", got, err)
	}
	w.must("PutRolePolicy", &api.PutRolePolicyInput{RoleName: "Admin", PolicyName: "b", PolicyDocument: allowGet})
	w.must("PutRolePolicy", &api.PutRolePolicyInput{RoleName: "Admin", PolicyName: "a", PolicyDocument: denyAll})
	got, err := documents(account, "ADMIN")
	if err != nil || effects(got) != "DA" {
		t.Errorf("policies %v, %v, want those of the names a, b in this order", got, err)
	}
	for account, name := range map[string]string{account: "Other", foreign: "Admin"} {
		if got, err := documents(account, name); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("role %s of %s has %v, %v", name, account, got, err)
		}
	}
}

func TestFault(t *testing.T) {
	t.Parallel()
	_, err := policy.Parse("{", policy.Identity)
	if got := iam.Fault(err); got != "This policy contains invalid Json" {
		t.Errorf("fault of a policy: %q", got)
	}
	// What is no policy's fault must not be told.
	if got := iam.Fault(errors.New("disk 3 is broken")); got != "Syntax errors in policy." {
		t.Errorf("other fault: %q", got)
	}
}
