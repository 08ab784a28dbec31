package group_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const role = "arn:aws:iam::123456789012:role/"

// create makes a group; the role may be empty and the precedence negative for none.
func create(w *pooltest.World, pool, name, role string, precedence int64) cognitoidp.GroupType {
	w.T.Helper()
	in := &cognitoidp.CreateGroupInput{UserPoolId: pool, GroupName: name}
	if role != "" {
		in.RoleArn = &role
	}
	if precedence >= 0 {
		in.Precedence = &precedence
	}
	return *pooltest.Must(w, w.S.Group.CreateGroup, in).Group
}

func add(w *pooltest.World, pool, user, group string) pooltest.Result {
	_, res := pooltest.Do(w, pooltest.Nothing(w.S.Group.AdminAddUserToGroup), &cognitoidp.AdminAddUserToGroupInput{UserPoolId: pool, Username: user, GroupName: group})
	return res
}

func remove(w *pooltest.World, pool, user, group string) pooltest.Result {
	_, res := pooltest.Do(w, pooltest.Nothing(w.S.Group.AdminRemoveUserFromGroup), &cognitoidp.AdminRemoveUserFromGroupInput{UserPoolId: pool, Username: user, GroupName: group})
	return res
}

// members are the names of a group's users, over all pages of a size.
func members(w *pooltest.World, pool, group string, size int64) (names []string) {
	w.T.Helper()
	in := &cognitoidp.ListUsersInGroupInput{UserPoolId: pool, GroupName: group, Limit: &size}
	for {
		out := pooltest.Must(w, w.S.Group.ListUsersInGroup, in)
		for _, u := range out.Users {
			names = append(names, *u.Username)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			slices.Sort(names)
			return names
		}
		if len(out.Users) != int(size) {
			w.T.Fatalf("a page of %d in the middle, want %d", len(out.Users), size)
		}
	}
}

// groupsOf are the names of a user's groups, over all pages of a size.
func groupsOf(w *pooltest.World, pool, user string, size int64) (names []string) {
	w.T.Helper()
	in := &cognitoidp.AdminListGroupsForUserInput{UserPoolId: pool, Username: user, Limit: &size}
	for {
		out := pooltest.Must(w, w.S.Group.AdminListGroupsForUser, in)
		for _, g := range out.Groups {
			names = append(names, *g.GroupName)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			slices.Sort(names)
			return names
		}
	}
}

func TestGroup_life(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	made := pooltest.Must(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{
		UserPoolId: pool, GroupName: "admins", Description: new("who may"), RoleArn: new(role + "a"), Precedence: new(int64(0)),
	}).Group
	want := cognitoidp.GroupType{
		GroupName: new("admins"), UserPoolId: &pool, Description: new("who may"), RoleArn: new(role + "a"), Precedence: new(int64(0)),
		LastModifiedDate: new(w.Now()), CreationDate: new(w.Now()),
	}
	if a, b := optest.JSON(t, made), optest.JSON(t, want); a != b {
		t.Errorf("made  %s\nwant %s", a, b)
	}
	_, res := pooltest.Do(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{UserPoolId: pool, GroupName: "admins"})
	w.Refused(res, "GroupExistsException", "A group with the name already exists")

	w.Advance(time.Minute)
	changed := pooltest.Must(w, w.S.Group.UpdateGroup, &cognitoidp.UpdateGroupInput{UserPoolId: pool, GroupName: "admins", Precedence: new(int64(7))}).Group
	want.Precedence, want.LastModifiedDate = new(int64(7)), new(w.Now())
	if a, b := optest.JSON(t, changed), optest.JSON(t, want); a != b {
		t.Errorf("changed %s\nwant    %s", a, b)
	}
	if got := pooltest.Must(w, w.S.Group.GetGroup, &cognitoidp.GetGroupInput{UserPoolId: pool, GroupName: "admins"}).Group; optest.JSON(t, got) != optest.JSON(t, want) {
		t.Errorf("read %s", optest.JSON(t, got))
	}
	bare := create(w, pool, "bare", "", -1)
	if got, want := optest.JSON(t, bare), optest.JSON(t, cognitoidp.GroupType{GroupName: new("bare"), UserPoolId: &pool, LastModifiedDate: new(w.Now()), CreationDate: new(w.Now())}); got != want {
		t.Errorf("bare group %s, want %s", got, want)
	}
	pooltest.Must(w, pooltest.Nothing(w.S.Group.DeleteGroup), &cognitoidp.DeleteGroupInput{UserPoolId: pool, GroupName: "admins"})
	_, res = pooltest.Do(w, w.S.Group.GetGroup, &cognitoidp.GetGroupInput{UserPoolId: pool, GroupName: "admins"})
	w.Refused(res, "ResourceNotFoundException", "Group not found.")
}

