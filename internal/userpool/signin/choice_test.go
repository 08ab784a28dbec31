package signin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const badAnswer = "ANSWER is not one of the available challenges."

// choiceWorld is a pool with every first factor and a user jo who has an address, a number and a password.
func choiceWorld(t *testing.T) (w *pooltest.World, pool, client string) {
	t.Helper()
	w = pooltest.New(t)
	pool = w.ChoicePool(nil, "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
	client = w.ChoiceClient(pool, nil)
	w.User(pool, "jo", "jo@example.com")
	w.GivePhone(pool, "jo", false)
	return w, pool, client
}

// choose begins a sign-in with USER_AUTH and parameters in pairs.
func choose(w *pooltest.World, client, name string, params ...string) (*cognitoidp.InitiateAuthOutput, pooltest.Result) {
	all := map[string]string{"USERNAME": name}
	for i := 0; i < len(params); i += 2 {
		all[params[i]] = params[i+1]
	}
	return initiate(w, client, "USER_AUTH", all)
}

// chose is choose for a call that has to lead to a challenge.
func chose(t *testing.T, w *pooltest.World, client, challenge string, params ...string) *cognitoidp.InitiateAuthOutput {
	t.Helper()
	out, res := choose(w, client, "jo", params...)
	if res.Err != nil || out.ChallengeName == nil || *out.ChallengeName != challenge || out.AuthenticationResult != nil {
		t.Fatalf("%+v, %v", out, res.Err)
	}
	return out
}

func words(list []string) string { return strings.Join(list, " ") }

func TestChoice_offers(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	out := chose(t, w, client, "SELECT_CHALLENGE")
	if words(out.AvailableChallenges) != "PASSWORD_SRP PASSWORD EMAIL_OTP SMS_OTP" || out.ChallengeParameters == nil || len(out.ChallengeParameters) != 0 || len(*out.Session) < 20 {
		t.Errorf("%+v", out)
	}
	// What cannot be had is not given.
	chose(t, w, client, "SELECT_CHALLENGE", "PREFERRED_CHALLENGE", "WEB_AUTHN")
	for change, want := range map[string]string{
		"no number": "PASSWORD_SRP PASSWORD EMAIL_OTP", "temporary": "PASSWORD_SRP PASSWORD", "no password": "EMAIL_OTP SMS_OTP", "reset": "PASSWORD_SRP PASSWORD EMAIL_OTP SMS_OTP",
	} {
		name := strings.ReplaceAll(change, " ", "-")
		w.User(pool, name, name+"@example.com")
		w.ChangeUser(pool, name, func(u *userpool.User) {
			u.Set("phone_number", pooltest.Phone)
			switch change {
			case "no number":
				u.Set("phone_number", "")
			case "temporary":
				u.Status, u.TemporarySince = userpool.ForceChangePassword, w.Now()
			case "no password":
				u.Credential = userpool.Credential{}
			case "reset":
				u.Status = userpool.ResetRequired
			}
		})
		out, res := choose(w, client, name)
		if res.Err != nil || words(out.AvailableChallenges) != want {
			t.Errorf("%s: %v, %v", change, out, res.Err)
		}
	}
	w.ChangeUser(pool, "jo", func(u *userpool.User) {
		u.Credential = userpool.Credential{}
		u.Set("email", "")
		u.Set("phone_number", "")
	})
	_, res := choose(w, client, "jo")
	w.Refused(res, nae, "Incorrect username or password.")
}

func TestChoice_refuses(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	plain := *w.Client(pool, nil).ClientId
	for name, tc := range map[string]struct {
		client        string
		params        []string
		code, message string
	}{
		"flow":           {plain, nil, "InvalidParameterException", "USER_AUTH flow not enabled for this client"},
		"preference":     {client, []string{"PREFERRED_CHALLENGE", "SMS_MFA"}, "InvalidParameterException", "PREFERRED_CHALLENGE is not a challenge that can be preferred."},
		"wrong password": {client, []string{"PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", "x"}, nae, "Incorrect username or password."},
		"nonsense":       {client, []string{"PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", "0"}, "InvalidParameterException", "SRP_A is not valid."},
	} {
		_, res := choose(w, tc.client, "jo", tc.params...)
		if res.Code != tc.code || res.Message != tc.message {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
	_, res := choose(w, client, "nobody")
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = choose(w, client, "")
	w.Refused(res, "InvalidParameterException", "Missing required parameter USERNAME")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	_, res = choose(w, client, "jo")
	w.Refused(res, nae, "User is disabled.")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true })
	out := chose(t, w, client, "SELECT_CHALLENGE")
	for _, c := range []struct {
		params        []string
		code, message string
	}{
		{[]string{"USERNAME", "jo"}, "InvalidParameterException", "Missing required parameter ANSWER"},
		{[]string{"ANSWER", "EMAIL_OTP"}, "InvalidParameterException", "Missing required parameter USERNAME"},
		{[]string{"USERNAME", "jo", "ANSWER", "WEB_AUTHN"}, "InvalidParameterException", badAnswer},
		{[]string{"USERNAME", "bo", "ANSWER", "EMAIL_OTP"}, nae, invalid},
	} {
		_, res := w.Answer(client, "SELECT_CHALLENGE", out.Session, c.params...)
		w.Refused(res, c.code, c.message)
	}
	_, res = w.Answer(client, "SELECT_CHALLENGE", nil, "USERNAME", "jo", "ANSWER", "EMAIL_OTP")
	w.Refused(res, "InvalidParameterException", "Missing required parameter Session")
	_, res = w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", "12345678")
	w.Refused(res, nae, invalid)
	_, res = w.AdminAnswer(pool, client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "EMAIL_OTP")
	w.Refused(res, nae, invalid)
	// A factor the pool takes away meanwhile is worth nothing.
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: pool})
	_, res = w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "EMAIL_OTP")
	w.Refused(res, nae, invalid)
}

