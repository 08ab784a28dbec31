package attack

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/totp"
	"github.com/cogtrail/cogtrail/test/server"
)

// authenticator is a user's app.
type authenticator []byte

// shown is its code now, or steps away.
func (a authenticator) shown(steps int64) string { return totp.Code(a, totp.Step(time.Now())+steps) }

// wrong is a code it does not show near now.
func (a authenticator) wrong() string {
	near := []string{a.shown(-2), a.shown(-1), a.shown(0), a.shown(1), a.shown(2)}
	for i := 0; ; i++ {
		if c := fmt.Sprintf("%06d", i*111_111%1_000_000); !slices.Contains(near, c) {
			return c
		}
	}
}

// factors makes a pool that may ask for an authenticator, and a user with one. Its code of a step before this one is used up.
func (p *probe) factors(who string) (*server.Pool, authenticator) {
	p.Helper()
	pool := p.pool(nil)
	p.root(idp, "SetUserPoolMfaConfig", map[string]any{"UserPoolId": pool.ID, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true}})
	p.person(pool.ID, who, nil)
	access := p.tokens(pool.Client, who).AccessToken
	out := p.unsigned("AssociateSoftwareToken", map[string]any{"AccessToken": access})
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(out["SecretCode"].(string))
	p.must(err)
	app := authenticator(key)
	p.unsigned("VerifySoftwareToken", map[string]any{"AccessToken": access, "UserCode": app.shown(-1)})
	p.unsigned("SetUserMFAPreference", map[string]any{"AccessToken": access, "SoftwareTokenMfaSettings": map[string]any{"Enabled": true, "PreferredMfa": true}})
	return pool, app
}

// unsigned makes a call without signature that has to succeed.
func (p *probe) unsigned(operation string, in map[string]any) map[string]any {
	p.Helper()
	a, err := p.call(nil, idp, operation, in)
	p.must(err)
	out := map[string]any{}
	p.must(a.Decode(&out))
	return out
}

// asked signs in with the password and returns the session of the challenge that follows.
func (p *probe) asked(client, who, challenge string) string {
	p.Helper()
	out := p.unsigned("InitiateAuth", signInInput(client, who, password))
	if out["ChallengeName"] != challenge {
		p.Fatalf("the password of %s leads to %v, want %s", who, out["ChallengeName"], challenge)
	}
	return out["Session"].(string)
}