func TestGroup_refusals(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "jo@example.com")
	create(w, pool, "a", "", -1)
	const noPool = "us-east-1_XXXXXXXXX"
	gone := "User pool " + noPool + " does not exist."
	first := func(_ any, res pooltest.Result) pooltest.Result { return res }
	for name, c := range map[string]struct {
		res           pooltest.Result
		code, message string
	}{
		"create without pool": {first(pooltest.Do(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{UserPoolId: noPool, GroupName: "x"})), "ResourceNotFoundException", gone},
		"role":                {first(pooltest.Do(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{UserPoolId: pool, GroupName: "x", RoleArn: new("arn:aws:iam::123456789012:user/x")})), "InvalidParameterException", "Invalid role ARN."},
		"precedence": {first(pooltest.Do(w, w.S.Group.UpdateGroup, &cognitoidp.UpdateGroupInput{UserPoolId: pool, GroupName: "a", Precedence: new(int64(1) << 31)})),
			"InvalidParameterException", "Precedence must be less than or equal to 2147483647."},
		"update unknown": {first(pooltest.Do(w, w.S.Group.UpdateGroup, &cognitoidp.UpdateGroupInput{UserPoolId: pool, GroupName: "x"})), "ResourceNotFoundException", "Group not found."},
		"delete unknown": {first(pooltest.Do(w, pooltest.Nothing(w.S.Group.DeleteGroup), &cognitoidp.DeleteGroupInput{UserPoolId: pool, GroupName: "x"})), "ResourceNotFoundException", "Group not found."},
		"list unknown":   {first(pooltest.Do(w, w.S.Group.ListUsersInGroup, &cognitoidp.ListUsersInGroupInput{UserPoolId: pool, GroupName: "x"})), "ResourceNotFoundException", "Group not found."},
		"page token":     {first(pooltest.Do(w, w.S.Group.ListGroups, &cognitoidp.ListGroupsInput{UserPoolId: pool, NextToken: new("x")})), "InvalidParameterException", "Invalid pagination token."},
		"add nobody":     {add(w, pool, "nobody", "a"), "UserNotFoundException", "User does not exist."},
		"add to nothing": {add(w, pool, "jo", "x"), "ResourceNotFoundException", "Group not found."},
		"remove nobody":  {remove(w, pool, "nobody", "a"), "UserNotFoundException", "User does not exist."},
		"groups of nobody": {first(pooltest.Do(w, w.S.Group.AdminListGroupsForUser, &cognitoidp.AdminListGroupsForUserInput{UserPoolId: pool, Username: "nobody"})),
			"UserNotFoundException", "User does not exist."},
	} {
		if c.res.Code != c.code || c.res.Message != c.message {
			t.Errorf("%s: %v, want %s: %s", name, c.res.Err, c.code, c.message)
		}
	}
	_, res := pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.Group.GetGroup, &cognitoidp.GetGroupInput{UserPoolId: pool, GroupName: "a"})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
}