func TestChoice_passwords(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	tokens := func(a *cognitoidp.AuthenticationResultType, res pooltest.Result) {
		t.Helper()
		if res.Err != nil || a == nil || levels(t, a) != `urn:cognito:loa:1 ["pwd"]` || res.Sub != w.Stored(pool, "jo").Sub {
			t.Fatal(a, res)
		}
	}
	// At once.
	out, res := choose(w, client, "jo", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	tokens(out.AuthenticationResult, res)
	// With the choice.
	out = chose(t, w, client, "SELECT_CHALLENGE")
	done, res := w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "PASSWORD", "PASSWORD", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	tokens(done.AuthenticationResult, res)
	_, res = w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "PASSWORD", "PASSWORD", pooltest.Password)
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	// After it.
	out = chose(t, w, client, "SELECT_CHALLENGE")
	next, res := w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "PASSWORD")
	if res.Err != nil || *next.ChallengeName != "PASSWORD" {
		t.Fatal(next, res)
	}
	done, res = w.Answer(client, "PASSWORD", next.Session, "USERNAME", "jo", "PASSWORD", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	tokens(done.AuthenticationResult, res)
	// A wrong one begins anew.
	out = chose(t, w, client, "PASSWORD", "PREFERRED_CHALLENGE", "PASSWORD")
	_, res = w.Answer(client, "PASSWORD", out.Session, "USERNAME", "jo", "PASSWORD", "x")
	w.Refused(res, nae, "Incorrect username or password.")
	_, res = w.Answer(client, "PASSWORD", out.Session, "USERNAME", "jo", "PASSWORD", pooltest.Password)
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	// By SRP, at once, with and after the choice; the answer needs the session.
	side := pooltest.Group().NewClient()
	out = chose(t, w, client, "PASSWORD_VERIFIER", "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", side.A())
	claim := w.Claim(side, pool, client, out, pooltest.Password)
	_, res = w.Respond(claim)
	w.Refused(res, nae, invalid)
	claim.Session = new(strings.Repeat("AYABe", 8))
	_, res = w.Respond(claim)
	w.Refused(res, nae, invalid)
	claim.Session = out.Session
	done, res = w.Respond(claim)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	tokens(done.AuthenticationResult, res)
	_, res = w.Respond(claim)
	w.Refused(res, nae, "Incorrect username or password.")
	out = chose(t, w, client, "PASSWORD_SRP", "PREFERRED_CHALLENGE", "PASSWORD_SRP")
	next, res = w.Answer(client, "PASSWORD_SRP", out.Session, "USERNAME", "jo", "SRP_A", side.A())
	if res.Err != nil || *next.ChallengeName != "PASSWORD_VERIFIER" {
		t.Fatal(next, res)
	}
	claim = w.Claim(side, pool, client, &cognitoidp.InitiateAuthOutput{ChallengeParameters: next.ChallengeParameters}, "x")
	claim.Session = next.Session
	_, res = w.Respond(claim)
	w.Refused(res, nae, "Incorrect username or password.")
	// Other states of a password are found behind it, as in every flow.
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status, u.TemporarySince = userpool.ForceChangePassword, w.Now() })
	chose(t, w, client, "NEW_PASSWORD_REQUIRED", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", pooltest.Password)
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status = userpool.Unconfirmed })
	_, res = choose(w, client, "jo", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", pooltest.Password)
	w.Refused(res, "UserNotConfirmedException", "User is not confirmed.")
}

