package user_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	nae     = "NotAuthorizedException"
	ipe     = "InvalidParameterException"
	another = "An0ther-one!"
)

// calls are the operations that act on one user, by name.
func calls(w *pooltest.World) map[string]func(pool, name string) pooltest.Result {
	return map[string]func(pool, name string) pooltest.Result{
		"AdminUpdateUserAttributes": func(pool, name string) pooltest.Result { return update(w, pool, name, "name", "Jo") },
		"AdminDeleteUserAttributes": func(pool, name string) pooltest.Result { return remove(w, pool, name, "name") },
		"AdminConfirmSignUp": func(pool, name string) pooltest.Result {
			return act(w, w.S.User.AdminConfirmSignUp, &cognitoidp.AdminConfirmSignUpInput{UserPoolId: pool, Username: name})
		},
		"AdminDisableUser": func(pool, name string) pooltest.Result {
			return act(w, w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: name})
		},
		"AdminEnableUser": func(pool, name string) pooltest.Result {
			return act(w, w.S.User.AdminEnableUser, &cognitoidp.AdminEnableUserInput{UserPoolId: pool, Username: name})
		},
		"AdminResetUserPassword": func(pool, name string) pooltest.Result {
			return act(w, w.S.User.AdminResetUserPassword, &cognitoidp.AdminResetUserPasswordInput{UserPoolId: pool, Username: name})
		},
		"AdminUserGlobalSignOut": func(pool, name string) pooltest.Result {
			return act(w, w.S.User.AdminUserGlobalSignOut, &cognitoidp.AdminUserGlobalSignOutInput{UserPoolId: pool, Username: name})
		},
	}
}

func act[In, Out any](w *pooltest.World, run func(*op.Call, *In) (*Out, error), in *In) pooltest.Result {
	_, res := pooltest.Do(w, run, in)
	return res
}

func update(w *pooltest.World, pool, name string, pairs ...string) pooltest.Result {
	return act(w, w.S.User.AdminUpdateUserAttributes, &cognitoidp.AdminUpdateUserAttributesInput{UserPoolId: pool, Username: name, UserAttributes: attributes(pairs...)})
}

func remove(w *pooltest.World, pool, name string, names ...string) pooltest.Result {
	return act(w, w.S.User.AdminDeleteUserAttributes, &cognitoidp.AdminDeleteUserAttributesInput{UserPoolId: pool, Username: name, UserAttributeNames: names})
}

func shown(w *pooltest.World, pool, name string) string {
	w.T.Helper()
	var out []string
	for _, a := range w.Stored(pool, name).Attributes {
		out = append(out, a.Name+"="+a.Value)
	}
	return strings.Join(out, " ")
}

// What every operation on one user does about pools and users that are not there.
func TestAccount_unknown(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	for name, call := range calls(w) {
		t.Run(name, func(t *testing.T) {
			w.Refused(call("us-east-1_000000000", "jo"), "ResourceNotFoundException", "User pool us-east-1_000000000 does not exist.")
			w.Refused(call(pool, "jo"), "UserNotFoundException", "User does not exist.")
		})
	}
	w.User(pool, "jo", "jo@example.com")
	_, res := pooltest.As(w, "210987654321", pooltest.Region, "AIDAOTHER", w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: "jo"})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
	if !w.Stored(pool, "jo").Enabled {
		t.Error("a stranger disabled the user")
	}
}

func TestAdminDisableUser(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	tokens := w.Tokens(client, "jo")
	_, challenge, _ := w.StartSRP(client, "jo")
	call := calls(w)
	w.Advance(time.Minute)
	if res := call["AdminDisableUser"](pool, "jo"); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	if u := w.Stored(pool, "jo"); u.Enabled || u.Status != userpool.Confirmed || !u.Modified.Equal(w.Now()) {
		t.Errorf("stored %+v", u)
	}
	list := pooltest.Must(w, w.S.User.ListUsers, &cognitoidp.ListUsersInput{UserPoolId: pool, Filter: new(`status = "Disabled"`)})
	if len(list.Users) != 1 {
		t.Errorf("%d users listed as disabled", len(list.Users))
	}
	_, res := w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, nae, "User is disabled.")
	_, _, res = w.StartSRP(client, "jo")
	w.Refused(res, nae, "User is disabled.")
	_, res = w.Refresh(client, *tokens.RefreshToken)
	w.Refused(res, nae, "User is disabled.")
	_, res = w.GetUser(*tokens.AccessToken)
	w.Refused(res, nae, "User is disabled.")
	_, res = pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "jo"})
	w.Refused(res, nae, "User is disabled.")
	if res := call["AdminDisableUser"](pool, "jo"); res.Err != nil { // again is no error
		t.Fatal(res)
	}

	if res := call["AdminEnableUser"](pool, "jo"); res.Err != nil || res.Sub != sub || !w.Stored(pool, "jo").Enabled {
		t.Fatal(res)
	}
	_, res = w.Refresh(client, *tokens.RefreshToken)
	w.Refused(res, nae, "Refresh Token has been revoked")
	_, res = w.GetUser(*tokens.AccessToken)
	w.Refused(res, nae, "Access Token has been revoked")
	_, res = w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses: map[string]string{
		"USERNAME": "jo", "PASSWORD_CLAIM_SECRET_BLOCK": challenge.ChallengeParameters["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": "AAAA",
		"TIMESTAMP": w.Now().UTC().Format("Mon Jan 2 15:04:05 UTC 2006"),
	}})
	w.Refused(res, nae, "Incorrect username or password.")
	w.Tokens(client, "jo")
	if res := call["AdminEnableUser"](pool, "jo"); res.Err != nil {
		t.Fatal(res)
	}
}