func answerInput(client, challenge, session, who string, more map[string]string) map[string]any {
	responses := map[string]string{"USERNAME": who}
	maps.Copy(responses, more)
	return map[string]any{"ClientId": client, "ChallengeName": challenge, "Session": session, "ChallengeResponses": responses}
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the newest code in the mailbox for an address.
func (p *probe) code(to string) string {
	p.Helper()
	req, err := http.NewRequestWithContext(p.Context(), http.MethodGet, srv.URL+"/_cogtrail/messages?to="+url.QueryEscape(to), nil)
	p.must(err)
	req.SetBasicAuth(srv.Root.ID, srv.Root.Secret)
	a, err := srv.Do(req)
	p.must(err)
	var box struct{ Messages []struct{ Body string } }
	p.must(a.Decode(&box))
	for _, m := range box.Messages {
		if c := sixDigits.FindString(m.Body); c != "" {
			return c
		}
	}
	p.Fatal("no message with a code")
	return ""
}

// A flow that a client does not allow stays shut, whatever the parameters say, and a session goes on with the challenge and in the
// form it was made for.
func TestAttack15_DisabledFlow_CVE_2026_7571(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.person(pool.ID, "jo", nil)
	shut, err := srv.MakeClient(t.Context(), pool.ID, map[string]any{"ExplicitAuthFlows": []string{"ALLOW_REFRESH_TOKEN_AUTH"}})
	p.must(err)
	for _, flow := range []string{"USER_PASSWORD_AUTH", "USER_SRP_AUTH", "CUSTOM_AUTH", "USER_AUTH", "ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH"} {
		parameters := map[string]string{"USERNAME": "jo", "PASSWORD": password, "SRP_A": "AA", "PREFERRED_CHALLENGE": "PASSWORD", "AUTH_FLOW": "USER_PASSWORD_AUTH", "CHALLENGE_NAME": "PASSWORD_VERIFIER"}
		a, err := p.call(nil, idp, "InitiateAuth", map[string]any{"ClientId": shut, "AuthFlow": flow, "AuthParameters": parameters})
		p.recorded(flow, a, err, "InvalidParameterException")
		a, err = p.call(&srv.Root, idp, "AdminInitiateAuth", map[string]any{"UserPoolId": pool.ID, "ClientId": shut, "AuthFlow": flow, "AuthParameters": parameters})
		p.recorded("AdminInitiateAuth "+flow, a, err, "InvalidParameterException")
	}
	p.settle()
}

var challenges = []string{
	"SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "SELECT_CHALLENGE", "DEVICE_SRP_AUTH",
	"DEVICE_PASSWORD_VERIFIER", "ADMIN_NO_SRP_AUTH", "NEW_PASSWORD_REQUIRED", "SMS_OTP", "PASSWORD", "WEB_AUTHN", "PASSWORD_SRP",
}

// Who has proved the password alone gets no tokens by calling a later or another step, and no step's session is good for a second one.
func TestAttack17_18_SkippedStep_CVE_2025_64103(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool, app := p.factors("jo")
	p.person(pool.ID, "eve", nil)
	everything := map[string]string{
		"NEW_PASSWORD": password, "ANSWER": "SMS_MFA", "SMS_MFA_CODE": "123456", "EMAIL_OTP_CODE": "123456", "SMS_OTP_CODE": "123456", "PASSWORD": password,
		"SRP_A": "AA", "DEVICE_KEY": "us-east-1_00000000-0000-4000-8000-000000000000", "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA", "PASSWORD_CLAIM_SIGNATURE": "AAAA",
		"TIMESTAMP": time.Now().UTC().Format("Mon Jan 2 15:04:05 MST 2006"), "CREDENTIAL": "{}", "EMAIL": "e@example.com", "PHONE_NUMBER": "+15550100",
	}
	session := p.asked(pool.Client, "jo", "SOFTWARE_TOKEN_MFA")
	for _, challenge := range challenges {
		a, err := p.call(nil, idp, "RespondToAuthChallenge", answerInput(pool.Client, challenge, session, "jo", everything))
		p.recorded(challenge, a, err)
		in := answerInput(pool.Client, challenge, session, "jo", everything)
		in["UserPoolId"] = pool.ID
		a, err = p.call(&srv.Root, idp, "AdminRespondToAuthChallenge", in)
		p.recorded("AdminRespondToAuthChallenge "+challenge, a, err)
	}
	code := map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.shown(0)}
	a, err := p.call(nil, idp, "RespondToAuthChallenge", answerInput(pool.Client, "SOFTWARE_TOKEN_MFA", session, "eve", code))
	p.recorded("another user's name", a, err, nae)
	other, err := srv.MakeClient(t.Context(), pool.ID, nil)
	p.must(err)
	a, err = p.call(nil, idp, "RespondToAuthChallenge", answerInput(other, "SOFTWARE_TOKEN_MFA", session, "jo", code))
	p.recorded("another client", a, err, nae)
	a, err = p.call(nil, idp, "AssociateSoftwareToken", map[string]any{"Session": session})
	p.recorded("another authenticator before the code", a, err)

	// A new session at each step, and none good twice.
	must := p.pool(nil)
	p.root(idp, "SetUserPoolMfaConfig", map[string]any{"UserPoolId": must.ID, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true}})
	p.person(must.ID, "jo", nil)
	first := p.asked(must.Client, "jo", "MFA_SETUP")
	a, err = p.call(nil, idp, "RespondToAuthChallenge", answerInput(must.Client, "MFA_SETUP", first, "jo", nil))
	p.recorded("nothing set up", a, err, nae)
	out := p.unsigned("AssociateSoftwareToken", map[string]any{"Session": first})
	second := out["Session"].(string)
	a, err = p.call(nil, idp, "RespondToAuthChallenge", answerInput(must.Client, "MFA_SETUP", second, "jo", nil))
	p.recorded("associated only", a, err, nae)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(out["SecretCode"].(string))
	p.must(err)
	third := p.unsigned("VerifySoftwareToken", map[string]any{"Session": second, "UserCode": authenticator(key).shown(0)})["Session"].(string)
	if first == second || second == third || first == third {
		t.Error("a step did not change the session")
	}
	for name, old := range map[string]string{"of the password": first, "of AssociateSoftwareToken": second} {
		a, err := p.call(nil, idp, "RespondToAuthChallenge", answerInput(must.Client, "MFA_SETUP", old, "jo", nil))
		p.recorded("session "+name, a, err, nae)
	}
	p.unsigned("RespondToAuthChallenge", answerInput(must.Client, "MFA_SETUP", third, "jo", nil))
	a, err = p.call(nil, idp, "RespondToAuthChallenge", answerInput(must.Client, "MFA_SETUP", third, "jo", nil))
	p.recorded("the last session again", a, err, nae)
	p.settle()
}

