package crash

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/test/server"
)

const password = "Correct-Horse-42"

// cast is what the scenarios are about, made without faults.
type cast struct {
	db              *mem.DB
	vault           *secret.Vault
	seen            *spaces
	admin           server.Credentials
	pool, client    string
	access, renewal string
	code            string // of bo, who has signed up
	session         string // of new, who must change his password
	claim           map[string]any
}

// scenario is one call, and the status it has without a fault.
type scenario struct {
	name    string
	service string
	in      any
	signed  bool
	status  int
}

func newCast(t *testing.T) *cast {
	t.Helper()
	c := &cast{db: mem.New(), vault: secret.NewVault(secret.GenerateMasterKey()), seen: &spaces{all: map[string]bool{}}}
	r, err := newRig(c.db, c.vault, c.seen)
	if err != nil {
		t.Fatal(err)
	}
	do := func(by *server.Credentials, service, operation string, in any) gjson.Result {
		t.Helper()
		a := r.send(t, by, service, operation, in)
		if a.status != 200 {
			t.Fatalf("%s: %d %s", operation, a.status, a.body)
		}
		return gjson.Parse(a.body)
	}
	root := &rootKey
	do(root, "iam", "CreateUser", url.Values{"UserName": {"admin"}})
	do(root, "iam", "PutUserPolicy", url.Values{"UserName": {"admin"}, "PolicyName": {"all"},
		"PolicyDocument": {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`}})
	key := r.send(t, root, "iam", "CreateAccessKey", url.Values{"UserName": {"admin"}})
	c.admin = server.Credentials{ID: element(key.body, "AccessKeyId"), Secret: element(key.body, "SecretAccessKey")}
	c.pool = do(&c.admin, "cognito-idp", "CreateUserPool", map[string]any{"PoolName": "p", "AutoVerifiedAttributes": []string{"email"}}).Get("UserPool.Id").String()
	c.client = do(&c.admin, "cognito-idp", "CreateUserPoolClient", map[string]any{"UserPoolId": c.pool, "ClientName": "c",
		"ExplicitAuthFlows": []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}}).Get("UserPoolClient.ClientId").String()
	for _, name := range []string{"jo", "new"} {
		do(&c.admin, "cognito-idp", "AdminCreateUser", map[string]any{"UserPoolId": c.pool, "Username": name, "MessageAction": "SUPPRESS", "TemporaryPassword": password})
	}
	do(&c.admin, "cognito-idp", "AdminSetUserPassword", map[string]any{"UserPoolId": c.pool, "Username": "jo", "Password": password, "Permanent": true})
	tokens := do(nil, "cognito-idp", "InitiateAuth", c.signIn("jo", password)).Get("AuthenticationResult")
	c.access, c.renewal = tokens.Get("AccessToken").String(), tokens.Get("RefreshToken").String()
	c.session = do(nil, "cognito-idp", "InitiateAuth", c.signIn("new", password)).Get("Session").String()
	do(nil, "cognito-idp", "SignUp", c.signUp("bo"))
	c.code = r.code(t, "bo@example.com")
	side := pooltest.Group().NewClient()
	c.claim = c.answerSRP(t, side, do(nil, "cognito-idp", "InitiateAuth", c.startSRP(side)))
	for _, x := range []struct {
		service, operation string
		in                 map[string]any
	}{
		{"logs", "CreateLogGroup", map[string]any{"logGroupName": "g"}},
		{"logs", "CreateLogStream", map[string]any{"logGroupName": "g", "logStreamName": "s"}},
		{"cloudtrail", "CreateTrail", map[string]any{"Name": "day", "S3BucketName": "b"}},
		{"cloudtrail", "StartLogging", map[string]any{"Name": "day"}},
	} {
		do(&c.admin, x.service, x.operation, x.in)
	}
	r.settle(t)
	return c
}

func (c *cast) signIn(name, word string) map[string]any {
	return map[string]any{"ClientId": c.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": map[string]string{"USERNAME": name, "PASSWORD": word}}
}

func (c *cast) signUp(name string) map[string]any {
	return map[string]any{"ClientId": c.client, "Username": name, "Password": password,
		"UserAttributes": []any{map[string]string{"Name": "email", "Value": name + "@example.com"}}}
}

func (c *cast) startSRP(side *srp.Client) map[string]any {
	return map[string]any{"ClientId": c.client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": map[string]string{"USERNAME": "jo", "SRP_A": side.A()}}
}

func (c *cast) answerSRP(t *testing.T, side *srp.Client, first gjson.Result) map[string]any {
	t.Helper()
	p := func(name string) string { return first.Get("ChallengeParameters." + name).String() }
	signature, at, err := side.Sign(c.pool[len(server.Region)+1:], p("USER_ID_FOR_SRP"), password, p("SALT"), p("SRP_B"), p("SECRET_BLOCK"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"ClientId": c.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": map[string]string{
		"USERNAME": p("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": p("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": at,
	}}
}

func (c *cast) scenarios() []scenario {
	idp := func(name string, in map[string]any, signed bool, status int) scenario {
		return scenario{name, "cognito-idp", in, signed, status}
	}
	user := func(name string) map[string]any { return map[string]any{"UserPoolId": c.pool, "Username": name} }
	auth := func(flow string, params map[string]string) map[string]any {
		return map[string]any{"ClientId": c.client, "AuthFlow": flow, "AuthParameters": params}
	}
	with := func(m map[string]any, k string, v any) map[string]any { m[k] = v; return m }
	return []scenario{
		idp("SignUp", c.signUp("amy"), false, 200),
		idp("ConfirmSignUp", map[string]any{"ClientId": c.client, "Username": "bo", "ConfirmationCode": c.code}, false, 200),
		idp("ConfirmSignUp", map[string]any{"ClientId": c.client, "Username": "bo", "ConfirmationCode": "no-code"}, false, 400),
		idp("ResendConfirmationCode", map[string]any{"ClientId": c.client, "Username": "bo"}, false, 200),
		idp("InitiateAuth", c.signIn("jo", password), false, 200),
		idp("InitiateAuth", c.signIn("jo", "Wr0ng-word!"), false, 400),
		idp("InitiateAuth", c.startSRP(pooltest.Group().NewClient()), false, 200),
		idp("RespondToAuthChallenge", c.claim, false, 200),
		idp("RespondToAuthChallenge", map[string]any{"ClientId": c.client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": c.session,
			"ChallengeResponses": map[string]string{"USERNAME": "new", "NEW_PASSWORD": "Other-Horse-43"}}, false, 200),
		idp("InitiateAuth", auth("REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": c.renewal}), false, 200),
		idp("RevokeToken", map[string]any{"ClientId": c.client, "Token": c.renewal}, false, 200),
		idp("GetUser", map[string]any{"AccessToken": c.access}, false, 200),
		idp("GlobalSignOut", map[string]any{"AccessToken": c.access}, false, 200),
		idp("AdminCreateUser", with(user("amy"), "MessageAction", "SUPPRESS"), true, 200),
		idp("AdminGetUser", user("jo"), true, 200),
		idp("AdminSetUserPassword", with(user("jo"), "Password", "Other-Horse-43"), true, 200),
		idp("AdminDeleteUser", user("jo"), true, 200),
		idp("ListUsers", map[string]any{"UserPoolId": c.pool}, true, 200),
		idp("CreateUserPool", map[string]any{"PoolName": "second"}, true, 200),
		idp("DescribeUserPool", map[string]any{"UserPoolId": c.pool}, true, 200),
		idp("DeleteUserPool", map[string]any{"UserPoolId": c.pool}, true, 200),
		idp("CreateUserPoolClient", map[string]any{"UserPoolId": c.pool, "ClientName": "x"}, true, 200),
		{"CreateTrail", "cloudtrail", map[string]any{"Name": "second", "S3BucketName": "b", "EnableLogFileValidation": true}, true, 200},
		{"UpdateTrail", "cloudtrail", map[string]any{"Name": "day", "S3KeyPrefix": "x"}, true, 200},
		{"StopLogging", "cloudtrail", map[string]any{"Name": "day"}, true, 200},
		{"DeleteTrail", "cloudtrail", map[string]any{"Name": "day"}, true, 200},
		{"PutEventSelectors", "cloudtrail", map[string]any{"TrailName": "day", "EventSelectors": []any{map[string]any{"ReadWriteType": "All"}}}, true, 200},
		{"CreateLogGroup", "logs", map[string]any{"logGroupName": "h"}, true, 200},
		{"PutRetentionPolicy", "logs", map[string]any{"logGroupName": "g", "retentionInDays": 7}, true, 200},
		{"DeleteLogGroup", "logs", map[string]any{"logGroupName": "g"}, true, 200},
		{"PutLogEvents", "logs", map[string]any{"logGroupName": "g", "logStreamName": "s",
			"logEvents": []any{map[string]any{"timestamp": time.Now().UnixMilli(), "message": "m"}}}, true, 200},
		{"CreateUser", "iam", url.Values{"UserName": {"other"}}, true, 200},
		{"CreateAccessKey", "iam", url.Values{"UserName": {"admin"}}, true, 200},
		{"CreateRole", "iam", url.Values{"RoleName": {"r"}, "AssumeRolePolicyDocument": {
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}}, true, 200},
	}
}

// fork is a new rig over a copy of the cast's state.
func (c *cast) fork(t *testing.T) *rig {
	t.Helper()
	r, err := newRig(c.db.Reopen(), c.vault, c.seen)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *cast) do(t *testing.T, r *rig, s scenario) answer {
	t.Helper()
	var by *server.Credentials
	if s.signed {
		by = &c.admin
	}
	return r.send(t, by, s.service, s.name, s.in)
}

// TestStoreFaults fails every storage operation of every scenario, once and for
// ever. The answer is an error, nothing is half done, nothing is recorded that
// did not happen, and the same call works when storage does.
func TestStoreFaults(t *testing.T) {
	t.Parallel()
	c := newCast(t)
	total := 0
	// One after the other: subtests that wait for their turn beside a long campaign
	// would find the cast's sign-in sessions over.
	for i, s := range c.scenarios() {
		t.Run(fmt.Sprintf("%02d_%s_%d", i, s.name, s.status), func(t *testing.T) {
			n := c.faults(t, s)
			total += n
			if n == 0 {
				t.Error("no storage operation was made to fail")
			}
		})
	}
	t.Logf("%d faults over %d scenarios", total, len(c.scenarios()))
}

func (c *cast) faults(t *testing.T, s scenario) (fired int) {
	t.Helper()
	for _, op := range []storetest.Op{storetest.Get, storetest.Put, storetest.Delete, storetest.Scan, storetest.Commit, storetest.CommitUnknown} {
		for _, ever := range []bool{false, true} {
			for n := 1; ; n++ {
				r := c.fork(t)
				before := r.dump(t)
				r.plan.Set(op, n, ever)
				a := c.do(t, r, s)
				if r.plan.Fired() == 0 {
					if a.status != s.status {
						t.Fatalf("without a fault: %d %s", a.status, a.body)
					}
					break
				}
				fired++
				r.plan.Set(op, 0, false)
				if err := c.after(t, r, s, op, before, a); err != nil {
					t.Errorf("%s %d, for ever %t: %v", op, n, ever, err)
				}
			}
		}
	}
	return fired
}

// after judges one answer to a call that met a fault.
func (c *cast) after(t *testing.T, r *rig, s scenario, op storetest.Op, before string, a answer) error {
	t.Helper()
	good, bad := r.records(t)
	after := r.dump(t)
	changed := after != before
	switch {
	case a.status < 500:
		return fmt.Errorf("a storage fault is answered with %d %.200s (%d records of success, %d of refusal, state changed: %t)", a.status, a.body, good, bad, changed)
	case !json.Valid([]byte(a.body)) && element(a.body, "Code") == "":
		return fmt.Errorf("the answer is no error: %.200s", a.body)
	case op == storetest.CommitUnknown:
		// The engine kept everything; caller and record disagree only in that
		// the caller was told to ask again.
		if good+bad != 1 {
			return fmt.Errorf("%d records after a commit of unknown outcome", good+bad)
		}
		return nil
	case changed:
		return fmt.Errorf("half done after %d: changed %v", a.status, differing(before, after))
	case good != 0:
		return fmt.Errorf("%d records of a success that was not", good)
	case bad > 1:
		return fmt.Errorf("%d records of one refusal", bad)
	}
	again := c.do(t, r, s)
	if s.name == "RespondToAuthChallenge" && again.status == 400 {
		return nil // the failed answer has used the session up; a new sign-in is needed
	}
	if again.status != s.status {
		return fmt.Errorf("the same call afterwards: %d %.200s", again.status, again.body)
	}
	good, bad = r.records(t)
	if good+bad != 1 || (good == 1) != (s.status == 200) {
		return fmt.Errorf("the same call afterwards left %d records of success, %d of refusal", good, bad)
	}
	return nil
}

// differing names the spaces whose rows differ.
func differing(before, after string) []string {
	rows := map[string]int{}
	for l := range strings.Lines(before) {
		rows[l]++
	}
	for l := range strings.Lines(after) {
		rows[l]--
	}
	found := map[string]bool{}
	for l, n := range rows {
		if space, _, _ := strings.Cut(l, " "); n != 0 {
			found[space] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
