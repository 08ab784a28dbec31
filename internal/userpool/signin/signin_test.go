package signin_test

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func hidden(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }

func initiate(w *pooltest.World, client, flow string, params map[string]string) (*cognitoidp.InitiateAuthOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: flow, ClientId: client, AuthParameters: params})
}

func TestInitiateAuth_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	plain := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ExplicitAuthFlows = nil }).ClientId
	secret := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) }).ClientId
	hash := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id"}
	})
	hashClient := *w.Client(hash, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	user := func(more ...string) map[string]string {
		m := map[string]string{"USERNAME": "jo"}
		for i := 0; i < len(more); i += 2 {
			m[more[i]] = more[i+1]
		}
		return m
	}
	const ipe, nae = "InvalidParameterException", "NotAuthorizedException"
	for _, c := range []struct {
		name, client, flow string
		params             map[string]string
		code, message      string
	}{
		{"unknown client", "nothing", "USER_PASSWORD_AUTH", nil, "ResourceNotFoundException", "User pool client nothing does not exist."},
		{"administrator's flow", client, "ADMIN_USER_PASSWORD_AUTH", nil, ipe, "Initiate Auth method not supported"},
		{"flow not enabled", plain, "USER_PASSWORD_AUTH", nil, ipe, "USER_PASSWORD_AUTH flow not enabled for this client"},
		{"no functions", plain, "CUSTOM_AUTH", user(), ipe, "Custom auth lambda trigger is not configured for the user pool."},
		{"no parameters", client, "USER_PASSWORD_AUTH", nil, ipe, "Missing required parameter authParameters"},
		{"no password", client, "USER_PASSWORD_AUTH", user(), ipe, "Missing required parameter PASSWORD"},
		{"endless name", client, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": strings.Repeat("x", 129), "PASSWORD": "x"}, ipe,
			"1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have length less than or equal to 128"},
		{"no SRP_A", client, "USER_SRP_AUTH", user(), ipe, "Missing required parameter SRP_A"},
		{"SRP_A of zero", client, "USER_SRP_AUTH", user("SRP_A", "0"), ipe, "SRP_A is not valid."},
		{"no refresh token", client, "REFRESH_TOKEN_AUTH", user(), ipe, "Missing required parameter REFRESH_TOKEN"},
		{"no secret hash", secret, "USER_PASSWORD_AUTH", user("PASSWORD", pooltest.Password), nae, "Client " + secret + " is configured with secret but SECRET_HASH was not received"},
		{"wrong secret hash", secret, "USER_PASSWORD_AUTH", user("PASSWORD", pooltest.Password, "SECRET_HASH", "x"), nae, "Unable to verify secret hash for client " + secret},
		{"refresh without secret hash", secret, "REFRESH_TOKEN_AUTH", user("REFRESH_TOKEN", "x"), nae, "Client " + secret + " is configured with secret but SECRET_HASH was not received"},
		{"wrong password", client, "USER_PASSWORD_AUTH", user("PASSWORD", "Wr0ng-word!"), nae, "Incorrect username or password."},
		{"unknown user", client, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "nobody", "PASSWORD": "x"}, "UserNotFoundException", "User does not exist."},
		{"foreign refresh token", client, "REFRESH_TOKEN_AUTH", user("REFRESH_TOKEN", "x"), nae, "Invalid Refresh Token."},
		{"SRP in a pool of hashes", hashClient, "USER_SRP_AUTH", user("SRP_A", "2"), ipe, "USER_SRP_AUTH flow not enabled for this client"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, res := initiate(w, c.client, c.flow, c.params)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v\nwant %s: %s", res.Err, c.code, c.message)
			}
		})
	}
}