func TestAdminUserGlobalSignOut(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	w.User(pool, "bo", "bo@example.com")
	tokens, other := w.Tokens(client, "jo"), w.Tokens(client, "bo")
	if res := calls(w)["AdminUserGlobalSignOut"](pool, "jo"); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	_, res := w.GetUser(*tokens.AccessToken)
	w.Refused(res, nae, "Access Token has been revoked")
	_, res = w.Refresh(client, *tokens.RefreshToken)
	w.Refused(res, nae, "Refresh Token has been revoked")
	if _, res = w.GetUser(*other.AccessToken); res.Err != nil {
		t.Error(res.Err)
	}
	w.Tokens(client, "jo")
}

func TestAdminConfirmSignUp(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: client, Username: "jo", Password: new(pooltest.Password), UserAttributes: attributes("email", "jo@example.com")})
	code := w.Code()
	confirm := calls(w)["AdminConfirmSignUp"]
	w.Advance(time.Minute)
	if res := confirm(pool, "jo"); res.Err != nil || res.Sub != w.Stored(pool, "jo").Sub {
		t.Fatal(res)
	}
	if u := w.Stored(pool, "jo"); u.Status != userpool.Confirmed || u.Verified("email") || !u.Modified.Equal(w.Now()) {
		t.Errorf("stored %+v", u)
	}
	w.Tokens(client, "jo")
	_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: code})
	w.Refused(res, nae, "User cannot be confirmed. Current status is CONFIRMED")
	for _, s := range []userpool.Status{userpool.Confirmed, userpool.ForceChangePassword, userpool.ResetRequired, userpool.External} {
		w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status = s })
		w.Refused(confirm(pool, "jo"), nae, "User cannot be confirmed. Current status is "+string(s))
	}
}

func TestAdminResetUserPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	hides := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	tokens := w.Tokens(client, "jo")
	reset := calls(w)["AdminResetUserPassword"]
	if res := reset(pool, "jo"); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	m := w.Messages()
	if w.Stored(pool, "jo").Status != userpool.ResetRequired || len(m) != 1 || m[0].Occasion != userpool.OnForgot || m[0].Destination != "jo@example.com" {
		t.Fatalf("sent %+v", m)
	}
	// He is sent to the code whatever password he tries.
	for _, text := range []string{pooltest.Password, "Wr0ng-word!"} {
		_, res := w.SignIn(client, "jo", text)
		w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
		_, res = w.SignInSRP(pool, client, "jo", text)
		w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
		_, res = w.SignIn(hides, "jo", text)
		w.Refused(res, nae, "Incorrect username or password.")
	}
	_, res := w.Refresh(client, *tokens.RefreshToken)
	w.Refused(res, nae, "Refresh Token has been revoked")
	_, res = w.GetUser(*tokens.AccessToken)
	w.Refused(res, nae, "Access Token has been revoked")
	if res := reset(pool, "jo"); res.Err != nil || len(w.Messages()) != 2 { // a new code
		t.Fatal(res)
	}
	pooltest.Must(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code(), Password: another})
	if _, res := w.SignIn(client, "jo", another); res.Err != nil {
		t.Fatal(res)
	}
}

func TestAdminResetUserPassword_refuses(t *testing.T) {
	t.Parallel()
	const current = "User password cannot be reset in the current state."
	const unreachable = "Cannot reset password for the user as there is no registered/verified email or phone_number"
	adminOnly := func(in *cognitoidp.CreateUserPoolInput) {
		in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Name: "admin_only", Priority: 1}}}
	}
	for _, c := range []struct {
		name          string
		pool          func(*cognitoidp.CreateUserPoolInput)
		change        func(*userpool.User)
		code, message string
	}{
		{"disabled", nil, func(u *userpool.User) { u.Enabled, u.Status = false, userpool.External }, nae, "User is disabled"},
		{"unconfirmed", nil, func(u *userpool.User) { u.Status = userpool.Unconfirmed }, nae, current},
		{"temporary password", nil, func(u *userpool.User) { u.Status = userpool.ForceChangePassword; u.Set("email_verified", "false") }, nae, current},
		{"federated", nil, func(u *userpool.User) { u.Status = userpool.External }, nae, current},
		{"unverified address", nil, func(u *userpool.User) { u.Set("email_verified", "false") }, ipe, unreachable},
		{"administrators only", adminOnly, func(*userpool.User) {}, ipe, unreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(c.pool)
			w.User(pool, "jo", "jo@example.com")
			w.ChangeUser(pool, "jo", c.change)
			before := w.Stored(pool, "jo").Status
			w.Refused(calls(w)["AdminResetUserPassword"](pool, "jo"), c.code, c.message)
			if w.Stored(pool, "jo").Status != before || len(w.Messages()) != 0 {
				t.Error("a refused reset left a trace")
			}
		})
	}
}