func TestChoice_codes(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	for _, tc := range []struct{ challenge, parameter, medium, masked, attribute, level string }{
		{"EMAIL_OTP", "EMAIL_OTP_CODE", "EMAIL", "j***@e***", "email", `urn:cognito:loa:2 ["email_otp"]`},
		{"SMS_OTP", "SMS_OTP_CODE", "SMS", "+*******1234", "phone_number", `urn:cognito:loa:2 ["sms"]`},
	} {
		pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
		w.ChangeUser(pool, "jo", func(u *userpool.User) {
			u.Status = userpool.Unconfirmed
			u.Set(tc.attribute+"_verified", "false")
		})
		selected := chose(t, w, client, "SELECT_CHALLENGE")
		next, res := w.Answer(client, "SELECT_CHALLENGE", selected.Session, "USERNAME", "jo", "ANSWER", tc.challenge)
		if res.Err != nil || *next.ChallengeName != tc.challenge {
			t.Fatal(next, res)
		}
		older := w.FirstCode()
		out := chose(t, w, client, tc.challenge, "PREFERRED_CHALLENGE", tc.challenge)
		want := fmt.Sprintf("map[CODE_DELIVERY_DELIVERY_MEDIUM:%s CODE_DELIVERY_DESTINATION:%s USERNAME:jo USER_ID_FOR_SRP:jo]", tc.medium, tc.masked)
		if got := fmt.Sprint(out.ChallengeParameters); got != want || fmt.Sprint(next.ChallengeParameters) != want {
			t.Errorf("%s: parameters %s", tc.challenge, got)
		}
		code := w.FirstCode()
		last := w.Messages()[len(w.Messages())-1]
		if last.Occasion != userpool.OnSignIn || last.Medium != tc.medium {
			t.Errorf("%+v", last)
		}
		// Each code is of its session.
		_, res = w.Answer(client, tc.challenge, out.Session, "USERNAME", "jo", tc.parameter, older)
		w.Refused(res, "CodeMismatchException", "Invalid code or auth state for the user.")
		_, res = w.Answer(client, tc.challenge, out.Session, "USERNAME", "jo")
		w.Refused(res, "InvalidParameterException", "Missing required parameter "+tc.parameter)
		done, res := w.Answer(client, tc.challenge, out.Session, "USERNAME", "jo", tc.parameter, code)
		if res.Err != nil || levels(t, done.AuthenticationResult) != tc.level || res.Sub != w.Stored(pool, "jo").Sub {
			t.Fatal(done, res)
		}
		u := w.Stored(pool, "jo")
		if u.Status != userpool.Confirmed || !u.Verified(tc.attribute) {
			t.Errorf("%s: user is %+v", tc.challenge, u)
		}
		_, res = w.Answer(client, tc.challenge, out.Session, "USERNAME", "jo", tc.parameter, code)
		w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
		// In the administrators' form too, and for an alias.
		admin, res := pooltest.Do(w, w.S.Signin.AdminInitiateAuth, &cognitoidp.AdminInitiateAuthInput{
			UserPoolId: pool, ClientId: client, AuthFlow: "USER_AUTH", AuthParameters: map[string]string{"USERNAME": u.Sub, "PREFERRED_CHALLENGE": tc.challenge},
		})
		if res.Err != nil || *admin.ChallengeName != tc.challenge || words(admin.AvailableChallenges) != "EMAIL_OTP SMS_OTP" {
			t.Fatal(admin, res)
		}
		end, res := w.AdminAnswer(pool, client, tc.challenge, admin.Session, "USERNAME", u.Sub, tc.parameter, w.FirstCode())
		if res.Err != nil || end.AuthenticationResult == nil {
			t.Fatal(end, res)
		}
	}
	// A right code leaves a password that is out of force where it is.
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status = userpool.ResetRequired })
	out := chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	if done, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", w.FirstCode()); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res.Err)
	}
	if s := w.Stored(pool, "jo").Status; s != userpool.ResetRequired {
		t.Error(s)
	}
}

