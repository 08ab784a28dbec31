package usage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/usage"
)

// counted settles records of one minute and returns what was emitted, in order.
func counted(w *pooltest.World, records ...string) []string {
	w.T.Helper()
	var got []string
	c := &usage.Counter{Realm: w.S.Realm, Emit: func(_ store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error {
		var ds []string
		for n, v := range dimensions {
			ds = append(ds, n+"="+v)
		}
		slices.Sort(ds)
		got = append(got, fmt.Sprintf("%s %s %s %g of %g %s %s %s %s", namespace, name, at.Format(time.TimeOnly), s.Sum, s.Count, unit, account, region, strings.Join(ds, " ")))
		return nil
	}}
	var batch []usage.Record
	for i, r := range records {
		batch = append(batch, usage.Record{Account: "1", Region: "r", Time: time.Date(2026, 3, 3, 7, 5, i, 0, time.UTC), Data: []byte(r)})
	}
	if err := w.State.Update(context.Background(), func(tx store.Tx) error { return c.Settle(tx, batch) }); err != nil {
		w.T.Fatal(err)
	}
	return got
}

func call(name, failure, request, response string) string {
	return `{"eventSource":"cognito-idp.amazonaws.com","eventName":"` + name + `","errorCode":"` + failure + `","requestParameters":` + request + `,"responseElements":` + response + `}`
}

func TestSettle(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	byClient := `{"clientId":"` + client + `","authFlow":"USER_PASSWORD_AUTH"}`
	refresh := `{"clientId":"` + client + `","authFlow":"REFRESH_TOKEN_AUTH"}`
	tokens := `{"authenticationResult":{"tokenType":"Bearer"}}`
	got := counted(w,
		call("InitiateAuth", "", byClient, tokens),
		call("InitiateAuth", "", byClient, `{"challengeName":"SMS_MFA"}`),
		call("RespondToAuthChallenge", "", byClient, tokens),
		call("InitiateAuth", "NotAuthorizedException", byClient, "null"),
		call("InitiateAuth", "TooManyRequestsException", byClient, "null"),
		call("InitiateAuth", "", refresh, tokens),
		call("GetTokensFromRefreshToken", "RefreshTokenReuseException", byClient, "null"),
		call("SignUp", "", byClient, `{}`),
		call("AdminCreateUser", "", `{"userPoolId":"`+pool+`"}`, `{}`),
		call("SignUp", "", `{"clientId":"gone"}`, `{}`),
		call("DescribeTerms", "", `{"userPoolId":"`+pool+`"}`, "null"),
		call("RespondToAuthChallenge", "", `{"clientId":"`+client+`","challengeName":"NEW_PASSWORD_REQUIRED"}`, `{}`),
		call("Login_GET", "", `{}`, "null"),
		`{"eventSource":"iam.amazonaws.com","eventName":"GetUser"}`, `no JSON`,
	)
	at := func(namespace, metric, dimensions string) string {
		name, amount, _ := strings.Cut(metric, " ")
		return namespace + " " + name + " 07:05:00 " + amount + " Count 1 r " + dimensions
	}
	mine, usage := "UserPool="+pool+" UserPoolClient="+client, "Class=None Resource=%s Service=Cognito user pool Type=API"
	want := []string{
		at("AWS/Usage", "CallCount 6 of 6", fmt.Sprintf(usage, "UserAuthentication")),
		at("AWS/Cognito", "SignInSuccesses 2 of 3", mine),
		at("AWS/Usage", "ThrottleCount 1 of 1", fmt.Sprintf(usage, "UserAuthentication")),
		at("AWS/Cognito", "SignInThrottles 1 of 1", mine),
		at("AWS/Cognito", "TokenRefreshSuccesses 1 of 2", mine),
		at("AWS/Usage", "CallCount 3 of 3", fmt.Sprintf(usage, "UserCreation")),
		at("AWS/Cognito", "SignUpSuccesses 1 of 1", mine),
		at("AWS/Cognito", "SignUpSuccesses 1 of 1", "UserPool="+pool+" UserPoolClient=Admin"),
		at("AWS/Usage", "CallCount 1 of 1", fmt.Sprintf(usage, "UserPoolResourceRead")),
		at("AWS/Usage", "CallCount 1 of 1", fmt.Sprintf(usage, "UserAccountRecovery")),
	}
	if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
		t.Errorf("got\n%s\nwant\n%s", a, b)
	}
}

// Every operation of the API counts in a category.
func TestCategories(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	all, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range all {
		if s.EventSource != usage.Source {
			continue
		}
		for _, o := range s.Operations {
			n++
			if got := counted(w, call(o.Name, "", `{}`, "null")); len(got) == 0 {
				t.Errorf("%s has no category", o.Name)
			}
		}
	}
	if n == 0 {
		t.Error("there are no operations")
	}
}
