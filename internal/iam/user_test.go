package iam_test

import (
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/principal"
)

const alice = `{"Arn":"arn:aws:iam::111122223333:user/alice","CreateDate":"2026-03-02T10:15:30Z","Path":"/","UserId":"AIDA","UserName":"alice"}`

func TestCreateUser(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   api.CreateUserInput
		want string
	}{
		"name alone": {api.CreateUserInput{UserName: "alice"}, alice},
		"empty path": {api.CreateUserInput{UserName: "alice", Path: new("")}, alice},
		"path and tags": {
			api.CreateUserInput{UserName: "bob+x", Path: new("/a/b/"), Tags: []api.Tag{{Key: "team", Value: "red"}, {Key: "empty"}}},
			`{"Arn":"arn:aws:iam::111122223333:user/a/b/bob+x","CreateDate":"2026-03-02T10:15:30Z","Path":"/a/b/",` +
				`"Tags":[{"Key":"team","Value":"red"},{"Key":"empty","Value":""}],"UserId":"AIDA","UserName":"bob+x"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.wants("CreateUser", &tc.in, `{"User":`+tc.want+`}`)
			w.at(time.Hour).wants("GetUser", &api.GetUserInput{UserName: &tc.in.UserName}, `{"User":`+tc.want+`}`)
		})
	}
}

func TestCreateUser_refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must("CreateUser", &api.CreateUserInput{UserName: "Alice", Path: new("/ops/")})
	for _, name := range []string{"Alice", "alice", "ALICE"} { // unique whatever case and path
		w.refuses("CreateUser", &api.CreateUserInput{UserName: name}, "EntityAlreadyExists", 409, "User with name "+name+" already exists.")
	}
	w.refuses("CreateUser", &api.CreateUserInput{UserName: "bob", PermissionsBoundary: new("arn:aws:iam::aws:policy/ReadOnlyAccess")},
		"InvalidInput", 400, "PermissionsBoundary is not supported by this server.")
	w.as(principal.RootOf(foreign, "")).must("CreateUser", &api.CreateUserInput{UserName: "alice"})
}

// A user that is made anew must not inherit what was granted to the former.
func TestCreateUser_idsDiffer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.user("alice")
	w.must("DeleteUser", &api.DeleteUserInput{UserName: "alice"})
	if again := w.user("alice"); again.UserId == first.UserId {
		t.Errorf("both users have id %s", again.UserId)
	}
}

func TestGetUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	self := principal.User(account, "/", "alice", u.UserId, "AKIAEXAMPLE000000001")
	for name, tc := range map[string]struct {
		caller principal.Principal
		user   *string
		want   string
	}{
		"by name":                    {w.caller, new("alice"), alice},
		"name in other case":         {w.caller, new("ALICE"), alice},
		"user himself":               {self, nil, alice},
		"user's session":             {self.WithSession("ASIAEXAMPLE", principal.Session{Created: now}), nil, alice},
		"root himself is no user":    {w.caller, nil, `{"Arn":"arn:aws:iam::111122223333:root","CreateDate":"2026-03-02T10:15:30Z","Path":"/","UserId":"111122223333","UserName":"root"}`},
		"root's session, the same":   {w.caller.WithSession("ASIAEXAMPLE", principal.Session{}), nil, `{"Arn":"arn:aws:iam::111122223333:root","CreateDate":"2026-03-02T10:15:30Z","Path":"/","UserId":"111122223333","UserName":"root"}`},
		"a role asks for somebody":   {principal.RoleSession(account, "/", "Admin", "AROAX", "s", "ASIAX", principal.Session{}), new("alice"), alice},
		"another user asks for them": {principal.User(account, "/", "bob", "AIDAX", "AKIAX"), new("alice"), alice},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.in(t).as(tc.caller)
			w.wants("GetUser", &api.GetUserInput{UserName: tc.user}, `{"User":`+tc.want+`}`)
		})
	}
}

// Calls about the caller himself make no sense for a role.
func TestCallsAboutSelf_role(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w = w.as(principal.RoleSession(account, "/", "Admin", "AROAX", "s", "ASIAX", principal.Session{}))
	for name, in := range map[string]any{
		"GetUser":         &api.GetUserInput{},
		"CreateAccessKey": &api.CreateAccessKeyInput{},
		"ListAccessKeys":  &api.ListAccessKeysInput{},
		"UpdateAccessKey": &api.UpdateAccessKeyInput{AccessKeyId: "AKIAX", Status: "Inactive"},
		"DeleteAccessKey": &api.DeleteAccessKeyInput{AccessKeyId: "AKIAX"},
	} {
		w.refuses(name, in, "ValidationError", 400, "Must specify userName when calling with non-User credentials")
	}
}

// Every operation that names a user refuses one that is not there, and one of
// another account alike.
func TestNoSuchUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as(principal.RootOf(foreign, "")).must("CreateUser", &api.CreateUserInput{UserName: "eve"})
	for _, name := range []string{"nobody", "eve", "EVE"} {
		for op, in := range map[string]any{
			"GetUser":                  &api.GetUserInput{UserName: &name},
			"DeleteUser":               &api.DeleteUserInput{UserName: name},
			"PutUserPolicy":            &api.PutUserPolicyInput{UserName: name, PolicyName: "p", PolicyDocument: allowGet},
			"GetUserPolicy":            &api.GetUserPolicyInput{UserName: name, PolicyName: "p"},
			"DeleteUserPolicy":         &api.DeleteUserPolicyInput{UserName: name, PolicyName: "p"},
			"ListUserPolicies":         &api.ListUserPoliciesInput{UserName: name},
			"ListAttachedUserPolicies": &api.ListAttachedUserPoliciesInput{UserName: name},
			"ListGroupsForUser":        &api.ListGroupsForUserInput{UserName: name},
			"CreateAccessKey":          &api.CreateAccessKeyInput{UserName: &name},
			"ListAccessKeys":           &api.ListAccessKeysInput{UserName: &name},
			"UpdateAccessKey":          &api.UpdateAccessKeyInput{UserName: &name, AccessKeyId: "AKIAX", Status: "Active"},
			"DeleteAccessKey":          &api.DeleteAccessKeyInput{UserName: &name, AccessKeyId: "AKIAX"},
		} {
			w.refuses(op, in, "NoSuchEntity", 404, "The user with name "+name+" cannot be found.")
		}
	}
}

// A caller whose user was deleted meanwhile is no user either.
func TestNoSuchUser_callerGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t).as(principal.User(account, "/", "gone", "AIDAX", "AKIAX"))
	w.refuses("GetUser", &api.GetUserInput{}, "NoSuchEntity", 404, "The user with name gone cannot be found.")
	w.refuses("CreateAccessKey", &api.CreateAccessKeyInput{}, "NoSuchEntity", 404, "The user with name gone cannot be found.")
}

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	w.user("alicea") // its keys are not alice's
	other := w.key(new("alicea"))
	w.must("PutUserPolicy", &api.PutUserPolicyInput{UserName: "alice", PolicyName: "p", PolicyDocument: allowGet})
	k := w.key(new("alice"))
	del := &api.DeleteUserInput{UserName: "Alice"}
	w.refuses("DeleteUser", del, "DeleteConflict", 409, "Cannot delete entity, must delete policies first.")
	w.must("DeleteUserPolicy", &api.DeleteUserPolicyInput{UserName: "alice", PolicyName: "p"})
	w.refuses("DeleteUser", del, "DeleteConflict", 409, "Cannot delete entity, must delete access keys first.")
	w.must("UpdateAccessKey", &api.UpdateAccessKeyInput{UserName: new("alice"), AccessKeyId: k.AccessKeyId, Status: "Inactive"})
	w.refuses("DeleteUser", del, "DeleteConflict", 409, "Cannot delete entity, must delete access keys first.")
	w.must("DeleteAccessKey", &api.DeleteAccessKeyInput{UserName: new("alice"), AccessKeyId: k.AccessKeyId})
	if out := w.must("DeleteUser", del); out != nil {
		t.Errorf("DeleteUser answers %s, want nothing", w.text(out))
	}
	w.refuses("DeleteUser", del, "NoSuchEntity", 404, "The user with name Alice cannot be found.")
	if _, err := w.identify(other.AccessKeyId); err != nil {
		t.Errorf("another user's key: %v", err)
	}
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for user, path := range map[string]string{"carol": "/", "alice": "/ops/", "Bob": "/ops/night/", "dave": "/opsworks/"} {
		w.must("CreateUser", &api.CreateUserInput{UserName: user, Path: &path})
	}
	w.as(principal.RootOf(foreign, "")).user("eve")
	for name, tc := range map[string]struct {
		in     api.ListUsersInput
		want   string
		marker string // of the answer; empty: the last page
	}{
		"all":                     {api.ListUsersInput{}, "Bob alice carol dave", ""},
		"path":                    {api.ListUsersInput{PathPrefix: new("/ops/")}, "Bob alice", ""},
		"path ends within a name": {api.ListUsersInput{PathPrefix: new("/ops")}, "Bob alice dave", ""},
		"no such path":            {api.ListUsersInput{PathPrefix: new("/none/")}, "", ""},
		"first page":              {api.ListUsersInput{MaxItems: new(int64(3))}, "Bob alice carol", "carol"},
		"last page":               {api.ListUsersInput{MaxItems: new(int64(3)), Marker: new("carol")}, "dave", ""},
		"page that fits":          {api.ListUsersInput{MaxItems: new(int64(4))}, "Bob alice carol dave", ""},
		"page of a path":          {api.ListUsersInput{MaxItems: new(int64(1)), PathPrefix: new("/ops/")}, "Bob", "Bob"},
		"marker of a gone user":   {api.ListUsersInput{Marker: new("b")}, "carol dave", ""},
		"beyond the end":          {api.ListUsersInput{Marker: new("zoe")}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.in(t)
			out := w.must("ListUsers", &tc.in).(*api.ListUsersOutput)
			var names []string
			for _, u := range out.Users {
				names = append(names, u.UserName)
			}
			if got := strings.Join(names, " "); got != tc.want {
				t.Errorf("users %q, want %q", got, tc.want)
			}
			if out.IsTruncated == nil || *out.IsTruncated != (tc.marker != "") || (out.Marker == nil) != (tc.marker == "") || out.Marker != nil && *out.Marker != tc.marker {
				t.Errorf("page ends with %s, want marker %q", w.text(out), tc.marker)
			}
		})
	}
}

func TestListUsers_empty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wants("ListUsers", &api.ListUsersInput{}, `{"IsTruncated":false,"Users":[]}`)
	w.wants("ListRoles", &api.ListRolesInput{}, `{"IsTruncated":false,"Roles":[]}`)
	w.wants("ListAccessKeys", &api.ListAccessKeysInput{}, `{"AccessKeyMetadata":[],"IsTruncated":false}`)
}

// Without MaxItems a page holds 100. [IAM API: ListUsers]
func TestListUsers_defaultPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 101 {
		w.user("u" + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
	}
	out := w.must("ListUsers", &api.ListUsersInput{}).(*api.ListUsersOutput)
	if len(out.Users) != 100 || !*out.IsTruncated || *out.Marker != "u099" {
		t.Errorf("%d users, marker %v", len(out.Users), out.Marker)
	}
	out = w.must("ListUsers", &api.ListUsersInput{Marker: out.Marker}).(*api.ListUsersOutput)
	if len(out.Users) != 1 || out.Users[0].UserName != "u100" || *out.IsTruncated {
		t.Errorf("second page %s", w.text(out))
	}
}

func TestUser_emptyLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	w.wants("ListUserPolicies", &api.ListUserPoliciesInput{UserName: "alice"}, `{"IsTruncated":false,"PolicyNames":[]}`)
	w.wants("ListAttachedUserPolicies", &api.ListAttachedUserPoliciesInput{UserName: "alice"}, `{"AttachedPolicies":[],"IsTruncated":false}`)
	w.wants("ListGroupsForUser", &api.ListGroupsForUserInput{UserName: "alice"}, `{"Groups":[],"IsTruncated":false}`)
}