func TestInitiateAuth_tokens(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("tenant"), AttributeDataType: new("Number"), Mutable: new(true)}}
	})
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.AccessTokenValidity, in.TokenValidityUnits = new(int64(600)), &cognitoidp.TokenValidityUnitsType{AccessToken: new("seconds")}
	}).ClientId
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: pool, Username: "jo", MessageAction: new("SUPPRESS"), UserAttributes: []cognitoidp.AttributeType{
			{Name: "email", Value: new("jo@example.com")}, {Name: "email_verified", Value: new("true")}, {Name: "custom:tenant", Value: new("7")}, {Name: "address", Value: new(`1 "A" St`)},
		},
	})
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
	a := w.Tokens(client, "jo")
	u := w.Stored(pool, "jo")
	id, access := claims(t, *a.IdToken), claims(t, *a.AccessToken)
	now := w.Now().Unix()
	for name, want := range map[string]any{
		"sub": u.Sub, "email_verified": true, "iss": "http://localhost:4700/" + pool, "cognito:username": "jo", "aud": client, "token_use": "id",
		"auth_time": float64(now), "exp": float64(now + 3600), "iat": float64(now), "email": "jo@example.com", "custom:tenant": "7", "address.formatted": `1 "A" St`,
	} {
		if got := id.Get(strings.ReplaceAll(name, ":", `\:`)).Value(); got != want {
			t.Errorf("ID token: %s is %v, want %v", name, got, want)
		}
	}
	for name, want := range map[string]any{
		"sub": u.Sub, "iss": "http://localhost:4700/" + pool, "client_id": client, "token_use": "access", "scope": "aws.cognito.signin.user.admin",
		"auth_time": float64(now), "exp": float64(now + 600), "iat": float64(now), "username": "jo",
	} {
		if got := access.Get(name).Value(); got != want {
			t.Errorf("access token: %s is %v, want %v", name, got, want)
		}
	}
	if *a.ExpiresIn != 600 {
		t.Errorf("expires in %d", *a.ExpiresIn)
	}
	for _, name := range []string{"origin_jti", "event_id"} {
		if v := id.Get(name).Str; v == "" || v != access.Get(name).Str {
			t.Errorf("%s: %q and %q", name, v, access.Get(name).Str)
		}
	}
	if id.Get("jti").Str == access.Get("jti").Str || id.Get("jti").Str == "" {
		t.Error("the tokens share their jti")
	}
	w.Advance(time.Minute)
	out, res := w.Refresh(client, *a.RefreshToken)
	if res.Err != nil || res.Sub != u.Sub {
		t.Fatal(res)
	}
	again := claims(t, *out.AuthenticationResult.IdToken)
	for name, same := range map[string]bool{"auth_time": true, "origin_jti": true, "event_id": true, "jti": false, "iat": false, "exp": false} {
		if (again.Get(name).Raw == id.Get(name).Raw) != same {
			t.Errorf("refreshed %s is %s, was %s", name, again.Get(name).Raw, id.Get(name).Raw)
		}
	}
}

func TestInitiateAuth_withoutRevocation(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.EnableTokenRevocation = new(false) }).ClientId
	w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	for _, text := range []string{*a.IdToken, *a.AccessToken} {
		if c := claims(t, text); c.Get("origin_jti").Exists() || c.Get("jti").Exists() {
			t.Errorf("claims %s", c.Raw)
		}
	}
	_, res := pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: *a.RefreshToken, ClientId: client})
	w.Refused(res, "UnsupportedOperationException", "Token revocation is not enabled for this client")
}

func claims(t *testing.T, text string) gjson.Result {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return gjson.ParseBytes(raw)
}

