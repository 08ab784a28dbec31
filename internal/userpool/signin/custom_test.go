package signin_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// riddle is a program of the three functions: a riddle of the pool's own, after the password if the client began with SRP_A. Three
// wrong answers end it.
func riddle(source string, e gjson.Result) (string, error) {
	session := e.Get("request.session").Array()
	switch source {
	case "DefineAuthChallenge_Authentication":
		wrong := 0
		for _, s := range session {
			if s.Get("challengeName").Str == "CUSTOM_CHALLENGE" && !s.Get("challengeResult").Bool() {
				wrong++
			}
		}
		last := gjson.Result{}
		if len(session) > 0 {
			last = session[len(session)-1]
		}
		switch {
		case wrong == 3:
			return `{"failAuthentication":true,"issueTokens":false}`, nil
		case last.Get("challengeName").Str == "SRP_A":
			return `{"challengeName":"PASSWORD_VERIFIER","issueTokens":false,"failAuthentication":false}`, nil
		case last.Get("challengeName").Str == "CUSTOM_CHALLENGE" && last.Get("challengeResult").Bool():
			return `{"issueTokens":true,"failAuthentication":false}`, nil
		}
		return `{"challengeName":"CUSTOM_CHALLENGE","issueTokens":false,"failAuthentication":false}`, nil
	case "CreateAuthChallenge_Authentication":
		return `{"publicChallengeParameters":{"riddle":"what is ` + strconv.Itoa(len(session)) + `+1","USERNAME":"forged"},"privateChallengeParameters":{"answer":"right"},"challengeMetadata":"RIDDLE"}`, nil
	case "VerifyAuthChallengeResponse_Authentication":
		right := e.Get("request.challengeAnswer").Str == e.Get("request.privateChallengeParameters.answer").Str && !e.Get("request.userNotFound").Bool()
		return `{"answerCorrect":` + strconv.FormatBool(right) + `}`, nil
	}
	return "", nil
}

func customPool(w *pooltest.World, hide bool) (pool, client string) {
	pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.LambdaConfig = pooltest.AllTriggers("V1_0") })
	client = *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = append(in.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH")
		if hide {
			in.PreventUserExistenceErrors = new("ENABLED")
		}
	}).ClientId
	return pool, client
}

func startCustom(w *pooltest.World, client string, params ...string) (*cognitoidp.InitiateAuthOutput, pooltest.Result) {
	m := map[string]string{}
	for i := 0; i < len(params); i += 2 {
		m[params[i]] = params[i+1]
	}
	return pooltest.Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "CUSTOM_AUTH", ClientId: client, AuthParameters: m, ClientMetadata: map[string]string{"from": "start"},
	})
}

func answerCustom(w *pooltest.World, client string, session *string, name, answer string) (*cognitoidp.RespondToAuthChallengeOutput, pooltest.Result) {
	return w.Respond(&cognitoidp.RespondToAuthChallengeInput{
		ClientId: client, ChallengeName: "CUSTOM_CHALLENGE", Session: session, ClientMetadata: map[string]string{"from": "answer"},
		ChallengeResponses: map[string]string{"USERNAME": name, "ANSWER": answer},
	})
}

