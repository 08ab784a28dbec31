package iam_test

import (
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// escaped is trust as IAM returns it.
const escaped = `%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22111122223333%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D`

func TestCreateRole(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   api.CreateRoleInput
		want string
	}{
		"name and trust": {
			api.CreateRoleInput{RoleName: "Admin", AssumeRolePolicyDocument: trust},
			`{"Arn":"arn:aws:iam::111122223333:role/Admin","AssumeRolePolicyDocument":"` + escaped + `","CreateDate":"2026-03-02T10:15:30Z",` +
				`"MaxSessionDuration":3600,"Path":"/","RoleId":"AROA","RoleLastUsed":{},"RoleName":"Admin"}`,
		},
		"all members": {
			api.CreateRoleInput{
				RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust, Description: new("for nights"), MaxSessionDuration: new(int64(43200)),
				Tags: []api.Tag{{Key: "k", Value: "v"}},
			},
			`{"Arn":"arn:aws:iam::111122223333:role/ops/Admin","AssumeRolePolicyDocument":"` + escaped + `","CreateDate":"2026-03-02T10:15:30Z",` +
				`"Description":"for nights","MaxSessionDuration":43200,"Path":"/ops/","RoleId":"AROA","RoleLastUsed":{},"RoleName":"Admin","Tags":[{"Key":"k","Value":"v"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.wants("CreateRole", &tc.in, `{"Role":`+tc.want+`}`)
			w.at(time.Hour).wants("GetRole", &api.GetRoleInput{RoleName: "admin"}, `{"Role":`+tc.want+`}`)
		})
	}
}

// trustOf is a trust policy of n characters that count.
func trustOf(n int) string {
	const frame = `{"Statement":{"Sid":"","Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`
	return strings.Replace(frame, `"Sid":""`, `"Sid":"`+strings.Repeat("x", n-len(frame))+`"`, 1)
}

func TestCreateRole_refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.role("Admin")
	for name, tc := range map[string]struct {
		in      api.CreateRoleInput
		code    string
		status  int
		message string
	}{
		"name is taken":              {api.CreateRoleInput{RoleName: "ADMIN", AssumeRolePolicyDocument: trust}, "EntityAlreadyExists", 409, "Role with name ADMIN already exists."},
		"taken under another path":   {api.CreateRoleInput{RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust}, "EntityAlreadyExists", 409, "Role with name Admin already exists."},
		"boundary":                   {api.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: trust, PermissionsBoundary: new("arn:aws:iam::aws:policy/X")}, "InvalidInput", 400, "PermissionsBoundary is not supported by this server."},
		"trust is no JSON":           {api.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: `{`}, "MalformedPolicyDocument", 400, "This policy contains invalid Json"},
		"trust is empty":             {api.CreateRoleInput{RoleName: "R"}, "MalformedPolicyDocument", 400, "This policy contains invalid Json"},
		"trust is an identity's":     {api.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: allowGet}, "MalformedPolicyDocument", 400, "Has prohibited field Resource"},
		"trust names a malformed id": {api.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: strings.Replace(trust, account, "1234", 1)}, "MalformedPolicyDocument", 400, `Invalid principal in policy: "AWS":"1234"`},
		"trust is too long":          {api.CreateRoleInput{RoleName: "R", AssumeRolePolicyDocument: trustOf(4097)}, "LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.in(t).refuses("CreateRole", &tc.in, tc.code, tc.status, tc.message)
		})
	}
}

func TestUpdateAssumeRolePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.role("Admin")
	if out := w.must("UpdateAssumeRolePolicy", &api.UpdateAssumeRolePolicyInput{RoleName: "admin", PolicyDocument: trustOf(4096)}); out != nil {
		t.Errorf("answers %s, want nothing", w.text(out))
	}
	// White space does not count.
	spaced := strings.Repeat(" \n\t", 2000) + trustOf(4096)
	w.must("UpdateAssumeRolePolicy", &api.UpdateAssumeRolePolicyInput{RoleName: "Admin", PolicyDocument: spaced})
	r, err := w.find("arn:aws:iam::111122223333:role/Admin")
	if err != nil || r.Policy != spaced {
		t.Errorf("trust is %+v, %v", r, err)
	}
	w.refuses("UpdateAssumeRolePolicy", &api.UpdateAssumeRolePolicyInput{RoleName: "Admin", PolicyDocument: trustOf(4097)},
		"LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 4096")
	w.refuses("UpdateAssumeRolePolicy", &api.UpdateAssumeRolePolicyInput{RoleName: "Admin", PolicyDocument: "[]"},
		"MalformedPolicyDocument", 400, "Syntax errors in policy.")
}

