package iam_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
)

// mint makes temporary keys as STS does.
func (w *world) mint(x iam.Temporary) *iam.Minted {
	w.Helper()
	x.Account, x.Now = w.account, w.now
	var out *iam.Minted
	err := w.db.Update(w.Context(), func(tx store.Tx) (err error) {
		out, err = w.s.Mint(tx, x)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// session is GetSessionToken of a user.
func (w *world) session(u *api.User, d time.Duration) *iam.Minted {
	w.Helper()
	return w.mint(iam.Temporary{User: u.UserName, Duration: d, Principal: func(id string) principal.Principal {
		return principal.User(account, u.Path, u.UserName, u.UserId, "").WithSession(id, principal.Session{Created: now})
	}})
}

// assumed is AssumeRole.
func (w *world) assumed(r *api.Role, policies ...string) *iam.Minted {
	w.Helper()
	return w.mint(iam.Temporary{Role: r.RoleName, Duration: time.Hour, Policies: policies, Principal: func(id string) principal.Principal {
		return principal.RoleSession(account, r.Path, r.RoleName, r.RoleId, "deploy", id, principal.Session{Created: now})
	}})
}

// effects prints the effects of the first statements: A for Allow, D for Deny.
func effects(docs []*policy.Document) string {
	var b strings.Builder
	for _, d := range docs {
		b.WriteByte(map[policy.Effect]byte{policy.Allow: 'A', policy.Deny: 'D'}[d.Statements[0].Effect])
	}
	return b.String()
}

func TestIdentify_user(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.must("CreateUser", &api.CreateUserInput{UserName: "Alice", Path: new("/ops/")}).(*api.CreateUserOutput).User
	k := w.key(new("alice"))
	w.must("PutUserPolicy", &api.PutUserPolicyInput{UserName: "Alice", PolicyName: "b", PolicyDocument: allowGet})
	w.must("PutUserPolicy", &api.PutUserPolicyInput{UserName: "Alice", PolicyName: "a", PolicyDocument: denyAll})
	c, err := w.identify(k.AccessKeyId)
	if err != nil {
		t.Fatal(err)
	}
	if want := principal.User(account, "/ops/", "Alice", u.UserId, k.AccessKeyId); c.Principal != want {
		t.Errorf("principal %+v, want %+v", c.Principal, want)
	}
	if c.Secret != k.SecretAccessKey || c.Temporary || !c.Expires.IsZero() || effects(c.Identity) != "DA" || c.Session != nil {
		t.Errorf("identified as %+v", c)
	}
	if c.TokenValid("") || c.TokenValid("x") {
		t.Error("a long-term key has a session token")
	}
	// The next call sees changed policies.
	w.must("DeleteUserPolicy", &api.DeleteUserPolicyInput{UserName: "Alice", PolicyName: "a"})
	if c, err = w.identify(k.AccessKeyId); err != nil || effects(c.Identity) != "A" {
		t.Errorf("after a policy was deleted: %+v, %v", c, err)
	}
}

func TestIdentify_unknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	k := w.key(new("alice"))
	off := w.key(new("alice"))
	w.must("UpdateAccessKey", &api.UpdateAccessKeyInput{UserName: new("alice"), AccessKeyId: off.AccessKeyId, Status: "Inactive"})
	w.user("bob")
	gone := w.key(new("bob"))
	w.must("DeleteAccessKey", &api.DeleteAccessKeyInput{UserName: new("bob"), AccessKeyId: gone.AccessKeyId})
	for name, id := range map[string]string{
		"empty":             "",
		"never made":        "AKIAUNKNOWN000000000",
		"in lower case":     strings.ToLower(k.AccessKeyId),
		"beginning of one":  k.AccessKeyId[:19],
		"longer than one":   k.AccessKeyId + "A",
		"with a NUL behind": k.AccessKeyId + "\x00",
		"inactive":          off.AccessKeyId,
		"deleted":           gone.AccessKeyId,
		"a secret":          k.SecretAccessKey,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.in(t)
			if c, err := w.identify(id); c != nil && c.Principal.Account != "" || !errors.Is(err, store.ErrNotFound) {
				t.Errorf("identified as %+v, %v", c, err)
			}
		})
	}
	if _, err := w.identify(k.AccessKeyId); err != nil {
		t.Errorf("the good key: %v", err)
	}
}