// A code begins no other sign-in: not of another user, client, time or address, and not after a sign-out.
func TestAttack12_firstCode(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	other := w.ChoiceClient(pool, nil)
	w.User(pool, "bo", "bo@example.com")
	begin := func() (*string, string) {
		t.Helper()
		out := chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
		return out.Session, w.FirstCode()
	}
	answer := func(client string, session *string, name, code string) pooltest.Result {
		_, res := w.Answer(client, "EMAIL_OTP", session, "USERNAME", name, "EMAIL_OTP_CODE", code)
		return res
	}
	session, code := begin()
	w.Refused(answer(client, session, "bo", code), nae, invalid)
	w.Refused(answer(other, session, "jo", code), nae, invalid)
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("email", "new@example.com") })
	w.Refused(answer(client, session, "jo", code), nae, invalid)
	session, code = begin()
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.SignOutEverywhere() })
	w.Refused(answer(client, session, "jo", code), nae, invalid)
	session, code = begin()
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	w.Refused(answer(client, session, "jo", code), nae, "User is disabled.")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true })
	w.Advance(3 * time.Minute)
	w.Refused(answer(client, session, "jo", code), nae, "Invalid session for the user, session is expired.")
	session, code = begin()
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	w.Refused(answer(client, session, "jo", code), nae, invalid)
}

// Guesses of codes and of passwords are counted together, over all sessions, and ten end a session.
func TestAttack34_guessedFirstCodes(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	out := chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	code := w.FirstCode()
	miss := func(session *string) pooltest.Result {
		_, res := w.Answer(client, "EMAIL_OTP", session, "USERNAME", "jo", "EMAIL_OTP_CODE", wrong(code[:6])+"00")
		return res
	}
	for range 4 {
		w.Refused(miss(out.Session), "CodeMismatchException", "Invalid code or auth state for the user.")
	}
	_, res := w.SignIn(client, "jo", "x")
	w.Refused(res, nae, "Incorrect username or password.")
	for _, try := range []func() pooltest.Result{
		func() pooltest.Result { return miss(out.Session) },
		func() pooltest.Result { _, res := choose(w, client, "jo"); return res },
		func() pooltest.Result { _, res := w.SignIn(client, "jo", pooltest.Password); return res },
		func() pooltest.Result {
			_, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", code)
			return res
		},
	} {
		w.Refused(try(), nae, "Password attempts exceeded")
	}
	w.Advance(time.Second)
	if _, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", code); res.Err != nil {
		t.Fatal(res.Err)
	}
	// Ten wrong ones end the session, however long the user waits between them.
	out = chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	for range 10 {
		w.Refused(miss(out.Session), "CodeMismatchException", "Invalid code or auth state for the user.")
		w.ClearFailures(pool, "jo")
	}
	w.Refused(miss(out.Session), nae, "Invalid session for the user, session can only be used once.")
}

// Nobody is flooded by whoever knows his name.
func TestAttack34_floodOfFirstCodes(t *testing.T) {
	t.Parallel()
	w, _, client := choiceWorld(t)
	for range userpool.SignInCodeLimit.Max {
		chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	}
	_, res := choose(w, client, "jo", "PREFERRED_CHALLENGE", "SMS_OTP")
	w.Refused(res, "TooManyRequestsException", "Attempt limit exceeded, please try after some time.")
	if n := len(w.Messages()); n != userpool.SignInCodeLimit.Max {
		t.Errorf("%d messages", n)
	}
}

// Where several factors are demanded of a user, only what is followed by another begins his sign-in.
func TestAttack18_firstCodeInsteadOfSecond(t *testing.T) {
	t.Parallel()
	w, pool, client := choiceWorld(t)
	out := chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	code := w.FirstCode()
	pooltest.Must(w, w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: pool, MfaConfiguration: new("OPTIONAL"), SmsMfaConfiguration: &cognitoidp.SmsMfaConfigType{},
	})
	w.Prefer(pool, "jo", false, "SMS_MFA")
	_, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", code)
	w.Refused(res, nae, invalid)
	out = chose(t, w, client, "SELECT_CHALLENGE", "PREFERRED_CHALLENGE", "SMS_OTP")
	if words(out.AvailableChallenges) != "PASSWORD_SRP PASSWORD" {
		t.Error(out.AvailableChallenges)
	}
	next, res := w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "PASSWORD", "PASSWORD", pooltest.Password)
	if res.Err != nil || *next.ChallengeName != "SMS_MFA" {
		t.Fatal(next, res)
	}
	done, res := w.Answer(client, "SMS_MFA", next.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code())
	if res.Err != nil || levels(t, done.AuthenticationResult) != `urn:cognito:loa:3 ["pwd","sms","mfa"]` {
		t.Fatal(done, res)
	}
}