// The whole way of a client such as amazon-cognito-identity-js: a wrong answer gives another challenge, a right one tokens.
func TestCustomAuth(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := customPool(w, false)
	sub := w.User(pool, "jo", "jo@example.com")
	w.Program(riddle)
	first, res := startCustom(w, client, "USERNAME", "jo")
	if res.Err != nil || *first.ChallengeName != "CUSTOM_CHALLENGE" || first.Session == nil || res.Sub != sub {
		t.Fatalf("%+v, %v", first, res.Err)
	}
	if p := first.ChallengeParameters; len(p) != 2 || p["riddle"] != "what is 0+1" || p["USERNAME"] != "jo" {
		t.Errorf("parameters %v", p)
	}
	events := w.Events()
	if len(events) != 3 || events[0].Get("triggerSource").Str != "PreAuthentication_Authentication" || events[0].Get("request.validationData.from").Str != "start" ||
		events[1].Get("request.session").Raw != "[]" || events[1].Get("request.clientMetadata").Exists() || events[1].Get("request.userNotFound").Exists() ||
		events[2].Get("request.challengeName").Str != "CUSTOM_CHALLENGE" || events[2].Get("request.userAttributes.sub").Str != sub {
		t.Errorf("events %v", events)
	}
	second, res := answerCustom(w, client, first.Session, "jo", "wrong")
	if res.Err != nil || *second.ChallengeName != "CUSTOM_CHALLENGE" || *second.Session == *first.Session || second.ChallengeParameters["riddle"] != "what is 1+1" {
		t.Fatalf("%+v, %v", second, res.Err)
	}
	events = w.Events()
	if events[0].Get("request.privateChallengeParameters.answer").Str != "right" || events[0].Get("request.challengeAnswer").Str != "wrong" || events[0].Get("request.clientMetadata.from").Str != "answer" ||
		events[1].Get("request.session").Raw != `[{"challengeName":"CUSTOM_CHALLENGE","challengeResult":false,"challengeMetadata":"RIDDLE"}]` {
		t.Errorf("events %v", events)
	}
	_, res = answerCustom(w, client, first.Session, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user, session can only be used once.")
	done, res := answerCustom(w, client, second.Session, "jo", "right")
	if res.Err != nil || done.AuthenticationResult == nil || done.ChallengeName != nil || len(done.ChallengeParameters) != 0 {
		t.Fatalf("%+v, %v", done, res.Err)
	}
	if got := w.Sources(); got != "VerifyAuthChallengeResponse_Authentication DefineAuthChallenge_Authentication PostAuthentication_Authentication TokenGeneration_Authentication" {
		t.Error(got)
	}
	if _, res := w.GetUser(*done.AuthenticationResult.AccessToken); res.Err != nil {
		t.Error(res.Err)
	}
}

// Guesses end when DefineAuthChallenge says so, and no session can be answered twice to guess more.
func TestCustomAuth_guessing(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := customPool(w, false)
	w.User(pool, "jo", "")
	w.Program(riddle)
	out, res := startCustom(w, client, "USERNAME", "jo")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	session := out.Session
	for range 2 {
		next, res := answerCustom(w, client, session, "jo", "wrong")
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		session = next.Session
	}
	_, res = answerCustom(w, client, session, "jo", "wrong")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	_, res = answerCustom(w, client, session, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user, session can only be used once.")

	// A function that breaks after the answer was judged gives no second guess either.
	out, _ = startCustom(w, client, "USERNAME", "jo")
	w.Program(func(source string, e gjson.Result) (string, error) {
		if strings.HasPrefix(source, "Define") {
			return "", &trigger.FunctionError{Message: "broken"}
		}
		return riddle(source, e)
	})
	_, res = answerCustom(w, client, out.Session, "jo", "wrong")
	w.Refused(res, "UserLambdaValidationException", "DefineAuthChallenge failed with error broken.")
	w.Program(riddle)
	_, res = answerCustom(w, client, out.Session, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user, session can only be used once.")
}

// A session is its user's and its client's, for its time; what it keeps is no use elsewhere.
func TestCustomAuth_sessions(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := customPool(w, false)
	_, other := customPool(w, false)
	w.User(pool, "jo", "")
	w.User(pool, "mallory", "")
	w.Program(riddle)
	start := func() *string {
		out, res := startCustom(w, client, "USERNAME", "jo")
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return out.Session
	}
	_, res := answerCustom(w, client, start(), "mallory", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user.")
	_, res = answerCustom(w, other, start(), "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user.")
	_, res = w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "CUSTOM_CHALLENGE", Session: start(), ChallengeResponses: map[string]string{"USERNAME": "jo"}})
	w.Refused(res, "InvalidParameterException", "Missing required parameter ANSWER")
	_, res = w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "CUSTOM_CHALLENGE", ChallengeResponses: map[string]string{"USERNAME": "jo", "ANSWER": "x"}})
	w.Refused(res, "InvalidParameterException", "Missing required parameter Session")
	_, res = w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "SMS_MFA", Session: start(), ChallengeResponses: map[string]string{"USERNAME": "jo", "SMS_MFA_CODE": "123456"}})
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user.")
	old := start()
	w.Advance(3 * time.Minute)
	_, res = answerCustom(w, client, old, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user, session is expired.")
	waiting := start()
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.SignOutEverywhere() })
	_, res = answerCustom(w, client, waiting, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user.")
	waiting = start()
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	_, res = answerCustom(w, client, waiting, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "User is disabled.")
	_, res = startCustom(w, client, "USERNAME", "jo")
	w.Refused(res, "NotAuthorizedException", "User is disabled.")
}

// Where users are hidden, nobody is asked riddles too, and never let in, whatever the functions say.
func TestCustomAuth_nobody(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	_, open := customPool(w, false)
	w.Program(riddle)
	_, res := startCustom(w, open, "USERNAME", "nobody")
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	if got := w.Sources(); got != "" {
		t.Error(got)
	}
	_, client := customPool(w, true)
	out, res := startCustom(w, client, "USERNAME", "nobody")
	if res.Err != nil || *out.ChallengeName != "CUSTOM_CHALLENGE" || out.ChallengeParameters["USERNAME"] != "nobody" {
		t.Fatalf("%+v, %v", out, res.Err)
	}
	for _, e := range w.Events() {
		if !e.Get("request.userNotFound").Bool() || e.Get("request.userAttributes").Raw != "{}" || e.Get("userName").Str != "nobody" {
			t.Errorf("event %s", e.Raw)
		}
	}
	next, res := answerCustom(w, client, out.Session, "nobody", "right")
	if res.Err != nil || *next.ChallengeName != "CUSTOM_CHALLENGE" {
		t.Fatalf("%+v, %v", next, res.Err)
	}
	w.Program(func(source string, e gjson.Result) (string, error) {
		if strings.HasPrefix(source, "Define") {
			return `{"issueTokens":true}`, nil
		}
		return riddle(source, e)
	})
	_, res = answerCustom(w, client, next.Session, "nobody", "right")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
}

