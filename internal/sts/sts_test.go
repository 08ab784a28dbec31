package sts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	apiiam "github.com/cogtrail/cogtrail/internal/api/iam"
	api "github.com/cogtrail/cogtrail/internal/api/sts"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/sts"
)

const (
	account = "111122223333"
	trust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
	roleARN = "arn:aws:iam::111122223333:role/ops/Admin"
)

var (
	now   = time.Date(2026, 3, 2, 10, 15, 30, 0, time.UTC)
	alice = principal.User(account, "/", "alice", "AIDAEXAMPLE0000000001", "AKIAEXAMPLE000000001")
)

// world is the service over one role, /ops/Admin.
type world struct {
	*testing.T
	db *mem.DB
	s  *sts.Service
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t, mem.New(), &sts.Service{IAM: &iam.Service{Vault: secret.NewVault(secret.GenerateMasterKey())}}}
	err := w.as(principal.RootOf(account, ""), func(c *op.Call) error {
		_, err := w.s.IAM.CreateRole(c, &apiiam.CreateRoleInput{RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) as(caller principal.Principal, do func(c *op.Call) error) error {
	return w.db.Update(w.Context(), func(tx store.Tx) error {
		return do(&op.Call{Context: w.Context(), Now: now, Caller: caller, Account: account, Region: "us-east-1", Tx: tx, Record: &audit.Builder{}})
	})
}

func (w *world) policies(arn string) []string {
	w.Helper()
	var out []string
	err := w.db.View(w.Context(), func(tx store.Tx) (err error) {
		out, err = w.s.TrustPolicies(tx, account, &api.AssumeRoleInput{RoleArn: arn, RoleSessionName: "s"})
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func TestAssumeRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if got := w.policies(roleARN); len(got) != 1 || got[0] != trust {
		t.Errorf("trust policies %q", got)
	}
	var out *api.AssumeRoleOutput
	err := w.as(alice, func(c *op.Call) (err error) {
		out, err = w.s.AssumeRole(c, &api.AssumeRoleInput{RoleArn: roleARN, RoleSessionName: "deploy"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := out.AssumedRoleUser.Arn; got != "arn:aws:sts::111122223333:assumed-role/Admin/deploy" || !out.Credentials.Expiration.Equal(now.Add(time.Hour)) {
		t.Errorf("session %s until %s", got, out.Credentials.Expiration)
	}
	err = w.db.View(t.Context(), func(tx store.Tx) error {
		id, err := w.s.IAM.Identify(tx, out.Credentials.AccessKeyId)
		if err == nil && (id.Principal.RoleARN() != roleARN || !id.TokenValid(out.Credentials.SessionToken) || id.TokenValid("other")) {
			t.Errorf("identified as %+v", id.Principal)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A policy that allows role/Admin, or role/dev/*, must not reach /ops/Admin by its
// name under another path: the decision is about the ARN as sent.
func TestAssumeRole_anotherPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, arn := range []string{
		"arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/dev/Admin", "arn:aws:iam::111122223333:role/ops/admin",
		"arn:aws:iam::111122223333:role/ops//Admin", "arn:aws-cn:iam::111122223333:role/ops/Admin", "arn:aws:iam:us-east-1:111122223333:role/ops/Admin",
	} {
		if got := w.policies(arn); len(got) != 0 {
			t.Errorf("%s has trust policy %q", arn, got)
		}
		err := w.as(alice, func(c *op.Call) error {
			_, err := w.s.AssumeRole(c, &api.AssumeRoleInput{RoleArn: arn, RoleSessionName: "s"})
			return err
		})
		var refused *schema.Error
		if !errors.As(err, &refused) || refused.Code != "AccessDenied" || refused.Status != 403 ||
			refused.Message != "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: "+arn {
			t.Errorf("%s: %v", arn, err)
		}
	}
}

func TestGetSessionToken_durations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := principal.RootOf(account, "AKIAROOT")
	for name, tc := range map[string]struct {
		caller  principal.Principal
		seconds *int64
		want    time.Duration
	}{
		"user":                     {alice, nil, 12 * time.Hour},
		"user, 36 hours":           {alice, new(int64(129600)), 36 * time.Hour},
		"root":                     {root, nil, time.Hour},
		"root asks for less":       {root, new(int64(900)), 15 * time.Minute},
		"root's wish is cut short": {root, new(int64(129600)), time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := w.as(tc.caller, func(c *op.Call) error {
				out, err := w.s.GetSessionToken(c, &api.GetSessionTokenInput{DurationSeconds: tc.seconds})
				if err == nil && (!out.Credentials.Expiration.Equal(now.Add(tc.want)) || !strings.HasPrefix(out.Credentials.AccessKeyId, "ASIA")) {
					t.Errorf("%s until %s, want %s", out.Credentials.AccessKeyId, out.Credentials.Expiration, now.Add(tc.want))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
