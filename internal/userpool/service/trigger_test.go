package service_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

func triggered(w *pooltest.World, version string, hide bool, set func(*cognitoidp.CreateUserPoolInput)) (pool, client string) {
	pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.LambdaConfig = pooltest.AllTriggers(version)
		if set != nil {
			set(in)
		}
	})
	client = *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		if hide {
			in.PreventUserExistenceErrors = new("ENABLED")
		}
	}).ClientId
	w.Events()
	return pool, client
}

func signUp(client, name, email string) *cognitoidp.SignUpInput {
	return &cognitoidp.SignUpInput{
		ClientId: client, Username: name, Password: new(pooltest.Password), UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: &email}},
		ValidationData: []cognitoidp.AttributeType{{Name: "captcha", Value: new("ok")}}, ClientMetadata: map[string]string{"k": "v"},
	}
}

func tokenClaims(t *testing.T, text string) gjson.Result {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return gjson.ParseBytes(raw)
}

// A sign-up asks first, in every run with the same sub, and its message is the function's.
func TestTriggers_signUp(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := triggered(w, "V1_0", false, func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} })
	w.Program(func(source string, _ gjson.Result) (string, error) {
		if source == "CustomMessage_SignUp" {
			return `{"emailMessage":"Hallo {####}","emailSubject":"Willkommen","smsMessage":null}`, nil
		}
		return "", nil
	})
	out := pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo@example.com", "jo@example.com"))
	events := w.Events()
	if len(events) != 2 {
		t.Fatalf("events %v", events)
	}
	pre := events[0]
	if pre.Get("userName").Str != out.UserSub || pre.Get("callerContext.clientId").Str != client || pre.Get("request.validationData.captcha").Str != "ok" ||
		pre.Get("request.clientMetadata.k").Str != "v" || pre.Get("request.userAttributes.email").Str != "jo@example.com" || pre.Get("request.userAttributes.sub").Exists() {
		t.Errorf("event %s", pre.Raw)
	}
	if m := events[1]; m.Get("request.usernameParameter").Raw != "null" || m.Get("request.userAttributes.cognito:user_status").Str != "UNCONFIRMED" || m.Get("request.clientMetadata.k").Str != "v" {
		t.Errorf("event %s", m.Raw)
	}
	all := w.Messages()
	if len(all) != 1 || all[0].Subject != "Willkommen" || !strings.HasPrefix(all[0].Body, "Hallo ") {
		t.Fatalf("messages %v", all)
	}
	// Confirmation is told of once it holds; its failure leaves it.
	w.Program(func(source string, e gjson.Result) (string, error) {
		w.View(func(tx store.Tx) error {
			if u := w.Stored(pool, "jo@example.com"); u.Status != userpool.Confirmed {
				t.Errorf("%s is told of a user who is %s", source, u.Status)
			}
			return nil
		})
		return "", &trigger.FunctionError{Message: "no group"}
	})
	_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo@example.com", ConfirmationCode: w.Code()})
	w.Refused(res, "UserLambdaValidationException", "PostConfirmation failed with error no group.")
	if u := w.Stored(pool, "jo@example.com"); u.Status != userpool.Confirmed {
		t.Error(u.Status)
	}
	if got := w.Sources(); got != "PostConfirmation_ConfirmSignUp" {
		t.Error(got)
	}
}