// A name that means nobody is answered like one that means somebody, always the same way, and nobody gets a code.
func TestAttack36_choice(t *testing.T) {
	t.Parallel()
	w, pool, _ := choiceWorld(t)
	client := w.ChoiceClient(pool, hidden)
	seen := map[string]bool{}
	for i := range 40 {
		name := fmt.Sprintf("nobody%d", i)
		out, res := choose(w, client, name)
		if res.Err != nil || *out.ChallengeName != "SELECT_CHALLENGE" || res.Sub != "" {
			t.Fatal(out, res)
		}
		offered := words(out.AvailableChallenges)
		if again, _ := choose(w, client, strings.Clone(name)); words(again.AvailableChallenges) != offered {
			t.Errorf("%s is offered %s, then %s", name, offered, words(again.AvailableChallenges))
		}
		seen[offered] = true
		if !strings.HasPrefix(offered, "PASSWORD_SRP PASSWORD") {
			t.Errorf("offered %s", offered)
		}
		for _, f := range out.AvailableChallenges[2:] {
			first, res := choose(w, client, name, "PREFERRED_CHALLENGE", f)
			if res.Err != nil || *first.ChallengeName != f || words(first.AvailableChallenges) != offered {
				t.Fatal(first, res)
			}
			next, res := w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", name, "ANSWER", f)
			if res.Err != nil || *next.ChallengeName != f || len(*next.Session) != len(*out.Session) {
				t.Fatal(next, res)
			}
			if next.ChallengeParameters["CODE_DELIVERY_DESTINATION"] != first.ChallengeParameters["CODE_DELIVERY_DESTINATION"] {
				t.Errorf("%v, then %v", first.ChallengeParameters, next.ChallengeParameters)
			}
			out, _ = choose(w, client, name)
			parameter := map[string]string{"EMAIL_OTP": "EMAIL_OTP_CODE", "SMS_OTP": "SMS_OTP_CODE"}[f]
			if parameter == "" {
				continue
			}
			_, res = w.Answer(client, f, next.Session, "USERNAME", name, parameter, "00000000")
			w.Refused(res, "CodeMismatchException", "Invalid code or auth state for the user.")
			_, res = w.Answer(client, f, next.Session, "USERNAME", "jo", parameter, "00000000")
			w.Refused(res, nae, invalid)
		}
	}
	if len(seen) < 4 {
		t.Errorf("all are offered the same: %v", seen)
	}
	if n := len(w.Messages()); n != 0 {
		t.Errorf("%d messages to nobody", n)
	}
	// Passwords of nobody.
	_, res := choose(w, client, "nobody", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", "x")
	w.Refused(res, nae, "Incorrect username or password.")
	side := pooltest.Group().NewClient()
	out, res := choose(w, client, "nobody", "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", side.A())
	if res.Err != nil || *out.ChallengeName != "PASSWORD_VERIFIER" || out.Session == nil {
		t.Fatal(out, res)
	}
	// A known user who has nothing to begin with is as good as nobody.
	w.ChangeUser(pool, "jo", func(u *userpool.User) {
		u.Credential = userpool.Credential{}
		u.Set("email", "")
		u.Set("phone_number", "")
	})
	if out, res := choose(w, client, "jo"); res.Err != nil || *out.ChallengeName != "SELECT_CHALLENGE" {
		t.Fatal(out, res)
	}
	// Guesses at nobody are counted like those at somebody.
	for range 5 {
		_, res = choose(w, client, "stranger", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", "x")
		w.Refused(res, nae, "Incorrect username or password.")
	}
	_, res = choose(w, client, "stranger")
	w.Refused(res, nae, "Password attempts exceeded")
}

// The address somebody typed is the one that is shown masked.
func TestAttack36_choiceByAddress(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} }, "EMAIL_OTP")
	client := w.ChoiceClient(pool, hidden)
	w.User(pool, "jo@example.com", "jo@example.com")
	known, _ := choose(w, client, "jo@example.com", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	unknown, _ := choose(w, client, "bo@else.com", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	a, b := known.ChallengeParameters, unknown.ChallengeParameters
	if a["CODE_DELIVERY_DESTINATION"] != "j***@e***" || b["CODE_DELIVERY_DESTINATION"] != "b***@e***" || len(a) != len(b) || len(a["USERNAME"]) != len(b["USERNAME"]) ||
		len(*known.Session) != len(*unknown.Session) {
		t.Errorf("%v, %v", a, b)
	}
}