// Codes of second factors are guessed a few times, one after the other and at once; then even the right one is refused.
func TestAttack34_FactorGuesses_CVE_2025_64102(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool, app := p.factors("jo")
	session := p.asked(pool.Client, "jo", "SOFTWARE_TOKEN_MFA")
	checked := 0
	for _, a := range p.race(40, func() (*server.Answer, error) {
		return p.call(nil, idp, "RespondToAuthChallenge", answerInput(pool.Client, "SOFTWARE_TOKEN_MFA", session, "jo", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.wrong()}))
	}) {
		p.recorded("a guess", a, nil)
		if a.Code == "CodeMismatchException" {
			checked++
		}
	}
	if checked < 1 || checked > 10 {
		t.Errorf("%d of 40 guesses were checked", checked)
	}
	// Until the lock, which grows, is over nothing helps: neither the right code nor a new session.
	for i := range 20 {
		s := session
		if i%2 == 1 {
			s = p.asked(pool.Client, "jo", "SOFTWARE_TOKEN_MFA")
		}
		a, err := p.call(nil, idp, "RespondToAuthChallenge", answerInput(pool.Client, "SOFTWARE_TOKEN_MFA", s, "jo", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": app.wrong()}))
		p.recorded("one more guess", a, err, nae, "CodeMismatchException")
		if err == nil && a.Code == "CodeMismatchException" {
			checked++
		}
	}
	if checked > 15 {
		t.Errorf("%d of 60 guesses were checked", checked)
	}
	p.settle()
}

// A code of an authenticator works once, and only near its time; so does one that was sent.
func TestAttack35_CodeTwice(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool, app := p.factors("jo")
	answer := func(code string) (*server.Answer, error) {
		session := p.asked(pool.Client, "jo", "SOFTWARE_TOKEN_MFA")
		return p.call(nil, idp, "RespondToAuthChallenge", answerInput(pool.Client, "SOFTWARE_TOKEN_MFA", session, "jo", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": code}))
	}
	for _, steps := range []int64{-3, 4} {
		a, err := answer(app.shown(steps))
		p.recorded(fmt.Sprintf("the code of %d steps away", steps), a, err, "CodeMismatchException", "ExpiredCodeException")
	}
	code := app.shown(1)
	a, err := answer(code)
	p.must(err)
	p.must(a.Err())
	a, err = answer(code)
	p.recorded("the code again", a, err, "ExpiredCodeException", "CodeMismatchException")

	p.unsigned("SignUp", map[string]any{"ClientId": pool.Client, "Username": "amy", "Password": password, "UserAttributes": []any{map[string]string{"Name": "email", "Value": "amy35@example.com"}}})
	sent := p.code("amy35@example.com")
	confirm := map[string]any{"ClientId": pool.Client, "Username": "amy", "ConfirmationCode": sent}
	answers := p.race(32, func() (*server.Answer, error) { return p.call(nil, idp, "ConfirmSignUp", confirm) })
	p.once("a sign-up code", answers)
	p.settle()
}

// Nobody but a code or an administrator makes an address verified, and a change takes the flag away.
func TestAttack37_OwnVerification_CVE_2026_27946(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	for _, flag := range []string{"email_verified", "phone_number_verified"} {
		attributes := []any{map[string]string{"Name": "email", "Value": "a@example.com"}, map[string]string{"Name": flag, "Value": "true"}}
		a, err := p.call(nil, idp, "SignUp", map[string]any{"ClientId": pool.Client, "Username": name("self"), "Password": password, "UserAttributes": attributes})
		p.recorded("SignUp "+flag, a, err, "InvalidParameterException", nae)
	}
	p.person(pool.ID, "jo", map[string]string{"email": "jo37@example.com", "email_verified": "true"})
	access := p.tokens(pool.Client, "jo").AccessToken
	for _, flag := range []string{"email_verified", "phone_number_verified", "sub"} {
		a, err := p.call(nil, idp, "UpdateUserAttributes", map[string]any{"AccessToken": access, "UserAttributes": []any{map[string]string{"Name": flag, "Value": "true"}}})
		p.recorded("UpdateUserAttributes "+flag, a, err, "InvalidParameterException", nae)
	}
	a, err := p.call(nil, idp, "VerifyUserAttribute", map[string]any{"AccessToken": access, "AttributeName": "email", "Code": "123456"})
	p.recorded("a code nobody sent", a, err, "ExpiredCodeException", "CodeMismatchException")
	p.unsigned("UpdateUserAttributes", map[string]any{"AccessToken": access, "UserAttributes": []any{map[string]string{"Name": "email", "Value": "victim37@example.com"}}})
	if raw, _ := json.Marshal(p.root(idp, "AdminGetUser", map[string]any{"UserPoolId": pool.ID, "Username": "jo"})); strings.Contains(string(raw), `{"Name":"email_verified","Value":"true"}`) {
		t.Error("the address is verified after a change")
	}
	p.settle()
}

// Somebody who signs up with another's address has neither the alias nor a way to the other's account, before and after it is there.
func TestAttack38_PreHijack_CVE_2024_38351(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(map[string]any{"AliasAttributes": []string{"email"}})
	const mail = "victim38@example.com"
	p.unsigned("SignUp", map[string]any{"ClientId": pool.Client, "Username": "eve", "Password": wrong, "UserAttributes": []any{map[string]string{"Name": "email", "Value": mail}}})
	attack := func(when string) {
		t.Helper()
		a, err := p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, mail, wrong))
		p.recorded(when+": sign-in by the alias", a, err, nae, "UserNotFoundException")
		a, err = p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, "eve", wrong))
		p.recorded(when+": unconfirmed", a, err, "UserNotConfirmedException")
		a, err = p.call(nil, idp, "ForgotPassword", map[string]any{"ClientId": pool.Client, "Username": "eve"})
		p.recorded(when+": a code for the unverified address", a, err, "InvalidParameterException", nae)
	}
	attack("before")
	p.person(pool.ID, "victim", map[string]string{"email": mail, "email_verified": "true"})
	attack("after")
	p.unsigned("InitiateAuth", signInInput(pool.Client, mail, password))
	a, err := p.call(&srv.Root, idp, "AdminUpdateUserAttributes", map[string]any{"UserPoolId": pool.ID, "Username": "eve", "UserAttributes": []any{
		map[string]string{"Name": "email", "Value": mail}, map[string]string{"Name": "email_verified", "Value": "true"}}})
	p.recorded("a second holder", a, err, "AliasExistsException")
	p.settle()
}

