package client

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// functions plays Lambda: an Invoke API with one function, app, and a webhook. Its program is that of an application, which calls
// back in.
type functions struct {
	t    *testing.T
	url  string
	mu   sync.Mutex
	seen map[string]int // by trigger source
	idp  *idp.Client
}

type event struct {
	Source   string         `json:"triggerSource"`
	Pool     string         `json:"userPoolId"`
	UserName string         `json:"userName"`
	Request  map[string]any `json:"request"`
}

func newFunctions(t *testing.T) *functions {
	f := &functions{t: t, seen: map[string]int{}}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func (f *functions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var e event
	if err != nil || json.Unmarshal(raw, &e) != nil {
		f.t.Errorf("event %s, %v", raw, err)
	}
	wanted := "/2015-03-31/functions/app/invocations"
	if strings.HasPrefix(e.Source, "PreSignUp") {
		wanted = "/hook"
	}
	if r.URL.Path != wanted || r.Method != http.MethodPost {
		f.t.Errorf("%s: %s %s", e.Source, r.Method, r.URL.Path)
	}
	f.mu.Lock()
	f.seen[e.Source]++
	f.mu.Unlock()
	response, failure := f.program(r, e)
	var answer map[string]any
	if json.Unmarshal(raw, &answer) != nil {
		return
	}
	if failure != "" {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer = map[string]any{"errorMessage": failure, "errorType": "Error"}
	} else if response != nil {
		answer["response"] = response
	}
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		f.t.Error(err)
	}
}

// program answers an event: nil for the event as it is.
func (f *functions) program(r *http.Request, e event) (response any, failure string) {
	switch e.Source {
	case "PreSignUp_SignUp":
		if e.UserName == "banned" {
			return nil, "Sign-up of banned is not allowed"
		}
	case "PostConfirmation_ConfirmSignUp":
		if _, err := f.idp.AdminAddUserToGroup(r.Context(), &idp.AdminAddUserToGroupInput{UserPoolId: &e.Pool, Username: &e.UserName, GroupName: aws.String("new")}); err != nil {
			return nil, err.Error()
		}
	case "PostAuthentication_Authentication":
		_, err := f.idp.AdminUpdateUserAttributes(r.Context(), &idp.AdminUpdateUserAttributesInput{
			UserPoolId: &e.Pool, Username: &e.UserName, UserAttributes: []idptypes.AttributeType{{Name: aws.String("nickname"), Value: aws.String("seen")}},
		})
		if err != nil {
			return nil, err.Error()
		}
	case "CustomMessage_SignUp":
		return map[string]any{"emailSubject": "Hello", "emailMessage": "Dear you, {####}"}, ""
	case "UserMigration_Authentication":
		if e.Request["password"] != "Old-Orbit-61!" {
			return nil, "Bad password"
		}
		return map[string]any{"userAttributes": map[string]string{"email": "old@example.org", "email_verified": "true"}, "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"}, ""
	case "TokenGeneration_Authentication", "TokenGeneration_RefreshTokens":
		return map[string]any{"claimsAndScopeOverrideDetails": map[string]any{
			"idTokenGeneration":     map[string]any{"claimsToAddOrOverride": map[string]any{"plan": map[string]any{"name": "gold"}, "sub": "forged"}},
			"accessTokenGeneration": map[string]any{"claimsToAddOrOverride": map[string]any{"tenant": 7}, "scopesToAdd": []string{"orders/read"}},
		}}, ""
	case "DefineAuthChallenge_Authentication":
		return define(e.Request["session"]), ""
	case "CreateAuthChallenge_Authentication":
		return map[string]any{"publicChallengeParameters": map[string]string{"riddle": "6*7"}, "privateChallengeParameters": map[string]string{"answer": riddleAnswer}, "challengeMetadata": "RIDDLE"}, ""
	case "VerifyAuthChallengeResponse_Authentication":
		private, _ := e.Request["privateChallengeParameters"].(map[string]any)
		return map[string]any{"answerCorrect": e.Request["challengeAnswer"] == private["answer"]}, ""
	}
	return nil, ""
}