// Every operation that names a role refuses one that is not there, and one of
// another account alike.
func TestNoSuchRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as(principal.RootOf(foreign, "")).role("Theirs")
	for _, name := range []string{"nothing", "Theirs"} {
		for op, in := range map[string]any{
			"GetRole":                     &api.GetRoleInput{RoleName: name},
			"DeleteRole":                  &api.DeleteRoleInput{RoleName: name},
			"UpdateAssumeRolePolicy":      &api.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: trust},
			"PutRolePolicy":               &api.PutRolePolicyInput{RoleName: name, PolicyName: "p", PolicyDocument: allowGet},
			"GetRolePolicy":               &api.GetRolePolicyInput{RoleName: name, PolicyName: "p"},
			"DeleteRolePolicy":            &api.DeleteRolePolicyInput{RoleName: name, PolicyName: "p"},
			"ListRolePolicies":            &api.ListRolePoliciesInput{RoleName: name},
			"ListAttachedRolePolicies":    &api.ListAttachedRolePoliciesInput{RoleName: name},
			"ListInstanceProfilesForRole": &api.ListInstanceProfilesForRoleInput{RoleName: name},
		} {
			w.refuses(op, in, "NoSuchEntity", 404, "The role with name "+name+" cannot be found.")
		}
	}
}

func TestDeleteRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.role("Admin")
	w.must("PutRolePolicy", &api.PutRolePolicyInput{RoleName: "Admin", PolicyName: "p", PolicyDocument: allowGet})
	w.refuses("DeleteRole", &api.DeleteRoleInput{RoleName: "Admin"}, "DeleteConflict", 409, "Cannot delete entity, must delete policies first.")
	w.must("DeleteRolePolicy", &api.DeleteRolePolicyInput{RoleName: "Admin", PolicyName: "p"})
	w.must("DeleteRole", &api.DeleteRoleInput{RoleName: "ADMIN"})
	if d := w.dump(); d != "" {
		t.Errorf("left over: %s", d)
	}
	w.refuses("DeleteRole", &api.DeleteRoleInput{RoleName: "Admin"}, "NoSuchEntity", 404, "The role with name Admin cannot be found.")
}

func TestListRoles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for role, path := range map[string]string{"Writer": "/", "Admin": "/ops/", "Audit": "/ops/night/"} {
		w.must("CreateRole", &api.CreateRoleInput{RoleName: role, Path: &path, AssumeRolePolicyDocument: trust})
	}
	w.as(principal.RootOf(foreign, "")).role("Theirs")
	for name, tc := range map[string]struct {
		in           api.ListRolesInput
		want, marker string
	}{
		"all":         {api.ListRolesInput{}, "Admin Audit Writer", ""},
		"path":        {api.ListRolesInput{PathPrefix: new("/ops/")}, "Admin Audit", ""},
		"first page":  {api.ListRolesInput{MaxItems: new(int64(2))}, "Admin Audit", "Audit"},
		"second page": {api.ListRolesInput{MaxItems: new(int64(2)), Marker: new("Audit")}, "Writer", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.in(t)
			out := w.must("ListRoles", &tc.in).(*api.ListRolesOutput)
			var names []string
			for _, r := range out.Roles {
				names = append(names, r.RoleName)
			}
			if got := strings.Join(names, " "); got != tc.want || *out.IsTruncated != (tc.marker != "") || tc.marker != "" && *out.Marker != tc.marker {
				t.Errorf("roles %q and %s, want %q and marker %q", got, w.text(out), tc.want, tc.marker)
			}
		})
	}
}

func TestRole_emptyLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.role("Admin")
	w.wants("ListRolePolicies", &api.ListRolePoliciesInput{RoleName: "Admin"}, `{"IsTruncated":false,"PolicyNames":[]}`)
	w.wants("ListAttachedRolePolicies", &api.ListAttachedRolePoliciesInput{RoleName: "Admin"}, `{"AttachedPolicies":[],"IsTruncated":false}`)
	w.wants("ListInstanceProfilesForRole", &api.ListInstanceProfilesForRoleInput{RoleName: "Admin"}, `{"InstanceProfiles":[],"IsTruncated":false}`)
}

// find asks for a role as STS and CloudTrail do.
func (w *world) find(name string) (*iam.Trust, error) {
	w.Helper()
	a, err := arn.Parse(name)
	if err != nil {
		w.Fatal(err)
	}
	return view(w, func(tx store.Tx) (*iam.Trust, error) { return w.s.Role(tx, a) })
}

func TestService_Role(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.must("CreateRole", &api.CreateRoleInput{RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust, MaxSessionDuration: new(int64(7200))}).(*api.CreateRoleOutput).Role
	got, err := w.find("arn:aws:iam::111122223333:role/ops/Admin")
	if want := (iam.Trust{Account: account, Path: "/ops/", Name: "Admin", ID: r.RoleId, Policy: trust, MaxSession: 2 * time.Hour}); err != nil || *got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}