// A user who was disabled or deleted, and one whose client or pool is gone, gets nothing more on any path.
func TestAttack39_DisabledAndDeleted_CVE_2024_47000(t *testing.T) {
	t.Parallel()
	for what, end := range map[string]func(p *probe, pool *server.Pool){
		"user disabled": func(p *probe, pool *server.Pool) {
			p.root(idp, "AdminDisableUser", map[string]any{"UserPoolId": pool.ID, "Username": "jo"})
		},
		"user disabled and enabled": func(p *probe, pool *server.Pool) {
			p.root(idp, "AdminDisableUser", map[string]any{"UserPoolId": pool.ID, "Username": "jo"})
			p.root(idp, "AdminEnableUser", map[string]any{"UserPoolId": pool.ID, "Username": "jo"})
		},
		"user deleted": func(p *probe, pool *server.Pool) {
			p.root(idp, "AdminDeleteUser", map[string]any{"UserPoolId": pool.ID, "Username": "jo"})
		},
		"client deleted": func(p *probe, pool *server.Pool) {
			p.root(idp, "DeleteUserPoolClient", map[string]any{"UserPoolId": pool.ID, "ClientId": pool.Client})
		},
		"pool deleted": func(p *probe, pool *server.Pool) {
			p.root(idp, "DeleteUserPool", map[string]any{"UserPoolId": pool.ID})
		},
	} {
		t.Run(what, func(t *testing.T) {
			p := newProbe(t)
			pool, _ := p.factors("jo")
			p.person(pool.ID, "plain", nil)
			session := p.asked(pool.Client, "jo", "SOFTWARE_TOKEN_MFA")
			p.root(idp, "AdminSetUserMFAPreference", map[string]any{"UserPoolId": pool.ID, "Username": "jo", "SoftwareTokenMfaSettings": map[string]any{"Enabled": false}})
			had := p.tokens(pool.Client, "jo")
			end(p, pool)
			for operation, in := range map[string]map[string]any{
				"GetUser": {}, "GlobalSignOut": {}, "ListDevices": {}, "DeleteUser": {}, "AssociateSoftwareToken": {}, "SetUserMFAPreference": {},
				"ChangePassword":       {"PreviousPassword": password, "ProposedPassword": "Other-Horse-43"},
				"UpdateUserAttributes": {"UserAttributes": []any{map[string]string{"Name": "name", "Value": "x"}}},
			} {
				in["AccessToken"] = had.AccessToken
				a, err := p.call(nil, idp, operation, in)
				p.refused(operation, a, err)
			}
			a, err := p.call(nil, idp, "InitiateAuth", refreshInput(pool.Client, had.RefreshToken))
			p.refused("refresh", a, err)
			a, err = p.call(nil, idp, "GetTokensFromRefreshToken", map[string]any{"ClientId": pool.Client, "RefreshToken": had.RefreshToken})
			p.refused("GetTokensFromRefreshToken", a, err)
			a, err = p.call(nil, idp, "RespondToAuthChallenge", answerInput(pool.Client, "SOFTWARE_TOKEN_MFA", session, "jo", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": "123456"}))
			p.refused("a challenge of before", a, err)
			if what != "user disabled and enabled" {
				a, err = p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, "jo", password))
				p.refused("the password", a, err)
			}
		})
	}
}

