package signin_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// passkeyWorld is choiceWorld with a passkey of jo's.
func passkeyWorld(t *testing.T) (w *pooltest.World, pool, client string, k *softkey.Key) {
	t.Helper()
	w, pool, client = choiceWorld(t)
	k = softkey.New(pooltest.Site)
	if res := w.Register(*w.Tokens(client, "jo").AccessToken, k); res.Err != nil {
		t.Fatal(res.Err)
	}
	return w, pool, client, k
}

const options = "CREDENTIAL_REQUEST_OPTIONS"

// asked begins a sign-in by passkey.
func asked(t *testing.T, w *pooltest.World, client string) *cognitoidp.InitiateAuthOutput {
	t.Helper()
	return chose(t, w, client, "WEB_AUTHN", "PREFERRED_CHALLENGE", "WEB_AUTHN")
}

func prove(w *pooltest.World, client, name string, out *cognitoidp.InitiateAuthOutput, credential []byte) (*cognitoidp.RespondToAuthChallengeOutput, pooltest.Result) {
	return w.Answer(client, *out.ChallengeName, out.Session, "USERNAME", name, "ANSWER", "WEB_AUTHN", "CREDENTIAL", string(credential))
}

func TestPasskey(t *testing.T) {
	t.Parallel()
	w, pool, client, k := passkeyWorld(t)
	sub := w.Stored(pool, "jo").Sub
	out := asked(t, w, client)
	o := gjson.Parse(out.ChallengeParameters[options])
	want := `{"challenge":"` + o.Get("challenge").Str + `","timeout":180000,"rpId":"example.com","allowCredentials":[{"id":"` + o.Get("allowCredentials.0.id").Str +
		`","type":"public-key","transports":["internal","hybrid"]}],"userVerification":"preferred"}`
	if out.ChallengeParameters[options] != want || len(out.ChallengeParameters) != 2 || words(out.AvailableChallenges) != "PASSWORD_SRP PASSWORD EMAIL_OTP SMS_OTP WEB_AUTHN" {
		t.Errorf("%+v\nwant %s", out, want)
	}
	done, res := prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options])))
	if res.Err != nil || res.Sub != sub || levels(t, done.AuthenticationResult) != `urn:cognito:loa:3 ["swk"]` {
		t.Fatal(done, res)
	}
	// With the choice, and after it.
	out = chose(t, w, client, "SELECT_CHALLENGE")
	if done, res = prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options]))); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(done, res)
	}
	out = chose(t, w, client, "SELECT_CHALLENGE")
	next, res := w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "WEB_AUTHN")
	if res.Err != nil || *next.ChallengeName != "WEB_AUTHN" {
		t.Fatal(next, res)
	}
	if done, res = w.Answer(client, "WEB_AUTHN", next.Session, "USERNAME", "jo", "CREDENTIAL", string(k.Get([]byte(next.ChallengeParameters[options])))); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(done, res)
	}
	// A key of another device, in the administrators' form.
	roaming := softkey.New("https://example.com")
	roaming.Attachment, roaming.Packed = "cross-platform", true
	if res := w.Register(*done.AuthenticationResult.AccessToken, roaming); res.Err != nil {
		t.Fatal(res.Err)
	}
	admin, res := pooltest.Do(w, w.S.Signin.AdminInitiateAuth, &cognitoidp.AdminInitiateAuthInput{
		UserPoolId: pool, ClientId: client, AuthFlow: "USER_AUTH", AuthParameters: map[string]string{"USERNAME": "jo", "PREFERRED_CHALLENGE": "WEB_AUTHN"},
	})
	if res.Err != nil || gjson.Get(admin.ChallengeParameters[options], "allowCredentials.#").Int() != 2 {
		t.Fatal(admin, res)
	}
	end, res := w.AdminAnswer(pool, client, "WEB_AUTHN", admin.Session, "USERNAME", "jo", "CREDENTIAL", string(roaming.Get([]byte(admin.ChallengeParameters[options]))))
	if res.Err != nil || levels(t, end.AuthenticationResult) != `urn:cognito:loa:3 ["hwk"]` {
		t.Fatal(end, res)
	}
}