// The password may come first, and then the second factor; the functions see both.
func TestCustomAuth_passwordFirst(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.MFAPool("OPTIONAL")
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{
		UserPoolId: pool, LambdaConfig: pooltest.AllTriggers("V1_0"), MfaConfiguration: new("OPTIONAL"), AutoVerifiedAttributes: []string{"email", "phone_number"},
		SmsConfiguration:   &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"},
		EmailConfiguration: &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")},
	})
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = append(in.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH")
	}).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.Program(riddle)
	start := func() (*srp.Client, *cognitoidp.InitiateAuthOutput) {
		side := pooltest.Group().NewClient()
		out, res := startCustom(w, client, "USERNAME", "jo", "CHALLENGE_NAME", "SRP_A", "SRP_A", side.A())
		if res.Err != nil || *out.ChallengeName != "PASSWORD_VERIFIER" || out.Session == nil {
			t.Fatalf("%+v, %v", out, res.Err)
		}
		return side, out
	}
	side, out := start()
	_, res := w.Respond(w.Claim(side, pool, client, out, "wrong"))
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	side, out = start()
	next, res := w.Respond(w.Claim(side, pool, client, out, pooltest.Password))
	if res.Err != nil || *next.ChallengeName != "CUSTOM_CHALLENGE" {
		t.Fatalf("%+v, %v", next, res.Err)
	}
	done, res := answerCustom(w, client, next.Session, "jo", "right")
	if res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res.Err)
	}
	w.GivePhone(pool, "jo", true)
	w.Prefer(pool, "jo", true, "SMS_MFA")
	side, out = start()
	next, res = w.Respond(w.Claim(side, pool, client, out, pooltest.Password))
	if res.Err != nil || *next.ChallengeName != "SMS_MFA" {
		t.Fatalf("%+v, %v", next, res.Err)
	}
	w.Events()
	next, res = w.Respond(&cognitoidp.RespondToAuthChallengeInput{
		ClientId: client, ChallengeName: "SMS_MFA", Session: next.Session, ChallengeResponses: map[string]string{"USERNAME": "jo", "SMS_MFA_CODE": w.Code()},
	})
	if res.Err != nil || *next.ChallengeName != "CUSTOM_CHALLENGE" {
		t.Fatalf("%+v, %v", next, res.Err)
	}
	const seen = `[{"challengeName":"SRP_A","challengeResult":true,"challengeMetadata":null},{"challengeName":"PASSWORD_VERIFIER","challengeResult":true,"challengeMetadata":null},{"challengeName":"SMS_MFA","challengeResult":true,"challengeMetadata":null}]`
	if e := w.Events(); e[0].Get("request.session").Raw != seen {
		t.Error(e[0].Raw)
	}
	if done, res = answerCustom(w, client, next.Session, "jo", "right"); res.Err != nil || done.AuthenticationResult == nil {
		t.Error(res.Err)
	}
}

// What DefineAuthChallenge may not say, and what it may not without its prerequisites.
func TestCustomAuth_define(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := customPool(w, false)
	w.User(pool, "jo", "")
	for name, tc := range map[string]struct{ response, code, message string }{
		"nothing":           {`{}`, "InvalidLambdaResponseException", "Unrecognizable lambda output"},
		"unknown challenge": {`{"challengeName":"SMS_MFA"}`, "InvalidLambdaResponseException", "Unrecognizable lambda output"},
		"wrong type":        {`{"challengeName":1}`, "InvalidLambdaResponseException", "Unrecognizable lambda output"},
		"failed":            {`{"failAuthentication":true,"issueTokens":true}`, "NotAuthorizedException", "Incorrect username or password."},
		"no SRP_A":          {`{"challengeName":"PASSWORD_VERIFIER"}`, "InvalidParameterException", "Missing required parameter SRP_A"},
	} {
		w.Program(func(source string, _ gjson.Result) (string, error) {
			if strings.HasPrefix(source, "Define") {
				return tc.response, nil
			}
			return "", nil
		})
		if _, res := startCustom(w, client, "USERNAME", "jo"); res.Code != tc.code || res.Message != tc.message {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
	w.Program(func(string, gjson.Result) (string, error) { return `{"issueTokens":true}`, nil })
	for status, want := range map[userpool.Status]string{
		userpool.Unconfirmed: "UserNotConfirmedException", userpool.ResetRequired: "PasswordResetRequiredException", userpool.Confirmed: "",
	} {
		w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status = status })
		if _, res := startCustom(w, client, "USERNAME", "jo"); res.Code != want {
			t.Errorf("%s: %v", status, res.Err)
		}
	}
}