func TestAdminUpdateUserAttributes(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AutoVerifiedAttributes = []string{"email", "phone_number"}
		in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"phone_number"}}
		in.Schema = []cognitoidp.SchemaAttributeType{
			{Name: new("tenant"), AttributeDataType: new("Number"), Mutable: new(false)},
			{Name: new("note"), AttributeDataType: new("String"), Mutable: new(true), DeveloperOnlyAttribute: new(true)},
		}
	})
	sub := w.User(pool, "jo", "jo@example.com")
	step := func(want string, messages int, pairs ...string) {
		t.Helper()
		if res := update(w, pool, "jo", pairs...); res.Err != nil || res.Sub != sub {
			t.Fatal(res)
		}
		if got := shown(w, pool, "jo"); got != want {
			t.Errorf("user is %s, want %s", got, want)
		}
		if n := len(w.Messages()); n != messages {
			t.Errorf("%d messages, want %d", n, messages)
		}
	}
	w.Advance(time.Minute)
	step("email=jo@example.com email_verified=true name=Jo dev:custom:note=x", 0, "name", "Jo", "dev:custom:note", "x", "nickname", "")
	if !w.Stored(pool, "jo").Modified.Equal(w.Now()) {
		t.Error("time of change")
	}
	step("email=a@example.com email_verified=false name=Jo dev:custom:note=x", 1, "email", "a@example.com")
	step("email=b@example.com email_verified=true name=Jo dev:custom:note=x", 1, "email", "b@example.com", "email_verified", "true")
	step("email=b@example.com email_verified=false name=Jo dev:custom:note=x", 1, "email_verified", "false")
	step("email=b@example.com email_verified=true name=Jo dev:custom:note=x", 1, "email_verified", "true")
	step("email=c@example.com email_verified=false", 2, "email_verified", "false", "email", "c@example.com", "name", "", "dev:custom:note", "")
	step("", 2, "email", "")
	step("", 3, "phone_number", "+15555550123")
	if m := w.Messages()[2]; m.Destination != "+15555550123" || m.Occasion != userpool.OnUpdate {
		t.Errorf("sent %+v", m)
	}
	step("phone_number=+15555550124 phone_number_verified=true", 3, "phone_number", "+15555550124", "phone_number_verified", "true")
	if p := w.Stored(pool, "jo").Pending; len(p) != 0 {
		t.Errorf("pending %v", p)
	}
	for _, c := range []struct{ name, value, code, message string }{
		{"email_verified", "true", ipe, "email is required to verify/auto-verify the user's email"},
		{"email_verified", "yes", ipe, "Attributes did not conform to the schema: email_verified: Boolean attributes must be true or false\n"},
		{"sub", "x", ipe, "Cannot modify the non-mutable attribute sub"},
		{"custom:tenant", "3", ipe, "Cannot modify the non-mutable attribute custom:tenant"},
		{"custom:x", "3", ipe, "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined"},
		{"email", "x", ipe, "Invalid email address format."},
	} {
		w.Refused(update(w, pool, "jo", c.name, c.value), c.code, c.message)
	}
}

func TestAdminUpdateUserAttributes_alias(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	w.User(pool, "jo", "jo@example.com")
	w.User(pool, "bo", "bo@example.com")
	const taken = "An account with the given email already exists."
	w.Refused(update(w, pool, "bo", "email", "jo@example.com", "email_verified", "true"), "AliasExistsException", taken)
	if res := update(w, pool, "bo", "email", "jo@example.com"); res.Err != nil { // unverified it is no alias
		t.Fatal(res)
	}
	w.Refused(update(w, pool, "bo", "email_verified", "true"), "AliasExistsException", taken)
	if res := update(w, pool, "jo", "email_verified", "false"); res.Err != nil { // which gives it up
		t.Fatal(res)
	}
	if res := update(w, pool, "bo", "email_verified", "true"); res.Err != nil {
		t.Fatal(res)
	}
	if w.Stored(pool, "jo@example.com").Username != "bo" {
		t.Error("the alias is not his")
	}
}

func TestAdminDeleteUserAttributes(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	sub := w.User(pool, "jo", "jo@example.com")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("name", "Jo") })
	if res := remove(w, pool, "jo", "name", "email_verified", "nickname"); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	if got := shown(w, pool, "jo"); got != "email=jo@example.com email_verified=false" {
		t.Errorf("user is %s", got)
	}
	if res := remove(w, pool, "jo", "email"); res.Err != nil || shown(w, pool, "jo") != "" {
		t.Fatal(res, shown(w, pool, "jo"))
	}
	w.Refused(remove(w, pool, "jo", "custom:x"), ipe, "Invalid user attributes: user.custom:x: Attribute does not exist in the schema.\n")
	w.Refused(remove(w, pool, "jo", "sub"), ipe, "Cannot modify the non-mutable attribute sub")
}