func TestSRP(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	client := *w.Client(pool, nil).ClientId
	other := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	side, out, res := w.StartSRP(client, "jo@example.com")
	if res.Err != nil || res.Sub != sub || *out.ChallengeName != "PASSWORD_VERIFIER" || out.Session != nil {
		t.Fatal(out, res)
	}
	if p := out.ChallengeParameters; len(p) != 5 || p["USERNAME"] != "jo" || p["USER_ID_FOR_SRP"] != "jo" {
		t.Errorf("parameters %v", p)
	}
	claim := w.Claim(side, pool, client, out, pooltest.Password)
	tampered := func(key, v string) *cognitoidp.RespondToAuthChallengeInput {
		in := *claim
		in.ChallengeResponses = map[string]string{}
		for k, x := range claim.ChallengeResponses {
			in.ChallengeResponses[k] = x
		}
		if v == "" {
			delete(in.ChallengeResponses, key)
		} else {
			in.ChallengeResponses[key] = v
		}
		return &in
	}
	block := claim.ChallengeResponses["PASSWORD_CLAIM_SECRET_BLOCK"]
	for _, c := range []struct {
		name          string
		in            *cognitoidp.RespondToAuthChallengeInput
		code, message string
	}{
		{"no signature", tampered("PASSWORD_CLAIM_SIGNATURE", ""), "InvalidParameterException", "Missing required parameter PASSWORD_CLAIM_SIGNATURE"},
		{"no block", tampered("PASSWORD_CLAIM_SECRET_BLOCK", ""), "InvalidParameterException", "Missing required parameter PASSWORD_CLAIM_SECRET_BLOCK"},
		{"timestamp of another form", tampered("TIMESTAMP", "2026-03-03T07:05:09Z"), "InvalidParameterException", "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."},
		{"unknown block", tampered("PASSWORD_CLAIM_SECRET_BLOCK", "AAAA"+block[4:]), "NotAuthorizedException", "Incorrect username or password."},
		{"shortened block", tampered("PASSWORD_CLAIM_SECRET_BLOCK", block[:8]), "NotAuthorizedException", "Incorrect username or password."},
		{"other user", tampered("USERNAME", "bo"), "NotAuthorizedException", "Incorrect username or password."},
		{"other client", func() *cognitoidp.RespondToAuthChallengeInput {
			in := tampered("", "x")
			in.ClientId = other
			return in
		}(), "NotAuthorizedException", "Incorrect username or password."},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, res := w.Respond(c.in)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	// None of them was an answer to the challenge itself, so it still stands.
	if out, res := w.Respond(claim); res.Err != nil || out.AuthenticationResult == nil || res.Sub != sub {
		t.Fatal(res)
	}
	_, res = w.Respond(claim)
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")

	for name, spoil := range map[string]func() pooltest.Result{
		"wrong password": func() pooltest.Result {
			_, res := w.SignInSRP(pool, client, "jo", "Wr0ng-word!")
			return res
		},
		"stale timestamp": func() pooltest.Result {
			side, out, _ := w.StartSRP(client, "jo")
			in := w.Claim(side, pool, client, out, pooltest.Password)
			in.ChallengeResponses["TIMESTAMP"] = "Tue Mar 3 06:59:59 UTC 2026"
			_, res := w.Respond(in)
			return res
		},
		"expired block": func() pooltest.Result {
			side, out, _ := w.StartSRP(client, "jo")
			in := w.Claim(side, pool, client, out, pooltest.Password)
			w.Advance(3 * time.Minute)
			_, res := w.Respond(in)
			return res
		},
		"user deleted in between": func() pooltest.Result {
			w.User(pool, "gone", "")
			side, out, _ := w.StartSRP(client, "gone")
			in := w.Claim(side, pool, client, out, pooltest.Password)
			pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "gone"})
			_, res := w.Respond(in)
			return res
		},
	} {
		res := spoil()
		if res.Message != "Incorrect username or password." {
			t.Errorf("%s: got %v", name, res.Err)
		}
	}
}

func TestLockout(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, hidden).ClientId
	w.User(pool, "jo", "jo@example.com")
	for _, name := range []string{"jo", "nobody"} {
		for n := 1; n <= 5; n++ {
			_, res := w.SignIn(client, name, "Wr0ng-word!")
			w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
		}
		// The fifth failure locks for a second, the sixth for two, and so on; guesses in between count for nothing.
		for n := 6; n <= 15; n++ {
			lock := time.Second << (n - 6)
			w.Advance(lock - time.Millisecond)
			for range 3 {
				_, res := w.SignIn(client, name, pooltest.Password)
				w.Refused(res, "NotAuthorizedException", "Password attempts exceeded")
			}
			w.Advance(time.Millisecond)
			_, res := w.SignIn(client, name, "Wr0ng-word!")
			w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
		}
	}
	// The longest lock is a quarter of an hour, and then it begins anew.
	w.Advance(15*time.Minute - time.Millisecond)
	_, res := w.SignIn(client, "nobody", "Wr0ng-word!")
	w.Refused(res, "NotAuthorizedException", "Password attempts exceeded")
	w.Advance(time.Millisecond)
	for range 5 {
		_, res := w.SignIn(client, "nobody", "Wr0ng-word!")
		w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	}
	// A right password after the lock forgets it all.
	w.Tokens(client, "jo")
	for range 4 {
		_, res := w.SignIn(client, "jo", "Wr0ng-word!")
		w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	}
	w.Tokens(client, "jo")
	// So do fifteen minutes without a failure.
	for range 4 {
		w.SignIn(client, "jo", "Wr0ng-word!")
	}
	w.Advance(15 * time.Minute)
	for range 4 {
		w.SignIn(client, "jo", "Wr0ng-word!")
	}
	w.Tokens(client, "jo")
}

func TestNewPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("name"), AttributeDataType: new("String"), Required: new(true)}}
	})
	client := *w.Client(pool, nil).ClientId
	other := *w.Client(pool, nil).ClientId
	create := func(name string) string {
		out := pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
			UserPoolId: pool, Username: name, TemporaryPassword: new("Temp0rary!"), MessageAction: new("SUPPRESS"),
			UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new(name + "@example.com")}},
		})
		return *out.User.Attributes[len(out.User.Attributes)-1].Value
	}
	sub := create("jo")
	out, res := w.SignIn(client, "jo", "Temp0rary!")
	if res.Err != nil || *out.ChallengeName != "NEW_PASSWORD_REQUIRED" || out.AuthenticationResult != nil || res.Sub != sub {
		t.Fatal(out, res)
	}
	if got := optest.JSON(t, out.ChallengeParameters); got != `{"USER_ID_FOR_SRP":"jo","requiredAttributes":"[\"userAttributes.name\"]",`+
		`"userAttributes":"{\"email\":\"jo@example.com\",\"email_verified\":\"false\"}"}` {
		t.Errorf("parameters %s", got)
	}
	session := *out.Session
	if len(session) < 20 || len(session) > 2048 || !strings.HasPrefix(session, "AYABe") {
		t.Errorf("session %s", session)
	}
	answer := func(client, session string, params map[string]string) pooltest.Result {
		in := &cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED", ChallengeResponses: params}
		if session != "" {
			in.Session = &session
		}
		_, res := w.Respond(in)
		return res
	}
	good := map[string]string{"USERNAME": "jo", "NEW_PASSWORD": pooltest.Password, "userAttributes.name": "Jo"}
	with := func(key, v string) map[string]string {
		out := map[string]string{}
		for k, x := range good {
			out[k] = x
		}
		if out[key] = v; v == "" {
			delete(out, key)
		}
		return out
	}
	for _, c := range []struct {
		name, client, session string
		params                map[string]string
		code, message         string
	}{
		{"no session", client, "", good, "InvalidParameterException", "Missing required parameter Session"},
		{"foreign session", client, session[:len(session)-1], good, "NotAuthorizedException", "Invalid session for the user."},
		{"other client", other, session, good, "NotAuthorizedException", "Invalid session for the user."},
		{"other user", client, session, with("USERNAME", "bo"), "NotAuthorizedException", "Invalid session for the user."},
		{"no password", client, session, with("NEW_PASSWORD", ""), "InvalidParameterException", "Missing required parameter NEW_PASSWORD"},
		{"weak password", client, session, with("NEW_PASSWORD", "short"), "InvalidPasswordException", "Password did not conform with policy: Password not long enough"},
		{"required attribute missing", client, session, with("userAttributes.name", ""), "InvalidParameterException", "Attributes did not conform to the schema: name: The attribute is required\n"},
		{"verified flag", client, session, with("userAttributes.email_verified", "true"), "InvalidParameterException", "Cannot modify the non-mutable attribute email_verified"},
		{"attribute that has a value", client, session, with("userAttributes.email", "x@example.com"), "InvalidParameterException", "Cannot modify an already provided email"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := answer(c.client, c.session, c.params)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	if res := answer(client, session, good); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	w.Refused(answer(client, session, good), "NotAuthorizedException", "Invalid session for the user, session can only be used once.")
	if u := w.Stored(pool, "jo"); u.Status != userpool.Confirmed {
		t.Errorf("status is %s", u.Status)
	}
	_, res = w.SignIn(client, "jo", "Temp0rary!")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	w.Tokens(client, "jo")

	create("late")
	out, _ = w.SignIn(client, "late", "Temp0rary!")
	w.Advance(3 * time.Minute)
	w.Refused(answer(client, *out.Session, with("USERNAME", "late")), "NotAuthorizedException", "Invalid session for the user, session is expired.")
	out, _ = w.SignIn(client, "late", "Temp0rary!")
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "late", Password: "An0ther-one!"})
	w.Refused(answer(client, *out.Session, with("USERNAME", "late")), "NotAuthorizedException", "Invalid session for the user.")
	w.Advance(7 * 24 * time.Hour)
	_, res = w.SignIn(client, "late", "An0ther-one!")
	w.Refused(res, "NotAuthorizedException", "Temporary password has expired and must be reset by an administrator.")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	tells, hides := *w.Client(pool, nil).ClientId, *w.Client(pool, hidden).ClientId
	w.User(pool, "jo", "jo@example.com")
	for _, c := range []struct {
		name          string
		change        func(*userpool.User)
		client        string
		code, message string
	}{
		{"disabled", func(u *userpool.User) { u.Enabled = false }, tells, "NotAuthorizedException", "User is disabled."},
		{"reset required", func(u *userpool.User) { u.Enabled, u.Status = true, userpool.ResetRequired }, tells, "PasswordResetRequiredException", "Password reset required for the user"},
		{"reset required, hidden", func(*userpool.User) {}, hides, "NotAuthorizedException", "Incorrect username or password."},
		{"external", func(u *userpool.User) { u.Status = userpool.External }, tells, "NotAuthorizedException", "Incorrect username or password."},
		{"unconfirmed", func(u *userpool.User) { u.Status = userpool.Unconfirmed }, tells, "UserNotConfirmedException", "User is not confirmed."},
	} {
		t.Run(c.name, func(t *testing.T) {
			w.ChangeUser(pool, "jo", c.change)
			_, res := w.SignIn(c.client, "jo", pooltest.Password)
			w.Refused(res, c.code, c.message)
			if c.name == "disabled" {
				_, _, res = w.StartSRP(c.client, "jo")
			} else {
				_, res = w.SignInSRP(pool, c.client, "jo", pooltest.Password)
			}
			w.Refused(res, c.code, c.message)
		})
	}
}