// Headers that name another host change neither the issuer of tokens nor the discovery document.
func TestAttack42_HostHeaders_CVE_2025_64101(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.person(pool.ID, "jo", nil)
	issuer := func(token string) string {
		p.Helper()
		return string(decode(p.T, strings.Split(token, ".")[1])["iss"])
	}
	want := issuer(p.tokens(pool.Client, "jo").AccessToken)
	for _, header := range []string{"X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded", "X-Forwarded-Proto", "X_Forwarded_Host", "X-Original-Host", "X-Rewrite-Url", "Host"} {
		value := "evil.example"
		if header == "Forwarded" {
			value = "host=evil.example;proto=https"
		}
		req, _, err := srv.Request(t.Context(), idp, "InitiateAuth", signInInput(pool.Client, "jo", password))
		p.must(err)
		discovery, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/"+pool.ID+"/.well-known/openid-configuration", nil)
		p.must(err)
		for _, r := range []*http.Request{req, discovery} {
			r.Header.Set(header, value)
			if header == "Host" {
				r.Host = value
			}
			a, err := srv.Do(r)
			p.must(err)
			p.n++
			if strings.Contains(string(a.Body), "evil.example") {
				t.Errorf("%s shows in the answer: %s", header, a.Body)
			}
			if r == req && a.Status == http.StatusOK {
				var out struct{ AuthenticationResult tokens }
				p.must(a.Decode(&out))
				if got := issuer(out.AuthenticationResult.AccessToken); got != want {
					t.Errorf("%s changed the issuer to %s", header, got)
				}
			}
		}
	}
}