// riddleAnswer is what the application's challenge asks for.
const riddleAnswer = "forty-two.riddle"

// define is what comes next in a custom sign-in: the password if the client began with it, and a riddle, of which one wrong answer is
// forgiven.
func define(session any) any {
	done, _ := session.([]any)
	wrong := 0
	var last map[string]any
	for _, d := range done {
		if last, _ = d.(map[string]any); last["challengeResult"] != true {
			wrong++
		}
	}
	switch name := last["challengeName"]; {
	case wrong > 1:
		return map[string]any{"issueTokens": false, "failAuthentication": true}
	case name == "SRP_A":
		return map[string]any{"challengeName": "PASSWORD_VERIFIER", "issueTokens": false, "failAuthentication": false}
	case name == "CUSTOM_CHALLENGE" && last["challengeResult"] == true:
		return map[string]any{"issueTokens": true, "failAuthentication": false}
	}
	return map[string]any{"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false}
}

// claimsOf are the claims of a token.
func claimsOf(t *testing.T, token *string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(*token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// An application whose functions run behind an Invoke API and a webhook, by the unmodified SDK for Go.
func TestSDKTriggers(t *testing.T) {
	t.Parallel()
	const invoked, hooked = "arn:aws:lambda:us-east-1:123456789012:function:app", "arn:aws:lambda:us-east-1:123456789012:function:hook"
	f := newFunctions(t)
	s := harness.Start(t, binary, "COGTRAIL_LAMBDA_ENDPOINT="+f.url, "COGTRAIL_LAMBDA_NAME=name", "COGTRAIL_LAMBDA_FUNCTIONS=hook="+f.url+"/hook")
	ctx, cfg := t.Context(), sdkConfig(s)
	pools, trails := idp.NewFromConfig(cfg), cloudtrail.NewFromConfig(cfg)
	f.idp = pools
	pool := want[*idp.CreateUserPoolOutput](t)(pools.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("triggers"), AutoVerifiedAttributes: []idptypes.VerifiedAttributeType{idptypes.VerifiedAttributeTypeEmail},
		LambdaConfig: &idptypes.LambdaConfigType{
			PreSignUp: aws.String(hooked), PostConfirmation: aws.String(invoked), PreAuthentication: aws.String(invoked), PostAuthentication: aws.String(invoked),
			CustomMessage: aws.String(invoked), UserMigration: aws.String(invoked), DefineAuthChallenge: aws.String(invoked), CreateAuthChallenge: aws.String(invoked),
			VerifyAuthChallengeResponse: aws.String(invoked),
			PreTokenGenerationConfig:    &idptypes.PreTokenGenerationVersionConfigType{LambdaArn: aws.String(invoked), LambdaVersion: idptypes.PreTokenGenerationLambdaVersionTypeV20},
		},
	})).UserPool.Id
	client := want[*idp.CreateUserPoolClientOutput](t)(pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: aws.String("app"), ExplicitAuthFlows: []idptypes.ExplicitAuthFlowsType{
			idptypes.ExplicitAuthFlowsTypeAllowUserPasswordAuth, idptypes.ExplicitAuthFlowsTypeAllowRefreshTokenAuth, idptypes.ExplicitAuthFlowsTypeAllowCustomAuth,
		},
	})).UserPoolClient.ClientId
	want[*idp.CreateGroupOutput](t)(pools.CreateGroup(ctx, &idp.CreateGroupInput{UserPoolId: pool, GroupName: aws.String("new")}))
	const name, mail, password = "go.user", "go.user@example.org", "Piccolo-Orbit-61!"
	signUp := func(name string) (*idp.SignUpOutput, error) {
		return pools.SignUp(ctx, &idp.SignUpInput{
			ClientId: client, Username: &name, Password: aws.String(password), UserAttributes: []idptypes.AttributeType{{Name: aws.String("email"), Value: aws.String(mail)}},
		})
	}
	_, err := signUp("banned")
	is[*idptypes.UserLambdaValidationException](t, err, "PreSignUp failed with error Sign-up of banned is not allowed.")
	want[*idp.SignUpOutput](t)(signUp(name))
	if m := s.Messages(t, mail); len(m) != 1 || m[0].Subject != "Hello" || !strings.HasPrefix(m[0].Body, "Dear you, ") {
		t.Errorf("messages %+v", m)
	}
	want[*idp.ConfirmSignUpOutput](t)(pools.ConfirmSignUp(ctx, &idp.ConfirmSignUpInput{ClientId: client, Username: aws.String(name), ConfirmationCode: aws.String(s.Code(t, mail))}))

	signIn := func(name, password string) (*idp.InitiateAuthOutput, error) {
		return pools.InitiateAuth(ctx, &idp.InitiateAuthInput{ClientId: client, AuthFlow: idptypes.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": name, "PASSWORD": password}})
	}
	in := want[*idp.InitiateAuthOutput](t)(signIn(name, password)).AuthenticationResult
	id, access := claimsOf(t, in.IdToken), claimsOf(t, in.AccessToken)
	plan, _ := id["plan"].(map[string]any)
	groups, _ := id["cognito:groups"].([]any)
	if plan["name"] != "gold" || id["sub"] == "forged" || id["nickname"] != "seen" || len(groups) != 1 || groups[0] != "new" {
		t.Errorf("ID token %v", id)
	}
	if access["tenant"] != 7.0 || access["scope"] != "aws.cognito.signin.user.admin orders/read" {
		t.Errorf("access token %v", access)
	}
	want[*idp.GetUserOutput](t)(pools.GetUser(ctx, &idp.GetUserInput{AccessToken: in.AccessToken}))
	again := want[*idp.GetTokensFromRefreshTokenOutput](t)(pools.GetTokensFromRefreshToken(ctx, &idp.GetTokensFromRefreshTokenInput{ClientId: client, RefreshToken: in.RefreshToken}))
	if claimsOf(t, again.AuthenticationResult.AccessToken)["tenant"] != 7.0 {
		t.Error("a refreshed token lacks the function's claim")
	}

	_, err = signIn("old.user", "Wrong-Guess-1!")
	is[*idptypes.UserLambdaValidationException](t, err, "UserMigration failed with error Bad password.")
	want[*idp.InitiateAuthOutput](t)(signIn("old.user", "Old-Orbit-61!"))

	start := want[*idp.InitiateAuthOutput](t)(pools.InitiateAuth(ctx, &idp.InitiateAuthInput{ClientId: client, AuthFlow: idptypes.AuthFlowTypeCustomAuth, AuthParameters: map[string]string{"USERNAME": name}}))
	if start.ChallengeName != idptypes.ChallengeNameTypeCustomChallenge || start.ChallengeParameters["riddle"] != "6*7" || start.ChallengeParameters["USERNAME"] != name {
		t.Fatalf("%+v", start)
	}
	answer := func(session *string, text string) (*idp.RespondToAuthChallengeOutput, error) {
		return pools.RespondToAuthChallenge(ctx, &idp.RespondToAuthChallengeInput{
			ClientId: client, ChallengeName: idptypes.ChallengeNameTypeCustomChallenge, Session: session, ChallengeResponses: map[string]string{"USERNAME": name, "ANSWER": text},
		})
	}
	wrong := want[*idp.RespondToAuthChallengeOutput](t)(answer(start.Session, "41"))
	right := want[*idp.RespondToAuthChallengeOutput](t)(answer(wrong.Session, riddleAnswer))
	if right.AuthenticationResult == nil {
		t.Errorf("%+v", right)
	}

	// The refused sign-up has one record, which does not tell whose it was.
	var refused []string
	harness.Eventually(t, "the refused sign-up is in the history", func() bool {
		out := want[*cloudtrail.LookupEventsOutput](t)(trails.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyEventName, AttributeValue: aws.String("SignUp")}},
		}))
		refused = nil
		for _, e := range out.Events {
			if strings.Contains(*e.CloudTrailEvent, `"errorCode":"UserLambdaValidationException"`) {
				refused = append(refused, *e.CloudTrailEvent)
			}
		}
		return len(out.Events) == 2
	})
	if len(refused) != 1 || !strings.Contains(refused[0], `"errorMessage":"PreSignUp failed with error Sign-up of *** is not allowed."`) || strings.Contains(refused[0], "banned") {
		t.Errorf("records %v", refused)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for source, n := range map[string]int{
		"PreSignUp_SignUp": 2, "PreSignUp_AdminCreateUser": 1, "CustomMessage_SignUp": 1, "PostConfirmation_ConfirmSignUp": 1, "PreAuthentication_Authentication": 2,
		"PostAuthentication_Authentication": 3, "TokenGeneration_Authentication": 3, "TokenGeneration_RefreshTokens": 1, "UserMigration_Authentication": 2,
		"DefineAuthChallenge_Authentication": 3, "CreateAuthChallenge_Authentication": 2, "VerifyAuthChallengeResponse_Authentication": 2,
	} {
		if f.seen[source] != n {
			t.Errorf("%s: called %d times, want %d", source, f.seen[source], n)
		}
	}
}