func TestArgon2id(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id"}
	})
	client := *w.Client(pool, hidden).ClientId
	w.User(pool, "jo", "jo@example.com")
	u := w.Stored(pool, "jo")
	if len(u.Credential.Verifier) != 0 || !strings.HasPrefix(u.Credential.Hash, "$argon2id$") {
		t.Fatalf("stored %+v", u.Credential)
	}
	w.Tokens(client, "jo")
	for _, name := range []string{"jo", "nobody"} {
		_, res := w.SignIn(client, name, "Wr0ng-word!")
		w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	c := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.GenerateSecret = new(true)
		in.RefreshTokenValidity, in.TokenValidityUnits = new(int64(2)), &cognitoidp.TokenValidityUnitsType{RefreshToken: new("hours")}
	})
	client := *c.ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	hash := func(name string) string { return userpool.SecretHash(*c.ClientSecret, name, userpool.ClientID(client)) }
	in, res := initiate(w, client, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password, "SECRET_HASH": hash("jo")})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	token := *in.AuthenticationResult.RefreshToken
	for _, name := range []string{"jo", sub} {
		if _, res := initiate(w, client, "REFRESH_TOKEN", map[string]string{"REFRESH_TOKEN": token, "SECRET_HASH": hash(name)}); res.Err != nil || res.Sub != sub {
			t.Fatal(name, res)
		}
	}
	_, res = initiate(w, client, "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": token, "SECRET_HASH": hash("bo")})
	w.Refused(res, "NotAuthorizedException", "SecretHash does not match for the client: "+client)
	good := map[string]string{"REFRESH_TOKEN": token, "SECRET_HASH": hash("jo")}
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	_, res = initiate(w, client, "REFRESH_TOKEN_AUTH", good)
	w.Refused(res, "NotAuthorizedException", "User is disabled.")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true; u.Set("name", "Jo") })
	out, _ := initiate(w, client, "REFRESH_TOKEN_AUTH", good)
	if n := claims(t, *out.AuthenticationResult.IdToken).Get("name").Str; n != "Jo" {
		t.Errorf("refreshed token says name %q", n)
	}
	w.Advance(2 * time.Hour)
	_, res = initiate(w, client, "REFRESH_TOKEN_AUTH", good)
	w.Refused(res, "NotAuthorizedException", "Refresh Token has expired")
}