// The answer of a passkey: the right site, party, key, user and challenge, once, in time.
func TestAttack12_passkey(t *testing.T) {
	t.Parallel()
	w, pool, client, k := passkeyWorld(t)
	w.User(pool, "bo", "bo@example.com")
	bos := softkey.New(pooltest.Site)
	if res := w.Register(*w.Tokens(client, "bo").AccessToken, bos); res.Err != nil {
		t.Fatal(res.Err)
	}
	const used, incorrect = "Invalid session for the user, session can only be used once.", "Incorrect username or password."
	for name, bend := range map[string]func(out *cognitoidp.InitiateAuthOutput) []byte{
		"another site": func(out *cognitoidp.InitiateAuthOutput) []byte {
			bent := k.Twin()
			bent.Origin = "https://example.org"
			return bent.Get([]byte(out.ChallengeParameters[options]))
		},
		"another party": func(out *cognitoidp.InitiateAuthOutput) []byte {
			bent := k.Twin()
			bent.Party = "login.example.com"
			return bent.Get([]byte(out.ChallengeParameters[options]))
		},
		"a registration": func(out *cognitoidp.InitiateAuthOutput) []byte {
			bent := k.Twin()
			bent.Type = "webauthn.create"
			return bent.Get([]byte(out.ChallengeParameters[options]))
		},
		"an old counter": func(out *cognitoidp.InitiateAuthOutput) []byte {
			bent := k.Twin()
			bent.Counter, bent.Still = 1, true
			return bent.Get([]byte(out.ChallengeParameters[options]))
		},
		"another user's": func(out *cognitoidp.InitiateAuthOutput) []byte {
			return bos.Get([]byte(out.ChallengeParameters[options]))
		},
		"another user's under his id": func(out *cognitoidp.InitiateAuthOutput) []byte {
			bent := bos.Twin()
			bent.ID = k.ID
			return bent.Get([]byte(out.ChallengeParameters[options]))
		},
		"for another user": func(out *cognitoidp.InitiateAuthOutput) []byte {
			bent := k.Twin()
			bent.User = bos.User
			return bent.Get([]byte(out.ChallengeParameters[options]))
		},
		"never registered": func(out *cognitoidp.InitiateAuthOutput) []byte {
			return softkey.New(pooltest.Site).Get([]byte(out.ChallengeParameters[options]))
		},
		"another challenge": func(*cognitoidp.InitiateAuthOutput) []byte {
			return k.Twin().Get([]byte(asked(t, w, client).ChallengeParameters[options]))
		},
	} {
		for _, begin := range []func() *cognitoidp.InitiateAuthOutput{func() *cognitoidp.InitiateAuthOutput { return asked(t, w, client) }, func() *cognitoidp.InitiateAuthOutput { return chose(t, w, client, "SELECT_CHALLENGE") }} {
			out := begin()
			if _, res := prove(w, client, "jo", out, bend(out)); res.Code != nae || res.Message != incorrect {
				t.Errorf("%s: %v", name, res.Err)
			}
			// Nothing can be tried again.
			if _, res := prove(w, client, "jo", out, k.Twin().Get([]byte(out.ChallengeParameters[options]))); res.Message != used {
				t.Errorf("%s, again: %v", name, res.Err)
			}
			w.ClearFailures(pool, "jo")
		}
	}
	out := asked(t, w, client)
	good := k.Get([]byte(out.ChallengeParameters[options]))
	for _, bad := range []string{"{}", string(good[:len(good)/2]), `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
		_, res := prove(w, client, "jo", out, []byte(bad))
		w.Refused(res, "InvalidParameterException", "Credential data is not valid")
	}
	_, res := prove(w, client, "bo", out, good)
	w.Refused(res, nae, invalid)
	_, res = prove(w, w.ChoiceClient(pool, nil), "jo", out, good)
	w.Refused(res, nae, invalid)
	if _, res := prove(w, client, "jo", out, good); res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = prove(w, client, "jo", out, good)
	w.Refused(res, nae, used)
	// The same answer in another sign-in.
	_, res = prove(w, client, "jo", asked(t, w, client), good)
	w.Refused(res, nae, incorrect)
	out = asked(t, w, client)
	w.Advance(3 * time.Minute)
	_, res = prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, "Invalid session for the user, session is expired.")
	// Given up, or of an earlier relying party.
	out = asked(t, w, client)
	access := *w.Tokens(client, "jo").AccessToken
	id := pooltest.Must(w, w.S.WebAuthn.ListWebAuthnCredentials, &cognitoidp.ListWebAuthnCredentialsInput{AccessToken: access}).Credentials[0].CredentialId
	w.SetPasskeys(pool, "example.net", "preferred", "SINGLE_FACTOR")
	if offered := chose(t, w, client, "SELECT_CHALLENGE").AvailableChallenges; words(offered) != "PASSWORD_SRP PASSWORD EMAIL_OTP SMS_OTP" {
		t.Error(offered)
	}
	_, res = prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, invalid)
	w.SetPasskeys(pool, "example.com", "preferred", "SINGLE_FACTOR")
	pooltest.Must(w, w.S.WebAuthn.DeleteWebAuthnCredential, &cognitoidp.DeleteWebAuthnCredentialInput{AccessToken: access, CredentialId: id})
	_, res = prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, invalid)
	// Wrong answers lock as wrong passwords do.
	if res := w.Register(access, k); res.Err != nil {
		t.Fatal(res.Err)
	}
	for range 5 {
		_, res = prove(w, client, "jo", asked(t, w, client), softkey.New(pooltest.Site).Get([]byte(`{}`)))
		w.Refused(res, nae, incorrect)
	}
	_, res = choose(w, client, "jo")
	w.Refused(res, nae, "Password attempts exceeded")
}

// A passkey that was copied is noticed by its counter: the copy that is behind is refused.
func TestPasskey_clonedCounter(t *testing.T) {
	t.Parallel()
	w, _, client, k := passkeyWorld(t)
	twin := k.Twin()
	for range 2 {
		out := asked(t, w, client)
		if _, res := prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options]))); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	out := asked(t, w, client)
	_, res := prove(w, client, "jo", out, twin.Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, "Incorrect username or password.")
}

// Where several factors are demanded a passkey begins a sign-in only if it verifies its user, the pool lets that count as several, and
// the user wants it.
func TestPasskey_multiFactor(t *testing.T) {
	t.Parallel()
	w, pool, client, k := passkeyWorld(t)
	access := *w.Tokens(client, "jo").AccessToken
	demand := func(counts string) {
		t.Helper()
		pooltest.Must(w, w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{
			UserPoolId: pool, MfaConfiguration: new("OPTIONAL"), SmsMfaConfiguration: &cognitoidp.SmsMfaConfigType{},
			WebAuthnConfiguration: &cognitoidp.WebAuthnConfigurationType{RelyingPartyId: new("example.com"), FactorConfiguration: &counts},
		})
	}
	prefer := func(on bool) pooltest.Result {
		_, res := pooltest.Do(w, w.S.MFA.SetUserMFAPreference, &cognitoidp.SetUserMFAPreferenceInput{AccessToken: access, WebAuthnMfaSettings: &cognitoidp.WebAuthnMfaSettingsType{Enabled: &on}})
		return res
	}
	offered := func() string { return words(chose(t, w, client, "SELECT_CHALLENGE").AvailableChallenges) }
	demand("SINGLE_FACTOR")
	w.Prefer(pool, "jo", false, "SMS_MFA")
	if got := offered(); got != "PASSWORD_SRP PASSWORD" {
		t.Error(got)
	}
	w.Refused(prefer(true), "InvalidParameterException", "Passkey MFA requires FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION.")
	demand("MULTI_FACTOR_WITH_USER_VERIFICATION")
	if got := offered(); got != "PASSWORD_SRP PASSWORD" {
		t.Error(got)
	}
	if res := prefer(true); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := offered(); got != "PASSWORD_SRP PASSWORD WEB_AUTHN" {
		t.Error(got)
	}
	out := asked(t, w, client)
	if !strings.Contains(out.ChallengeParameters[options], `"userVerification":"required"`) {
		t.Error(out.ChallengeParameters)
	}
	lazy := k.Twin()
	lazy.Flags = softkey.Present
	_, res := prove(w, client, "jo", out, lazy.Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, "Incorrect username or password.")
	out = asked(t, w, client)
	done, res := prove(w, client, "jo", out, k.Get([]byte(out.ChallengeParameters[options])))
	if res.Err != nil || levels(t, done.AuthenticationResult) != `urn:cognito:loa:3 ["swk","mfa"]` {
		t.Fatal(done, res)
	}
	pooltest.Must(w, w.S.MFA.AdminSetUserMFAPreference, &cognitoidp.AdminSetUserMFAPreferenceInput{
		UserPoolId: pool, Username: "jo", WebAuthnMfaSettings: &cognitoidp.WebAuthnMfaSettingsType{Enabled: new(false)},
	})
	if got := offered(); got != "PASSWORD_SRP PASSWORD" {
		t.Error(got)
	}
}

// A name that means nobody has a passkey that nobody has, always the same.
func TestAttack36_passkeyOfNobody(t *testing.T) {
	t.Parallel()
	w, pool, _ := choiceWorld(t)
	client := w.ChoiceClient(pool, hidden)
	name := ""
	for i := range 100 {
		try := "nobody" + strings.Repeat("x", i)
		if out, _ := choose(w, client, try); strings.Contains(words(out.AvailableChallenges), "WEB_AUTHN") {
			name = try
			break
		}
	}
	begin := func() (*cognitoidp.InitiateAuthOutput, gjson.Result) {
		out, res := choose(w, client, name, "PREFERRED_CHALLENGE", "WEB_AUTHN")
		if res.Err != nil || *out.ChallengeName != "WEB_AUTHN" {
			t.Fatal(out, res)
		}
		if !json.Valid([]byte(out.ChallengeParameters[options])) {
			t.Fatal(out.ChallengeParameters)
		}
		return out, gjson.Parse(out.ChallengeParameters[options])
	}
	out, a := begin()
	_, b := begin()
	if id := a.Get("allowCredentials.0.id").Str; len(id) != 43 || id != b.Get("allowCredentials.0.id").Str || a.Get("challenge").Str == b.Get("challenge").Str {
		t.Errorf("%s, then %s", a, b)
	}
	_, res := prove(w, client, name, out, softkey.New(pooltest.Site).Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, "Incorrect username or password.")
	_, res = prove(w, client, name, out, softkey.New(pooltest.Site).Get([]byte(out.ChallengeParameters[options])))
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
}