// A refusal of PreSignUp leaves nothing; automatic confirmation sends nothing and takes an alias.
func TestTriggers_preSignUp(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := triggered(w, "V1_0", false, func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	w.Program(func(string, gjson.Result) (string, error) {
		return "", &trigger.FunctionError{Message: "Not allowed: JO@example.com"}
	})
	_, res := pooltest.Do(w, w.S.Signup.SignUp, signUp(client, "jo", "jo@example.com"))
	w.Refused(res, "UserLambdaValidationException", "PreSignUp failed with error Not allowed: JO@example.com.")
	_, res = pooltest.Do(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo"})
	if res.Code != "UserLambdaValidationException" || len(w.Messages()) != 0 {
		t.Error(res.Err)
	}
	if out, res := pooltest.Do(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool}); res.Err != nil || len(out.Users) != 0 {
		t.Errorf("%v, %v", out, res.Err)
	}
	w.Program(nil)
	w.User(pool, "old", "jo@example.com")
	w.Program(func(source string, _ gjson.Result) (string, error) {
		if source == trigger.SignUp {
			return `{"autoConfirmUser":true,"autoVerifyEmail":true,"autoVerifyPhone":false}`, nil
		}
		return "", nil
	})
	out := pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo", "jo@example.com"))
	if !out.UserConfirmed || out.CodeDeliveryDetails != nil || len(w.Messages()) != 0 || w.Sources() != "PreSignUp_SignUp PostConfirmation_ConfirmSignUp" {
		t.Errorf("%+v", out)
	}
	if jo, old := w.Stored(pool, "jo@example.com"), w.Stored(pool, "old"); jo.Username != "jo" || !jo.Verified("email") || old.Verified("email") {
		t.Error("the alias is not the new user's")
	}
	w.Program(func(string, gjson.Result) (string, error) { return `{"autoVerifyPhone":true}`, nil })
	if _, res := pooltest.Do(w, w.S.Signup.SignUp, signUp(client, "ann", "ann@example.com")); res.Code != "InvalidParameterException" {
		t.Error(res.Err)
	}
	for _, wrong := range []string{`{"autoConfirmUser":"yes"}`, `[]`, `null`, `"x"`} {
		w.Program(func(string, gjson.Result) (string, error) { return wrong, nil })
		_, res := pooltest.Do(w, w.S.Signup.SignUp, signUp(client, "ann", "ann@example.com"))
		w.Refused(res, "InvalidLambdaResponseException", "Unrecognizable lambda output")
	}
}

// A sign-in asks before the password is looked at and tells after all is proved; tokens come last.
func TestTriggers_signIn(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := triggered(w, "V1_0", true, nil)
	w.User(pool, "jo", "jo@example.com")
	w.Program(nil)
	signIn := func(name, text string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
			AuthFlow: "USER_PASSWORD_AUTH", ClientId: client, AuthParameters: map[string]string{"USERNAME": name, "PASSWORD": text}, ClientMetadata: map[string]string{"k": "v"},
		})
		return res
	}
	if res := signIn("jo", pooltest.Password); res.Err != nil {
		t.Fatal(res.Err)
	}
	e := w.Events()
	if len(e) != 3 || e[0].Get("request.validationData.k").Str != "v" || e[0].Get("request.userNotFound").Raw != "false" || e[1].Get("request.newDeviceUsed").Raw != "false" ||
		e[1].Get("request.clientMetadata").Exists() || e[2].Get("request.clientMetadata").Exists() || e[2].Get("request.groupConfiguration").Raw != `{"groupsToOverride":[],"iamRolesToOverride":[],"preferredRole":null}` {
		t.Errorf("events %v", e)
	}
	if res := signIn("jo", "wrong"); res.Code != "NotAuthorizedException" || w.Sources() != "PreAuthentication_Authentication" {
		t.Error(res.Err)
	}
	w.Program(func(source string, e gjson.Result) (string, error) {
		if e.Get("request.userNotFound").Bool() {
			return "", &trigger.FunctionError{Message: "nobody"}
		}
		return "", nil
	})
	w.Refused(signIn("nobody", "x"), "UserLambdaValidationException", "PreAuthentication failed with error nobody.")
	if _, res := w.SignInSRP(pool, client, "jo", pooltest.Password); res.Err != nil || w.Sources() != "PreAuthentication_Authentication PreAuthentication_Authentication PostAuthentication_Authentication TokenGeneration_Authentication" {
		t.Error(res.Err)
	}
	for source, name := range map[string]string{"PostAuthentication_Authentication": "PostAuthentication", "TokenGeneration_Authentication": "PreTokenGeneration"} {
		w.Program(func(s string, _ gjson.Result) (string, error) {
			if s == source {
				return "", &trigger.FunctionError{Message: "no"}
			}
			return "", nil
		})
		w.Refused(signIn("jo", pooltest.Password), "UserLambdaValidationException", name+" failed with error no.")
	}
	w.Program(func(string, gjson.Result) (string, error) {
		return "", &trigger.InvokeError{Code: "AccessDeniedException"}
	})
	w.Refused(signIn("jo", pooltest.Password), "UnexpectedLambdaException", "PreAuthentication invocation failed due to error AccessDeniedException.")
}

