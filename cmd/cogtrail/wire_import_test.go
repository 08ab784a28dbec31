package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/audit"
	iamservice "github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/userpool/userimport"
)

func TestUploads(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method string
		err    error
		status int
		code   string
	}{
		"taken":     {"PUT", nil, 200, ""},
		"method":    {"POST", nil, 405, "MethodNotAllowed"},
		"read":      {"GET", nil, 405, "MethodNotAllowed"},
		"forged":    {"PUT", userimport.ErrSignature, 403, "SignatureDoesNotMatch"},
		"late":      {"PUT", userimport.ErrExpired, 403, "AccessDenied"},
		"started":   {"PUT", userimport.ErrClosed, 403, "AccessDenied"},
		"too large": {"PUT", fmt.Errorf("store file: %w", userimport.ErrTooLarge), 400, "EntityTooLarge"},
		"too many":  {"PUT", userimport.ErrTooMany, 503, "SlowDown"},
		"busy":      {"PUT", store.ErrBusy, 503, "SlowDown"},
		"fault":     {"PUT", errors.New("disk is gone"), 500, "InternalError"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			u := &uploads{func(_ context.Context, q url.Values, body io.Reader, size int64) (string, error) {
				raw, err := io.ReadAll(body)
				got = fmt.Sprint(q.Get("job"), " ", size, " ", string(raw))
				return "tag", errors.Join(err, c.err)
			}, slog.New(slog.DiscardHandler)}
			w := httptest.NewRecorder()
			u.ServeHTTP(w, httptest.NewRequest(c.method, importPath+"?job=import-1", strings.NewReader("users")))
			if w.Code != c.status || c.code != "" && !strings.Contains(w.Body.String(), "<Error><Code>"+c.code+"</Code><Message>") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), "disk") {
				t.Errorf("the answer tells of the inside: %s", w.Body)
			}
			if c.method == "PUT" && got != "import-1 5 users" {
				t.Errorf("took %q", got)
			}
			if c.code == "" && w.Header().Get("ETag") != `"tag"` {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// What a role must be and may, for the log of an import.
func TestImportLogs_roles(t *testing.T) {
	t.Parallel()
	const (
		all     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/cognito/*"}]}`
		streams = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`
	)
	trust := func(service, condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"` + condition + `}]}`
	}
	for name, c := range map[string]struct {
		trust, rights, role string
		exists              bool // the log group
		want                error
	}{
		"good":               {trust(cognito, ""), all, "r", false, nil},
		"for this pool":      {trust(cognito, `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:cognito-idp:us-east-1:123456789012:userpool/p"}}`), all, "r", false, nil},
		"for another pool":   {trust(cognito, `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:cognito-idp:us-east-1:123456789012:userpool/q"}}`), all, "r", false, userimport.ErrTrust},
		"for another owner":  {trust(cognito, `,"Condition":{"StringEquals":{"aws:SourceAccount":"999999999999"}}`), all, "r", false, userimport.ErrTrust},
		"of another service": {trust("cloudtrail.amazonaws.com", ""), all, "r", false, userimport.ErrTrust},
		"missing":            {trust(cognito, ""), all, "other", false, userimport.ErrTrust},
		"may not make group": {trust(cognito, ""), streams, "r", false, userimport.ErrPermission},
		"need not make it":   {trust(cognito, ""), streams, "r", true, nil},
		"until a day gone":   {trust(cognito, `},{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`), all, "r", false, userimport.ErrTrust},
		"not in this Region": {trust(cognito, ""), `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"},` +
			`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}]}`, "r", false, userimport.ErrPermission},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := mem.New()
			roles := &iamservice.Service{Vault: secret.NewVault(secret.GenerateMasterKey())}
			at := userimport.Place{
				Account: "123456789012", Region: "us-east-1", Pool: "arn:aws:cognito-idp:us-east-1:123456789012:userpool/p",
				Role: "arn:aws:iam::123456789012:role/" + c.role, Group: "/aws/cognito/userpools/p/name", Stream: "import-1/x",
			}
			err := state.Update(t.Context(), func(tx store.Tx) error {
				call := &op.Call{Context: t.Context(), Caller: principal.User(at.Account, "/", "admin", "AIDAEXAMPLE", "AKIAEXAMPLE"), Account: at.Account, Region: at.Region, Tx: tx, Record: &audit.Builder{}}
				if _, err := roles.CreateRole(call, &iam.CreateRoleInput{RoleName: "r", AssumeRolePolicyDocument: c.trust}); err != nil {
					return err
				}
				if err := roles.PutRolePolicy(call, &iam.PutRolePolicyInput{RoleName: "r", PolicyName: "p", PolicyDocument: c.rights}); err != nil {
					return err
				}
				if c.exists {
					return logs.Groups.Insert(tx, &logs.Group{Account: at.Account, Region: at.Region, Name: at.Group, ID: "g"})
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			models, err := services()
			if err != nil {
				t.Fatal(err)
			}
			l := importLogs{roles, models["logs"], &audit.Encoder{Hidden: audit.HiddenForSecurity}, time.Now}
			for range 2 { // the second time the group is there
				err := state.Update(t.Context(), func(tx store.Tx) error {
					if err := l.Check(tx, at); !errors.Is(err, c.want) {
						t.Errorf("check: %v, want %v", err, c.want)
					}
					return l.Write(tx, at, time.Unix(1_790_000_000, 0), []string{"[SUCCEEDED]"})
				})
				if !errors.Is(err, c.want) {
					t.Errorf("write: %v, want %v", err, c.want)
				}
			}
			// The stream is made once, and the group if it was missing; each line once a call.
			want := map[string]int{"CreateLogGroup": 1, "CreateLogStream": 1, "lines": 2}
			if c.want != nil {
				want = map[string]int{}
			} else if c.exists {
				delete(want, "CreateLogGroup")
			}
			taken, err := state.Take(t.Context(), 100)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, r := range taken {
				if r.Kind == store.LogEvents {
					got["lines"]++
					continue
				}
				got[gjson.GetBytes(r.Data, "eventName").String()]++
				who := gjson.GetBytes(r.Data, "userIdentity.arn").String() + " by " + gjson.GetBytes(r.Data, "sourceIPAddress").String()
				if want := "arn:aws:sts::123456789012:assumed-role/r/CognitoUserImport by " + cognito; who != want {
					t.Errorf("record of %s, want %s", who, want)
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("left %v, want %v", got, want)
			}
		})
	}
}