// decode reads a part of a token.
func decode(t *testing.T, part string) map[string]json.RawMessage {
	t.Helper()
	raw, err := b64.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Overlong and twisted filters, attributes and parameters are refused before they cost anything.
func TestAttack49_LongInputs_CVE_2026_4634(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.person(pool.ID, "jo", nil)
	long := strings.Repeat("a", 100_000)
	many := make([]any, 20_000)
	for i := range many {
		many[i] = map[string]string{"Name": fmt.Sprintf("custom:a%d", i), "Value": "x"}
	}
	for variant, call := range map[string]struct {
		signed    bool
		operation string
		in        map[string]any
	}{
		"filter":               {true, "ListUsers", map[string]any{"UserPoolId": pool.ID, "Filter": `username = "` + long + `"`}},
		"filter of quotes":     {true, "ListUsers", map[string]any{"UserPoolId": pool.ID, "Filter": "username = \"" + strings.Repeat(`\"`, 130) + `"`}},
		"filter of carets":     {true, "ListUsers", map[string]any{"UserPoolId": pool.ID, "Filter": "username " + strings.Repeat("^", 200) + `= "a"`}},
		"filter of a group":    {true, "ListUsers", map[string]any{"UserPoolId": pool.ID, "Filter": `(a+)+$ = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"`}},
		"page token":           {true, "ListUsers", map[string]any{"UserPoolId": pool.ID, "PaginationToken": long}},
		"attribute names":      {true, "ListUsers", map[string]any{"UserPoolId": pool.ID, "AttributesToGet": []string{long}}},
		"user name":            {false, "SignUp", map[string]any{"ClientId": pool.Client, "Username": long, "Password": password}},
		"password":             {false, "SignUp", map[string]any{"ClientId": pool.Client, "Username": "x", "Password": long}},
		"many attributes":      {false, "SignUp", map[string]any{"ClientId": pool.Client, "Username": "x", "Password": password, "UserAttributes": many}},
		"attribute":            {false, "SignUp", map[string]any{"ClientId": pool.Client, "Username": "x", "Password": password, "UserAttributes": []any{map[string]string{"Name": "name", "Value": long}}}},
		"user name of sign-in": {false, "InitiateAuth", signInInput(pool.Client, long, password)},
		"password of sign-in":  {false, "InitiateAuth", signInInput(pool.Client, "jo", long)},
		"SRP_A":                {false, "InitiateAuth", map[string]any{"ClientId": pool.Client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": map[string]string{"USERNAME": "jo", "SRP_A": long}}},
		"refresh token":        {false, "InitiateAuth", refreshInput(pool.Client, long)},
		"access token":         {false, "GetUser", map[string]any{"AccessToken": long}},
		"access token of dots": {false, "GetUser", map[string]any{"AccessToken": strings.Repeat(".", 100_000)}},
		"session":              {false, "RespondToAuthChallenge", answerInput(pool.Client, "NEW_PASSWORD_REQUIRED", long, "jo", nil)},
		"code":                 {false, "ConfirmSignUp", map[string]any{"ClientId": pool.Client, "Username": "jo", "ConfirmationCode": long}},
		"client id":            {false, "SignUp", map[string]any{"ClientId": long, "Username": "x", "Password": password}},
	} {
		var c *server.Credentials
		if call.signed {
			c = &srv.Root
		}
		began := time.Now()
		a, err := p.call(c, idp, call.operation, call.in)
		p.refused(variant, a, err)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %v", variant, took)
		}
	}
	p.untouched(pool.ID, "jo")
}

// untouched fails unless the pool holds just these users.
func (p *probe) untouched(pool string, want ...string) {
	p.Helper()
	users, err := srv.Users(p.Context(), pool)
	p.must(err)
	if got := slices.Sorted(maps.Keys(users)); !slices.Equal(got, want) {
		p.Errorf("users are %v, want %v", got, want)
	}
}