func TestRevokeToken(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	secret := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) })
	sub := w.User(pool, "jo", "jo@example.com")
	one, two := w.Tokens(client, "jo"), w.Tokens(client, "jo")
	revoke := func(client, token string, secret *string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: token, ClientId: client, ClientSecret: secret})
		return res
	}
	w.Refused(revoke(client, *one.AccessToken, nil), "UnsupportedTokenTypeException", "Unsupported token type")
	w.Refused(revoke(*secret.ClientId, *one.RefreshToken, nil), "UnauthorizedException", "Invalid client secret")
	w.Refused(revoke("nothing", *one.RefreshToken, nil), "ResourceNotFoundException", "User pool client nothing does not exist.")
	for range 2 {
		if res := revoke(client, *one.RefreshToken, nil); res.Err != nil || res.Sub != sub {
			t.Fatal(res)
		}
	}
	_, res := w.Refresh(client, *one.RefreshToken)
	w.Refused(res, "NotAuthorizedException", "Refresh Token has been revoked")
	_, res = w.GetUser(*one.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
	if _, res = w.GetUser(*two.AccessToken); res.Err != nil {
		t.Errorf("another sign-in ended too: %v", res.Err)
	}
	if _, res = w.Refresh(client, *two.RefreshToken); res.Err != nil {
		t.Errorf("another sign-in ended too: %v", res.Err)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.Tokens(client, "jo")
	w.StartSRP(client, "jo")
	w.SignIn(client, "jo", "Wr0ng-word!")
	sweep := func() int {
		n, err := userpool.Sweep(t.Context(), w.State, w.Now())
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(); n != 0 {
		t.Errorf("%d rows swept at once", n)
	}
	w.Advance(15*time.Minute + time.Millisecond)
	if n := sweep(); n != 2 {
		t.Errorf("%d rows swept after the session and the failure were over", n)
	}
	w.Advance(32 * 24 * time.Hour)
	if n := sweep(); n != 1 {
		t.Errorf("%d rows swept after the sign-in was over", n)
	}
}

// A client may stop marking its tokens while people are signed in: their next tokens are good all the same.
func TestRefresh_afterRevocationIsOff(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	first := w.Tokens(client, "jo")
	for _, on := range []bool{false, true, false} {
		pooltest.Must(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{
			UserPoolId: pool, ClientId: client, EnableTokenRevocation: &on, ExplicitAuthFlows: []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
		})
		out, res := w.Refresh(client, *first.RefreshToken)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		if _, res := w.GetUser(*out.AuthenticationResult.AccessToken); res.Err != nil {
			t.Errorf("revocation %v: %v", on, res.Err)
		}
	}
}

// What piled up while nobody swept goes too: more than one transaction may write.
func TestSweep_backlog(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	const families, batch = 18_000, 6000
	for i := 0; i < families; i += batch {
		err := w.State.Update(t.Context(), func(tx store.Tx) error {
			for j := i; j < i+batch; j++ {
				id := strconv.Itoa(j)
				f := &userpool.Family{Account: pooltest.Account, Region: pooltest.Region, Pool: "p", ID: id, Token: []byte(id), Expires: 1}
				if err := userpool.Families.Insert(tx, f); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := userpool.Sweep(t.Context(), w.State, w.Now()); err != nil || n != families {
		t.Errorf("%d rows swept, want %d (%v)", n, families, err)
	}
}

// A client that hides users tells nobody that a password which is out of force was right: the guess counts as any other.
func TestSignIn_resetRequiredHidden(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status = userpool.ResetRequired })
	answers := func(text string) (out []string) {
		for range 7 {
			_, res := w.SignIn(client, "jo", text)
			out = append(out, res.Message)
		}
		w.Advance(time.Hour)
		return out
	}
	if right, wrong := answers(pooltest.Password), answers("Wr0ng-word!"); !slices.Equal(right, wrong) {
		t.Errorf("the right password is answered %q, a wrong one %q", right, wrong)
	}
}