// Root keys from outside need no row, and theirs is not the first that comes.
func TestIdentify_root(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s.Root = []iam.RootKey{{Account: account, ID: "AKIAROOTONE", Secret: "one"}, {Account: foreign, ID: "AKIAROOTTWO", Secret: "two"}}
	for id, want := range map[string]struct{ account, secret string }{"AKIAROOTONE": {account, "one"}, "AKIAROOTTWO": {foreign, "two"}} {
		c, err := w.identify(id)
		if err != nil || c.Principal != principal.RootOf(want.account, id) || c.Secret != want.secret || c.Temporary || c.Identity != nil {
			t.Errorf("%s is %+v, %v", id, c, err)
		}
	}
	if _, err := w.identify("AKIAROOT"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown key: %v", err)
	}
	if _, err := w.identify(""); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no key: %v", err)
	}
}

func TestMint_user(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	w.must("PutUserPolicy", &api.PutUserPolicyInput{UserName: "alice", PolicyName: "p", PolicyDocument: allowGet})
	m := w.session(u, 90*time.Minute+300*time.Millisecond)
	if !strings.HasPrefix(m.ID, "ASIA") || len(m.ID) != 20 || len(m.Secret) != 40 || m.Token == "" || !m.Expires.Equal(now.Add(90*time.Minute)) {
		t.Errorf("minted %+v", m)
	}
	for _, text := range []string{m.Secret, m.Token} {
		if strings.Contains(w.dump(), text) {
			t.Errorf("%s stands in the state in clear", text)
		}
	}
	// An ended session is known until it is swept: the gateway tells "expired" from "unknown".
	for _, later := range []time.Duration{0, 24 * time.Hour} {
		c, err := w.at(later).identify(m.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !c.Temporary || !c.Expires.Equal(m.Expires) || c.Secret != m.Secret || effects(c.Identity) != "A" || c.Session != nil {
			t.Errorf("identified as %+v", c)
		}
		if p := c.Principal; p.UserName != "alice" || p.ID != u.UserId || p.AccessKeyID != m.ID || !p.IsTemporary() || !p.Session.Created.Equal(now) {
			t.Errorf("principal %+v", p)
		}
	}
}

func TestMint_role(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.role("Admin")
	w.must("PutRolePolicy", &api.PutRolePolicyInput{RoleName: "Admin", PolicyName: "p", PolicyDocument: allowGet})
	m := w.assumed(r, denyAll, allowGet)
	c, err := w.identify(m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c.Principal.RoleARN() != r.Arn || c.Principal.SessionName() != "deploy" || c.Principal.ARN != "arn:aws:sts::111122223333:assumed-role/Admin/deploy" {
		t.Errorf("principal %+v", c.Principal)
	}
	if effects(c.Identity) != "A" || effects(c.Session) != "DA" {
		t.Errorf("identity policies %s, session policies %s", effects(c.Identity), effects(c.Session))
	}
}

func TestMint_root(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.mint(iam.Temporary{Duration: time.Hour, Principal: func(id string) principal.Principal {
		return principal.RootOf(account, "").WithSession(id, principal.Session{Created: now})
	}})
	c, err := w.identify(m.ID)
	if err != nil || !c.Principal.IsRoot() || !c.Temporary || c.Identity != nil || !c.TokenValid(m.Token) {
		t.Errorf("identified as %+v, %v", c, err)
	}
}

func TestCaller_TokenValid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	m, other := w.session(u, time.Hour), w.session(u, time.Hour)
	c, err := w.identify(m.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"none": "", "of another session": other.Token, "cut": m.Token[:len(m.Token)-1], "longer": m.Token + "=",
		"in upper case": strings.ToUpper(m.Token), "the secret": m.Secret, "blank before": " " + m.Token,
	} {
		if c.TokenValid(token) {
			t.Errorf("token %s is valid", name)
		}
	}
	if !c.TokenValid(m.Token) {
		t.Error("the session's own token is not valid")
	}
}

// Sessions end with the user or role they were made of, and one made anew under
// the same name does not revive them.
func TestIdentify_sessionsEndWithTheirIssuer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mint          func(w *world) *iam.Minted
		remove, anew  string
		removeIn, new any
	}{
		"user": {
			func(w *world) *iam.Minted { return w.session(w.user("x"), time.Hour) }, "DeleteUser", "CreateUser",
			&api.DeleteUserInput{UserName: "x"}, &api.CreateUserInput{UserName: "x"},
		},
		"role": {
			func(w *world) *iam.Minted { return w.assumed(w.role("x")) }, "DeleteRole", "CreateRole",
			&api.DeleteRoleInput{RoleName: "x"}, &api.CreateRoleInput{RoleName: "x", AssumeRolePolicyDocument: trust},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m := tc.mint(w)
			if _, err := w.identify(m.ID); err != nil {
				t.Fatal(err)
			}
			w.must(tc.remove, tc.removeIn)
			if _, err := w.identify(m.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after the %s is gone: %v", name, err)
			}
			w.must(tc.anew, tc.new)
			if _, err := w.identify(m.ID); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("after the %s was made anew: %v", name, err)
			}
		})
	}
}