// Tokens say what the function wants, but never what the server alone says.
func TestAttack45_claimsOfFunctions_CVE_2024_29892(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := triggered(w, "V1_0", false, nil)
	w.User(pool, "jo", "jo@example.com")
	pooltest.Must(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{UserPoolId: pool, GroupName: "staff", RoleArn: new("arn:aws:iam::123456789012:role/staff")})
	pooltest.Must(w, pooltest.Nothing(w.S.Group.AdminAddUserToGroup), &cognitoidp.AdminAddUserToGroupInput{UserPoolId: pool, Username: "jo", GroupName: "staff"})
	w.Program(func(source string, e gjson.Result) (string, error) {
		if strings.HasPrefix(source, "TokenGeneration") {
			return `{"claimsOverrideDetails":{"claimsToAddOrOverride":{"plan":"gold","sub":"forged","iss":"forged","cognito:groups":"forged","email":"other@example.com","gone":"x"},"claimsToSuppress":["email_verified","gone","exp"],
				"groupOverrideDetails":{"groupsToOverride":["boss"],"iamRolesToOverride":["arn:aws:iam::123456789012:role/boss"],"preferredRole":"arn:aws:iam::123456789012:role/boss"}}}`, nil
		}
		return "", nil
	})
	first := w.Tokens(client, "jo")
	e := w.Events()
	if g := e[2].Get("request.groupConfiguration").Raw; g != `{"groupsToOverride":["staff"],"iamRolesToOverride":["arn:aws:iam::123456789012:role/staff"],"preferredRole":"arn:aws:iam::123456789012:role/staff"}` || e[2].Get("request.scopes").Exists() {
		t.Error(e[2].Raw)
	}
	id, access := tokenClaims(t, *first.IdToken), tokenClaims(t, *first.AccessToken)
	for path, want := range map[string]string{
		"plan": "gold", "email": "other@example.com", "email_verified": "", "gone": "", "cognito:groups": `["boss"]`, "cognito:preferred_role": "arn:aws:iam::123456789012:role/boss",
	} {
		if got := id.Get(path).String(); got != want {
			t.Errorf("ID token: %s is %s", path, got)
		}
	}
	if id.Get("sub").Str == "forged" || id.Get("iss").Str == "forged" || !id.Get("exp").Exists() || access.Get("plan").Exists() || access.Get("cognito:groups").Raw != `["boss"]` {
		t.Errorf("%s %s", id.Raw, access.Raw)
	}
	if _, res := w.Refresh(client, *first.RefreshToken); res.Err != nil || w.Sources() != "TokenGeneration_RefreshTokens" {
		t.Error(res.Err)
	}

	pool, client = triggered(w, "V2_0", false, nil)
	w.User(pool, "jo", "jo@example.com")
	w.Program(func(source string, e gjson.Result) (string, error) {
		if strings.HasPrefix(source, "TokenGeneration") {
			if e.Get("version").Str != "2" || e.Get("request.scopes").Raw != `["aws.cognito.signin.user.admin"]` {
				t.Error(e.Raw)
			}
			return `{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"nested":{"a":[1,true]}}},
				"accessTokenGeneration":{"claimsToAddOrOverride":{"tenant":7,"client_id":"forged","scope":"forged","username":"forged"},"scopesToAdd":["orders/read"],"scopesToSuppress":["aws.cognito.signin.user.admin"]},
				"groupOverrideDetails":null}}`, nil
		}
		return "", nil
	})
	first = w.Tokens(client, "jo")
	id, access = tokenClaims(t, *first.IdToken), tokenClaims(t, *first.AccessToken)
	if id.Get("nested").Raw != `{"a":[1,true]}` || access.Get("tenant").Raw != "7" || access.Get("scope").Str != "orders/read" || access.Get("client_id").Str != client || access.Get("username").Str != "jo" {
		t.Errorf("%s %s", id.Raw, access.Raw)
	}
	_, res := w.GetUser(*first.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Access Token does not have required scopes")
	w.Program(func(source string, _ gjson.Result) (string, error) {
		if strings.HasPrefix(source, "TokenGeneration") {
			return `{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"scopesToAdd":["two words"]}}}`, nil
		}
		return "", nil
	})
	if _, res := w.SignIn(client, "jo", pooltest.Password); res.Code != "InvalidLambdaResponseException" {
		t.Error(res.Err)
	}
}

// A user of another directory comes with his first sign-in and stays, even where the sign-in itself goes on to fail.
func TestTriggers_migration(t *testing.T) {
	t.Parallel()
	for _, hide := range []bool{false, true} {
		w := pooltest.New(t)
		pool, client := triggered(w, "V1_0", hide, nil)
		status := "CONFIRMED"
		w.Program(func(source string, e gjson.Result) (string, error) {
			switch {
			case source == "PostAuthentication_Authentication" && e.Get("userName").Str == "jo":
				if u := w.Stored(pool, "jo"); u.Status != userpool.Confirmed {
					t.Error("PostAuthentication finds nobody")
				}
			case source == trigger.MigrateAtSignIn && e.Get("request.password").Str != pooltest.Password, e.Get("userName").Str == "nobody":
				return "", &trigger.FunctionError{Message: "Bad password"}
			case strings.HasPrefix(source, "UserMigration"):
				return `{"userAttributes":{"email":"` + e.Get("userName").Str + `@example.com","email_verified":"true"},"finalUserStatus":"` + status + `","messageAction":"SUPPRESS"}`, nil
			}
			return "", nil
		})
		_, res := w.SignIn(client, "jo", "wrong")
		if hide {
			w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
		} else {
			w.Refused(res, "UserLambdaValidationException", "UserMigration failed with error Bad password.")
		}
		w.Events()
		if _, res := w.SignIn(client, "jo", pooltest.Password); res.Err != nil {
			t.Fatal(res.Err)
		}
		want := "UserMigration_Authentication PreSignUp_AdminCreateUser TokenGeneration_Authentication PostAuthentication_Authentication"
		if hide {
			want = "PreAuthentication_Authentication " + want
		}
		if got := w.Sources(); got != want {
			t.Error(got)
		}
		if u := w.Stored(pool, "jo"); u.Status != userpool.Confirmed || !u.Verified("email") {
			t.Errorf("%+v", u)
		}
		if _, res := w.SignIn(client, "jo", pooltest.Password); res.Err != nil || strings.Contains(w.Sources(), "Migration") {
			t.Error(res.Err)
		}
		status = "RESET_REQUIRED"
		_, res = w.SignIn(client, "ann", pooltest.Password)
		if hide {
			w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
		} else {
			w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
		}
		if u := w.Stored(pool, "ann"); u == nil || u.Status != userpool.ResetRequired {
			t.Errorf("%+v", u)
		}
		// Guesses through the function are counted by name.
		for range 5 {
			w.SignIn(client, "bob", "wrong")
		}
		_, res = w.SignIn(client, "bob", pooltest.Password)
		w.Refused(res, "NotAuthorizedException", "Password attempts exceeded")
		// A forgotten password brings a user too.
		w.Events()
		out, res := pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "eve"})
		if res.Err != nil || *out.CodeDeliveryDetails.DeliveryMedium != "EMAIL" || w.Stored(pool, "eve").Status != userpool.ResetRequired {
			t.Fatal(res.Err)
		}
		if got := w.Sources(); got != "UserMigration_ForgotPassword PreSignUp_AdminCreateUser CustomMessage_ForgotPassword" {
			t.Error(got)
		}
		pooltest.Must(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{ClientId: client, Username: "eve", ConfirmationCode: w.Code(), Password: "N3w-Passw0rd"})
		if got := w.Sources(); got != "PostConfirmation_ConfirmForgotPassword" {
			t.Error(got)
		}
		// Names that no directory knows are asked for a bounded number of times.
		limited := 0
		for range 40 {
			_, res = pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "nobody"})
			switch {
			case res.Code == "LimitExceededException":
				limited++
			case hide != (res.Err == nil):
				t.Error(res.Err)
			}
		}
		if asked := len(w.Events()); limited == 0 || asked != 40-limited {
			t.Errorf("the function was asked %d times, %d calls were refused", asked, limited)
		}
	}
}