func TestMembership(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	create(w, pool, "a", "", -1)
	create(w, pool, "b", "", -1)
	var want []string
	for i := range 5 {
		name := fmt.Sprintf("user%d", i)
		sub := w.User(pool, name, "")
		for range 2 { // the second time changes nothing
			if res := add(w, pool, name, "a"); res.Err != nil || res.Sub != sub {
				t.Fatalf("add: %v, record of %q", res.Err, res.Sub)
			}
		}
		want = append(want, name)
	}
	add(w, pool, "user0", "b")
	for _, size := range []int64{1, 2, 5, 60} {
		if got := members(w, pool, "a", size); !slices.Equal(got, want) {
			t.Errorf("members by pages of %d: %q", size, got)
		}
		if got := groupsOf(w, pool, "user0", size); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("groups by pages of %d: %q", size, got)
		}
	}
	for range 2 {
		if res := remove(w, pool, "user0", "a"); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "user1"})
	if got := members(w, pool, "a", 60); !slices.Equal(got, want[2:]) {
		t.Errorf("members after one left and one was deleted: %q", got)
	}
	if got := groupsOf(w, pool, "user0", 60); !slices.Equal(got, []string{"b"}) {
		t.Errorf("groups after he left: %q", got)
	}
}

// A new group of an old name begins empty, whether the old one's memberships are cleared away yet or not.
func TestDeleteGroup_members(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "")
	create(w, pool, "a", "", -1)
	add(w, pool, "jo", "a")
	pooltest.Must(w, pooltest.Nothing(w.S.Group.DeleteGroup), &cognitoidp.DeleteGroupInput{UserPoolId: pool, GroupName: "a"})
	create(w, pool, "a", "", -1)
	if got := members(w, pool, "a", 60); len(got) != 0 {
		t.Errorf("members of the new group: %q", got)
	}
	if got := groupsOf(w, pool, "jo", 60); len(got) != 0 {
		t.Errorf("groups: %q", got)
	}
	jobs := store.Table[job.Job]{Name: "jobs"}
	var due *job.Job
	rows := 0
	w.View(func(tx store.Tx) error {
		for j, err := range jobs.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			due = j
		}
		return nil
	})
	if due == nil || due.Kind != userpool.GroupPurgeJob {
		t.Fatalf("job %+v", due)
	}
	if err := userpool.GroupPurgeHandler(w.State)(context.Background(), *due); err != nil {
		t.Fatal(err)
	}
	w.View(func(tx store.Tx) error {
		for _, err := range userpool.Memberships.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			rows++
		}
		return nil
	})
	if rows != 0 {
		t.Errorf("%d memberships left", rows)
	}
}

func TestAdminAddUserToGroup_limit(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "")
	for i := range userpool.MaxMembership + 1 {
		create(w, pool, fmt.Sprintf("g%03d", i), "", -1)
	}
	for i := range userpool.MaxMembership {
		if res := add(w, pool, "jo", fmt.Sprintf("g%03d", i)); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	w.Refused(add(w, pool, "jo", "g100"), "InvalidParameterException", "The maximum number of groups for this user has been reached.")
}

// Groups that are gone do not count, and do not stay in the user's row.
func TestAdminAddUserToGroup_afterDeleted(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "")
	for i := range 3 {
		name := fmt.Sprint("g", i)
		create(w, pool, name, "", -1)
		if res := add(w, pool, "jo", name); res.Err != nil {
			t.Fatal(res.Err)
		}
		if i < 2 {
			pooltest.Must(w, pooltest.Nothing(w.S.Group.DeleteGroup), &cognitoidp.DeleteGroupInput{UserPoolId: pool, GroupName: name})
		}
	}
	if n := len(w.Stored(pool, "jo").Groups); n != 1 {
		t.Errorf("%d groups in his row, want 1", n)
	}
}