// Custom sign-ins by the unmodified amazon-cognito-identity-js. Neither answers nor passwords show in a record.
func TestJavaScriptCustomAuth(t *testing.T) {
	t.Parallel()
	const app = "arn:aws:lambda:us-east-1:123456789012:function:app"
	const name, password = "js.riddler.5521", "Riddle-Canary-Oboe-7!"
	dir, home := installJS(t), t.TempDir()
	s := harness.Start(t, binary, append([]string{"COGTRAIL_LAMBDA_ENDPOINT=" + newFunctions(t).url, "COGTRAIL_LAMBDA_NAME=name"}, fast...)...)
	ctx, watch, pools := t.Context(), newWatch(t, s), idp.NewFromConfig(sdkConfig(s))
	pool := want[*idp.CreateUserPoolOutput](t)(pools.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("riddles"), LambdaConfig: &idptypes.LambdaConfigType{
			DefineAuthChallenge: aws.String(app), CreateAuthChallenge: aws.String(app), VerifyAuthChallengeResponse: aws.String(app),
		},
	})).UserPool.Id
	client := want[*idp.CreateUserPoolClientOutput](t)(pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: aws.String("browser"), ExplicitAuthFlows: []idptypes.ExplicitAuthFlowsType{
			idptypes.ExplicitAuthFlowsTypeAllowCustomAuth, idptypes.ExplicitAuthFlowsTypeAllowRefreshTokenAuth,
		},
	})).UserPoolClient.ClientId
	want[*idp.AdminCreateUserOutput](t)(pools.AdminCreateUser(ctx, &idp.AdminCreateUserInput{
		UserPoolId: pool, Username: aws.String(name), MessageAction: idptypes.MessageActionTypeSuppress,
	}))
	want[*idp.AdminSetUserPasswordOutput](t)(pools.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{
		UserPoolId: pool, Username: aws.String(name), Password: aws.String(password), Permanent: true,
	}))
	list := filepath.Join(home, "canaries")
	env := append(s.ClientEnv(home), "CANARIES="+list, "POOL="+*pool, "CLIENT="+*client, "PERSON="+name, "PASSWORD="+password)
	r := harness.Run(t, dir, env, 2*waitLimit, "node", "custom.js")
	if r.Code != 0 || !strings.HasSuffix(r.Stdout, "ok\n") {
		t.Fatalf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	watch.check(t, readCanaries(t, list))
}