// Identify with another master key must fail, but not as "no such key".
func TestIdentify_foreignVault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	k := w.key(new("alice"))
	w.s = &iam.Service{Vault: secret.NewVault(secret.GenerateMasterKey())}
	if _, err := w.identify(k.AccessKeyId); err == nil || errors.Is(err, store.ErrNotFound) || !strings.HasPrefix(err.Error(), "open access key: ") {
		t.Errorf("another master key: %v", err)
	}
}

// A role is found by its whole ARN only.
func TestService_Role_wholeARN(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("CreateRole", &api.CreateRoleInput{RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust})
	for name, text := range map[string]string{
		"without its path":  "arn:aws:iam::111122223333:role/Admin",
		"another path":      "arn:aws:iam::111122223333:role/dev/Admin",
		"path in case":      "arn:aws:iam::111122223333:role/Ops/Admin",
		"name in case":      "arn:aws:iam::111122223333:role/ops/admin",
		"a user":            "arn:aws:iam::111122223333:user/ops/Admin",
		"another account":   "arn:aws:iam::999988887777:role/ops/Admin",
		"another partition": "arn:aws-cn:iam::111122223333:role/ops/Admin",
		"with a Region":     "arn:aws:iam:us-east-1:111122223333:role/ops/Admin",
		"another service":   "arn:aws:sts::111122223333:role/ops/Admin",
		"name is missing":   "arn:aws:iam::111122223333:role/ops/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.in(t)
			if r, err := w.find(text); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

// Subject is what policies name: the owner with the path it has in the state.
func TestService_Subject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("CreateUser", &api.CreateUserInput{UserName: "Alice", Path: new("/ops/")})
	w.must("CreateRole", &api.CreateRoleInput{RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust})
	const iamARN = "arn:aws:iam::111122223333:"
	self := principal.User(account, "/ops/", "Alice", "AIDAX", "AKIAX")
	role := principal.RoleSession(account, "/", "Admin", "AROAX", "s", "ASIAX", principal.Session{})
	for name, tc := range map[string]struct {
		caller principal.Principal
		op     string
		in     map[string]string
		want   string
	}{
		"user":                       {w.caller, "GetUser", map[string]string{"UserName": "Alice"}, iamARN + "user/ops/Alice"},
		"user in other case":         {w.caller, "DeleteUser", map[string]string{"UserName": "ALICE"}, iamARN + "user/ops/Alice"},
		"user's keys":                {w.caller, "CreateAccessKey", map[string]string{"UserName": "alice"}, iamARN + "user/ops/Alice"},
		"user himself":               {self, "GetUser", nil, iamARN + "user/ops/Alice"},
		"own keys":                   {self, "ListAccessKeys", nil, iamARN + "user/ops/Alice"},
		"root himself":               {w.caller, "GetUser", nil, ""},
		"role asks without a name":   {role, "GetUser", nil, ""},
		"user that is not there":     {w.caller, "GetUser", map[string]string{"UserName": "bob"}, iamARN + "user/bob"},
		"role":                       {w.caller, "GetRole", map[string]string{"RoleName": "Admin"}, iamARN + "role/ops/Admin"},
		"role in other case":         {w.caller, "PutRolePolicy", map[string]string{"RoleName": "admin", "PolicyName": "p"}, iamARN + "role/ops/Admin"},
		"role that is not there":     {w.caller, "GetRole", map[string]string{"RoleName": "Other"}, iamARN + "role/Other"},
		"user to be made":            {w.caller, "CreateUser", map[string]string{"UserName": "bob", "Path": "/dev/"}, iamARN + "user/dev/bob"},
		"user to be made at the top": {w.caller, "CreateUser", map[string]string{"UserName": "bob"}, iamARN + "user/bob"},
		// Where it will be counts, not where its namesake is.
		"user to be made twice": {w.caller, "CreateUser", map[string]string{"UserName": "alice", "Path": "/dev/"}, iamARN + "user/dev/alice"},
		"role to be made":       {w.caller, "CreateRole", map[string]string{"RoleName": "R", "Path": "/dev/"}, iamARN + "role/dev/R"},
		"role to be made twice": {w.caller, "CreateRole", map[string]string{"RoleName": "Admin"}, iamARN + "role/Admin"},
		"users":                 {w.caller, "ListUsers", nil, iamARN + "user/"},
		"users of a path":       {w.caller, "ListUsers", map[string]string{"PathPrefix": "/ops/"}, iamARN + "user/ops/"},
		"roles":                 {self, "ListRoles", nil, iamARN + "role/"},
		"roles of a path":       {w.caller, "ListRoles", map[string]string{"PathPrefix": "/ops/"}, iamARN + "role/ops/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.in(t)
			o := w.ops[tc.op].Operation
			in := newInput(o, tc.in)
			got, err := view(w, func(tx store.Tx) (string, error) {
				return w.s.Subject(&op.Call{Context: t.Context(), Caller: tc.caller, Account: account, Region: "us-east-1", Tx: tx}, o, in)
			})
			if err != nil || got != tc.want {
				t.Errorf("%q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

// Every served operation that names a user or role has a subject.
func TestService_Subject_allOperations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range slices.Sorted(maps.Keys(w.ops)) {
		o := w.ops[name].Operation
		members := make(map[string]string)
		for _, m := range o.Input.Members {
			if m.Name == "UserName" || m.Name == "RoleName" {
				members[m.Name] = "x"
			}
		}
		got, err := view(w, func(tx store.Tx) (string, error) {
			return w.s.Subject(&op.Call{Context: t.Context(), Caller: w.caller, Account: account, Tx: tx}, o, newInput(o, members))
		})
		if err != nil || !strings.HasPrefix(got, "arn:aws:iam::111122223333:") {
			t.Errorf("%s is about %q, %v", name, got, err)
		}
	}
}

// Temporary keys go when their time is over; keys that never end stay.
func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	long := w.key(new("alice"))
	short, hour := w.session(u, 15*time.Minute), w.session(u, time.Hour)
	for _, c := range []struct {
		after time.Duration
		left  []string
	}{
		{0, []string{long.AccessKeyId, short.ID, hour.ID}},
		{15 * time.Minute, []string{long.AccessKeyId, short.ID, hour.ID}}, // ends now: the next sweep takes it
		{16 * time.Minute, []string{long.AccessKeyId, hour.ID}},
		{1000 * time.Hour, []string{long.AccessKeyId}},
	} {
		err := w.db.Update(t.Context(), func(tx store.Tx) error { return w.s.Sweep(tx, now.Add(c.after)) })
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{long.AccessKeyId, short.ID, hour.ID} {
			_, err := w.identify(id)
			if want := slices.Contains(c.left, id); (err == nil) != want {
				t.Errorf("after %s: key %s is there: %v, want %v", c.after, id, err == nil, want)
			}
		}
	}
}