// What groups say in tokens: names by precedence, roles, and the one role of the lowest precedence.
func TestTokens_groups(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		groups                  []string // name, role, precedence
		names, roles, preferred string
	}{
		"no groups":                {nil, "", "", ""},
		"without roles":            {[]string{"b  2", "a  -1", "c  1"}, `["c","b","a"]`, "", ""},
		"lowest precedence wins":   {[]string{"low a 5", "high b 1"}, `["high","low"]`, `["b","a"]`, "b"},
		"zero is lowest":           {[]string{"none a -1", "zero b 0"}, `["zero","none"]`, `["b","a"]`, "b"},
		"equal with one role":      {[]string{"x a 1", "y a 1"}, `["x","y"]`, `["a"]`, "a"},
		"equal with two roles":     {[]string{"x a 1", "y b 1"}, `["x","y"]`, `["a","b"]`, ""},
		"lowest without role":      {[]string{"x  1", "y b 2"}, `["x","y"]`, `["b"]`, ""},
		"equal, one without role":  {[]string{"x  1", "y b 1"}, `["x","y"]`, `["b"]`, "b"},
		"no precedence, two roles": {[]string{"x a -1", "y b -1"}, `["x","y"]`, `["a","b"]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(nil)
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "")
			short := strings.NewReplacer(`"a"`, `"`+role+`a"`, `"b"`, `"`+role+`b"`)
			for _, text := range c.groups {
				f := strings.Split(text, " ")
				var precedence int64
				fmt.Sscan(f[2], &precedence)
				arn := ""
				if f[1] != "" {
					arn = role + f[1]
				}
				create(w, pool, f[0], arn, precedence)
				if res := add(w, pool, "jo", f[0]); res.Err != nil {
					t.Fatal(res.Err)
				}
			}
			tokens := w.Tokens(client, "jo")
			again, res := w.Refresh(client, *tokens.RefreshToken)
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			for kind, text := range map[string]string{"sign-in": *tokens.IdToken, "refresh": *again.AuthenticationResult.IdToken} {
				id := claims(t, text)
				if got := id.Get("cognito:groups").Raw; got != c.names {
					t.Errorf("%s: groups %s, want %s", kind, got, c.names)
				}
				if got := id.Get("cognito:roles").Raw; got != short.Replace(c.roles) {
					t.Errorf("%s: roles %s, want %s", kind, got, short.Replace(c.roles))
				}
				want := ""
				if c.preferred != "" {
					want = role + c.preferred
				}
				if got := id.Get("cognito:preferred_role").String(); got != want {
					t.Errorf("%s: preferred role %q, want %q", kind, got, want)
				}
			}
			access := claims(t, *tokens.AccessToken)
			if got := access.Get("cognito:groups").Raw; got != c.names || access.Get("cognito:roles").Exists() {
				t.Errorf("access token %s, want groups %s and no roles", access, c.names)
			}
		})
	}
}

func claims(t *testing.T, text string) gjson.Result {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil || !json.Valid(raw) {
		t.Fatalf("claims %q: %v", raw, err)
	}
	return gjson.Parse(strings.ReplaceAll(string(raw), `\/`, "/")) // Cognito's tokens write it so
}

// A pool has ten thousand groups at most; another pool's do not count, and one that goes makes room.
func TestCreateGroup_limit(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		for i := range userpool.MaxGroups - 1 {
			name := fmt.Sprint("g", i)
			g := &userpool.Group{Account: pooltest.Account, Region: pooltest.Region, Pool: userpool.PoolID(pool), ID: name, Settings: cognitoidp.GroupType{GroupName: &name}}
			if err := userpool.Groups.Insert(tx, g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	create(w, pool, "last", "", -1)
	_, res := pooltest.Do(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{UserPoolId: pool, GroupName: "more"})
	w.Refused(res, "LimitExceededException", "The maximum number of groups in this user pool has been reached.")
	create(w, other, "more", "", -1)
	pooltest.Must(w, pooltest.Nothing(w.S.Group.DeleteGroup), &cognitoidp.DeleteGroupInput{UserPoolId: pool, GroupName: "g17"})
	create(w, pool, "more", "", -1)
}
