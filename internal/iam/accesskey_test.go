package iam_test

import (
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/principal"
)

func TestCreateAccessKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	k := w.key(new("ALICE"))
	if k.UserName != "alice" || k.Status != "Active" || !k.CreateDate.Equal(now) {
		t.Errorf("key %+v", k)
	}
	if !strings.HasPrefix(k.AccessKeyId, "AKIA") || len(k.AccessKeyId) != 20 || len(k.SecretAccessKey) != 40 {
		t.Errorf("key id %q with a secret of %d characters, want 20 and 40", k.AccessKeyId, len(k.SecretAccessKey))
	}
	if strings.Contains(w.dump(), k.SecretAccessKey) {
		t.Error("the secret stands in the state in clear")
	}
	self := w.as(principal.User(account, "/", "alice", u.UserId, k.AccessKeyId))
	second := self.key(nil)
	if second.UserName != "alice" || second.AccessKeyId == k.AccessKeyId || second.SecretAccessKey == k.SecretAccessKey {
		t.Errorf("second key %+v", second)
	}
	for _, id := range []string{k.AccessKeyId, second.AccessKeyId} {
		if c, err := w.identify(id); err != nil || c.Principal.UserName != "alice" {
			t.Errorf("key %s belongs to %+v, %v", id, c, err)
		}
	}
}

func TestCreateAccessKey_quota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	w.user("bob")
	w.key(new("bob"))
	first := w.key(new("alice"))
	w.key(new("alice"))
	create := &api.CreateAccessKeyInput{UserName: new("alice")}
	w.refuses("CreateAccessKey", create, "LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
	// An inactive key counts, a deleted one does not.
	w.must("UpdateAccessKey", &api.UpdateAccessKeyInput{UserName: new("alice"), AccessKeyId: first.AccessKeyId, Status: "Inactive"})
	w.refuses("CreateAccessKey", create, "LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
	w.must("DeleteAccessKey", &api.DeleteAccessKeyInput{UserName: new("alice"), AccessKeyId: first.AccessKeyId})
	w.must("CreateAccessKey", create)
}

// Temporary keys are neither listed nor counted.
func TestCreateAccessKey_sessionsDoNotCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	for range 3 {
		w.session(u, time.Hour)
	}
	w.key(new("alice"))
	w.key(new("alice"))
	out := w.must("ListAccessKeys", &api.ListAccessKeysInput{UserName: new("alice")}).(*api.ListAccessKeysOutput)
	if len(out.AccessKeyMetadata) != 2 {
		t.Errorf("listed %s", w.text(out))
	}
}

func TestRootAccessKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k := w.key(nil)
	c, err := w.identify(k.AccessKeyId)
	if err != nil || !c.Principal.IsRoot() || c.Principal.Account != account || c.Secret != k.SecretAccessKey || c.Temporary {
		t.Fatalf("identified as %+v, %v", c, err)
	}
	w.as(principal.RootOf(foreign, "")).wants("ListAccessKeys", &api.ListAccessKeysInput{}, `{"AccessKeyMetadata":[],"IsTruncated":false}`)
	w.key(nil)
	w.refuses("CreateAccessKey", &api.CreateAccessKeyInput{}, "LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2")
	w.must("DeleteAccessKey", &api.DeleteAccessKeyInput{AccessKeyId: k.AccessKeyId})
	if _, err := w.identify(k.AccessKeyId); err == nil {
		t.Error("a deleted key of root is known")
	}
}

func TestListAccessKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	w.user("bob")
	w.key(new("bob"))
	a, b := w.key(new("alice")), w.at(time.Hour).key(new("alice"))
	w.must("UpdateAccessKey", &api.UpdateAccessKeyInput{UserName: new("alice"), AccessKeyId: b.AccessKeyId, Status: "Inactive"})
	first := `{"AccessKeyId":"` + a.AccessKeyId + `","CreateDate":"2026-03-02T10:15:30Z","Status":"Active","UserName":"alice"}`
	second := `{"AccessKeyId":"` + b.AccessKeyId + `","CreateDate":"2026-03-02T11:15:30Z","Status":"Inactive","UserName":"alice"}`
	low := a.AccessKeyId
	if b.AccessKeyId < a.AccessKeyId {
		first, second, low = second, first, b.AccessKeyId
	}
	short := func(s string) string { return random.ReplaceAllString(s, `"$1"`) }
	w.wants("ListAccessKeys", &api.ListAccessKeysInput{UserName: new("Alice")}, short(`{"AccessKeyMetadata":[`+first+`,`+second+`],"IsTruncated":false}`))
	w.wants("ListAccessKeys", &api.ListAccessKeysInput{UserName: new("alice"), MaxItems: new(int64(1))},
		short(`{"AccessKeyMetadata":[`+first+`],"IsTruncated":true,"Marker":"`+low+`"}`))
	w.wants("ListAccessKeys", &api.ListAccessKeysInput{UserName: new("alice"), MaxItems: new(int64(1)), Marker: &low},
		short(`{"AccessKeyMetadata":[`+second+`],"IsTruncated":false}`))
}

func TestUpdateAccessKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("alice")
	k := w.key(new("alice"))
	for _, step := range []struct {
		status string
		known  bool
	}{{"Inactive", false}, {"Inactive", false}, {"Active", true}, {"Active", true}} {
		if out := w.must("UpdateAccessKey", &api.UpdateAccessKeyInput{UserName: new("alice"), AccessKeyId: k.AccessKeyId, Status: step.status}); out != nil {
			t.Errorf("UpdateAccessKey answers %s, want nothing", w.text(out))
		}
		if _, err := w.identify(k.AccessKeyId); (err == nil) != step.known {
			t.Errorf("%s key: %v", step.status, err)
		}
	}
}

// A key is reached under its owner's name only: whoever may change one user's
// keys must not reach another's by the id.
func TestAccessKey_ofOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("alice")
	w.user("bob")
	stranger := w.as(principal.RootOf(foreign, ""))
	stranger.user("alice")
	bobs, roots, theirs := w.key(new("bob")), w.key(nil), stranger.key(new("alice"))
	session := w.session(u, time.Hour)
	for name, tc := range map[string]struct {
		user *string
		id   string
	}{
		"unknown":                           {new("alice"), "AKIAUNKNOWN000000000"},
		"another user's":                    {new("alice"), bobs.AccessKeyId},
		"root's, as a user's":               {new("alice"), roots.AccessKeyId},
		"a user's, as root's":               {nil, bobs.AccessKeyId},
		"of the namesake elsewhere":         {new("alice"), theirs.AccessKeyId},
		"temporary":                         {new("alice"), session.ID},
		"in lower case":                     {new("bob"), strings.ToLower(bobs.AccessKeyId)},
		"empty, which is a prefix of every": {new("bob"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			message := "The Access Key with id " + tc.id + " cannot be found."
			w := w.in(t)
			w.refuses("UpdateAccessKey", &api.UpdateAccessKeyInput{UserName: tc.user, AccessKeyId: tc.id, Status: "Inactive"}, "NoSuchEntity", 404, message)
			w.refuses("DeleteAccessKey", &api.DeleteAccessKeyInput{UserName: tc.user, AccessKeyId: tc.id}, "NoSuchEntity", 404, message)
		})
	}
}