// Every operation that sends a message asks for its text, with its own source.
func TestTriggers_messages(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := triggered(w, "V1_0", false, nil)
	w.Program(func(source string, e gjson.Result) (string, error) {
		if !strings.HasPrefix(source, "CustomMessage") {
			return "", nil
		}
		text := source + " {####}"
		if e.Get("request.usernameParameter").Str != "" {
			text += " {username}"
		}
		return `{"emailMessage":"` + text + `","emailSubject":"s"}`, nil
	})
	last := func() string {
		all := w.Messages()
		text, _, _ := strings.Cut(all[len(all)-1].Body, " ")
		return text
	}
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("jo@example.com")}, {Name: "email_verified", Value: new("true")}}})
	if last() != "CustomMessage_AdminCreateUser" {
		t.Error(last())
	}
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
	access := w.Tokens(client, "jo").AccessToken
	pooltest.Must(w, w.S.Profile.GetUserAttributeVerificationCode, &cognitoidp.GetUserAttributeVerificationCodeInput{AccessToken: *access, AttributeName: "email"})
	if last() != "CustomMessage_VerifyUserAttribute" {
		t.Error(last())
	}
	pooltest.Must(w, w.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{AccessToken: *access, UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("new@example.com")}}})
	if last() != "CustomMessage_UpdateUserAttribute" {
		t.Error(last())
	}
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "ann", "ann@example.com"))
	pooltest.Must(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: "ann"})
	if last() != "CustomMessage_ResendCode" {
		t.Error(last())
	}
	n := len(w.Messages())
	for _, wrong := range []string{`{"emailMessage":"no code"}`, `{"emailMessage":"{####}` + strings.Repeat("x", 20_000) + `"}`, `{"emailSubject":"` + strings.Repeat("x", 141) + `"}`} {
		w.Program(func(string, gjson.Result) (string, error) { return wrong, nil })
		if _, res := pooltest.Do(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: "ann"}); res.Code != "InvalidLambdaResponseException" {
			t.Error(res.Err)
		}
	}
	if len(w.Messages()) != n {
		t.Error("a refused text was sent")
	}
}
