package signin_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const loa = "urn:cognito:loa:"

// levelWorld is a pool with all second factors and codes as first factors, whose user jo has a verified e-mail address and an
// authenticator he has not switched on.
func levelWorld(t *testing.T) (w *pooltest.World, pool, client string, a *pooltest.Authenticator) {
	t.Helper()
	w = pooltest.New(t)
	pool = w.ChoicePool(func(in *cognitoidp.CreateUserPoolInput) {
		in.EmailConfiguration = &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")}
	}, "EMAIL_OTP")
	w.SetMFA(pool, "OPTIONAL", "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
	client = w.ChoiceClient(pool, nil)
	w.User(pool, "jo", "jo@example.com")
	return w, pool, client, w.Associate(*w.Tokens(client, "jo").AccessToken)
}

// A level that a password does not reach makes a sign-in ask for what does; the first that the user can reach counts.
func TestStepUp_signIn(t *testing.T) {
	t.Parallel()
	w, _, client, authenticator := levelWorld(t)
	password := []string{"PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", pooltest.Password}
	with := func(levels string, more ...string) []string {
		return append(append([]string{"TARGET_ACR_VALUES", levels}, password...), more...)
	}

	out, res := choose(w, client, "jo", with(loa+"1")...)
	if res.Err != nil || levels(t, out.AuthenticationResult) != loa+`1 ["pwd"]` {
		t.Fatalf("%+v, %v", out, res.Err)
	}
	out = chose(t, w, client, "SOFTWARE_TOKEN_MFA", with("nonsense "+loa+"4 "+loa+"1", "MAX_AGE", "60")...)
	done, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", out.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", authenticator.Code(0))
	if res.Err != nil || levels(t, done.AuthenticationResult) != loa+`4 ["pwd","otp","mfa"]` {
		t.Fatalf("%+v, %v", done, res.Err)
	}
	// Several factors lead to level 3. What is chosen by a code alone does not.
	out = chose(t, w, client, "SELECT_MFA_TYPE", with(loa+"3")...)
	if out.ChallengeParameters["MFAS_CAN_CHOOSE"] != `["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]` {
		t.Errorf("%v", out.ChallengeParameters)
	}
	next, res := w.Answer(client, "SELECT_MFA_TYPE", out.Session, "USERNAME", "jo", "ANSWER", "EMAIL_OTP")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if done, res = w.Answer(client, "EMAIL_OTP", next.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", w.Code()); res.Err != nil || levels(t, done.AuthenticationResult) != loa+`3 ["pwd","email_otp","mfa"]` {
		t.Fatalf("%+v, %v", done, res.Err)
	}
	out = chose(t, w, client, "SELECT_CHALLENGE", "TARGET_ACR_VALUES", loa+"3")
	if words(out.AvailableChallenges) != "PASSWORD_SRP PASSWORD" {
		t.Errorf("offered %v", out.AvailableChallenges)
	}
	_, res = w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "EMAIL_OTP")
	w.Refused(res, "InvalidParameterException", "ANSWER is not one of the available challenges.")
	if out = chose(t, w, client, "SELECT_CHALLENGE", "TARGET_ACR_VALUES", loa+"2"); words(out.AvailableChallenges) != "PASSWORD_SRP PASSWORD EMAIL_OTP" {
		t.Errorf("offered %v", out.AvailableChallenges)
	}
}

// An access token counts for what it proves, as long as it is new enough: only what is missing is asked.
func TestStepUp_token(t *testing.T) {
	t.Parallel()
	w, pool, client, authenticator := levelWorld(t)
	access := *w.Tokens(client, "jo").AccessToken
	up := func(levels string, more ...string) []string {
		return append([]string{"TARGET_ACR_VALUES", levels, "ACCESS_TOKEN", access}, more...)
	}
	w.Advance(time.Minute)
	out := chose(t, w, client, "SOFTWARE_TOKEN_MFA", up(loa+"4", "MAX_AGE", "60")...)
	_, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", out.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", "000000")
	w.Refused(res, "CodeMismatchException", "Invalid code or auth state for the user.")
	done, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", out.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", authenticator.Code(0))
	if res.Err != nil || levels(t, done.AuthenticationResult) != loa+`4 ["pwd","otp","mfa"]` || done.AuthenticationResult.RefreshToken == nil {
		t.Fatalf("%+v, %v", done, res.Err)
	}
	if at := claims(t, *done.AuthenticationResult.AccessToken).Get("auth_time").Int(); at != w.Now().Unix() {
		t.Errorf("auth_time %d", at)
	}
	// The password of a sign-in that was stepped up is as old as it is.
	w.Advance(time.Second)
	_, res = choose(w, client, "jo", "TARGET_ACR_VALUES", loa+"4", "ACCESS_TOKEN", *done.AuthenticationResult.AccessToken, "MAX_AGE", "61")
	w.Refused(res, "InvalidParameterException", "The authentication level of the access token is sufficient already.")
	chose(t, w, client, "SELECT_CHALLENGE", "TARGET_ACR_VALUES", loa+"4", "ACCESS_TOKEN", *done.AuthenticationResult.AccessToken, "MAX_AGE", "60")
	chose(t, w, client, "SELECT_CHALLENGE", up(loa+"4", "MAX_AGE", "60")...) // too old: all anew
	if _, res := w.GetUser(access); res.Err != nil {
		t.Errorf("the token from before: %v", res.Err)
	}
	const ipe, nae = "InvalidParameterException", "NotAuthorizedException"
	high := *done.AuthenticationResult.AccessToken
	other := w.ChoiceClient(pool, nil)
	w.User(pool, "al", "al@example.com")
	for name, c := range map[string]struct {
		client, user  string
		params        []string
		code, message string
	}{
		"reached":            {client, "jo", []string{"TARGET_ACR_VALUES", loa + "3", "ACCESS_TOKEN", high}, ipe, "The authentication level of the access token is sufficient already."},
		"reached, of two":    {client, "jo", up(loa + "1 " + loa + "4"), ipe, "The authentication level of the access token is sufficient already."},
		"out of reach":       {client, "al", []string{"TARGET_ACR_VALUES", loa + "4"}, ipe, "The user has no factors that lead to the requested authentication level."},
		"no level":           {client, "jo", up("urn:cognito:loa:5 x"), ipe, "TARGET_ACR_VALUES has no known value."},
		"token alone":        {client, "jo", []string{"ACCESS_TOKEN", access}, ipe, "ACCESS_TOKEN requires TARGET_ACR_VALUES."},
		"no age":             {client, "jo", up(loa+"4", "MAX_AGE", "-1"), ipe, "MAX_AGE must be a number of seconds."},
		"another's token":    {client, "al", up(loa + "1"), nae, "Access Token does not belong to the user and the client."},
		"of another client":  {other, "jo", up(loa + "4"), nae, "Access Token does not belong to the user and the client."},
		"no token":           {client, "jo", []string{"TARGET_ACR_VALUES", loa + "4", "ACCESS_TOKEN", "x"}, nae, "Invalid Access Token"},
		"an ID token":        {client, "jo", []string{"TARGET_ACR_VALUES", loa + "4", "ACCESS_TOKEN", *done.AuthenticationResult.IdToken}, nae, "Invalid Access Token"},
		"levels without end": {client, "jo", up(loa + "4" + string(make([]byte, 4096))), ipe, "TARGET_ACR_VALUES has no known value."},
	} {
		_, res := choose(w, c.client, c.user, c.params...)
		if res.Code != c.code || res.Message != c.message {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
	pooltest.Must(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: access})
	_, res = choose(w, client, "jo", up(loa+"4")...)
	w.Refused(res, nae, "Access Token has been revoked")
}

// Whoever has switched a factor on is let in by no other, whatever level is wanted; a remembered device stands for no level.
func TestStepUp_ownFactors(t *testing.T) {
	t.Parallel()
	w, pool, client, authenticator := levelWorld(t)
	w.Prefer(pool, "jo", true, "SOFTWARE_TOKEN_MFA")
	password := []string{"TARGET_ACR_VALUES", loa + "3", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", pooltest.Password}
	out := chose(t, w, client, "SOFTWARE_TOKEN_MFA", password...)
	_, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", "123456")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user.")
	done, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", out.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", authenticator.Code(0))
	if res.Err != nil || levels(t, done.AuthenticationResult) != loa+`4 ["pwd","otp","mfa"]` {
		t.Fatalf("%+v, %v", done, res.Err)
	}
	w.SetMFA(pool, "OPTIONAL", "EMAIL_OTP") // his factor is gone
	_, res = choose(w, client, "jo", "TARGET_ACR_VALUES", loa+"4")
	w.Refused(res, "InvalidParameterException", "The user has no factors that lead to the requested authentication level.")
}

// By SRP the wanted level goes with the session too.
func TestStepUp_srp(t *testing.T) {
	t.Parallel()
	w, pool, client, authenticator := levelWorld(t)
	side := pooltest.Group().NewClient()
	out := chose(t, w, client, "PASSWORD_VERIFIER", "TARGET_ACR_VALUES", loa+"4", "PREFERRED_CHALLENGE", "PASSWORD_SRP", "SRP_A", side.A())
	claim := w.Claim(side, pool, client, out, pooltest.Password)
	claim.Session = out.Session
	next, res := w.Respond(claim)
	if res.Err != nil || next.ChallengeName == nil || *next.ChallengeName != "SOFTWARE_TOKEN_MFA" {
		t.Fatalf("%+v, %v", next, res.Err)
	}
	done, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", next.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", authenticator.Code(0))
	if res.Err != nil || levels(t, done.AuthenticationResult) != loa+`4 ["pwd","otp","mfa"]` {
		t.Fatalf("%+v, %v", done, res.Err)
	}
}

// After a code alone a level that needs two factors asks for the password, and takes the code for one of them.
func TestStepUp_afterCode(t *testing.T) {
	t.Parallel()
	w, _, client, _ := levelWorld(t)
	out := chose(t, w, client, "EMAIL_OTP", "PREFERRED_CHALLENGE", "EMAIL_OTP")
	done, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", w.FirstCode())
	if res.Err != nil || levels(t, done.AuthenticationResult) != loa+`2 ["email_otp"]` {
		t.Fatalf("%+v, %v", done, res.Err)
	}
	out = chose(t, w, client, "SELECT_CHALLENGE", "TARGET_ACR_VALUES", loa+"3", "ACCESS_TOKEN", *done.AuthenticationResult.AccessToken)
	if words(out.AvailableChallenges) != "PASSWORD_SRP PASSWORD" {
		t.Errorf("offered %v", out.AvailableChallenges)
	}
	done, res = w.Answer(client, "SELECT_CHALLENGE", out.Session, "USERNAME", "jo", "ANSWER", "PASSWORD", "PASSWORD", pooltest.Password)
	if res.Err != nil || levels(t, done.AuthenticationResult) != loa+`3 ["email_otp","pwd","mfa"]` {
		t.Fatalf("%+v, %v", done, res.Err)
	}
}

// The plan LITE has no levels. Where users are hidden, what a name can reach tells nothing of whether it is one.
func TestStepUp_hidden(t *testing.T) {
	t.Parallel()
	w, pool, _, _ := levelWorld(t)
	hiding := w.ChoiceClient(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") })
	asked, refused := 0, 0
	for n := range 64 {
		name, first := fmt.Sprint("n", n), ""
		for range 2 {
			out, res := choose(w, hiding, name, "TARGET_ACR_VALUES", loa+"4")
			got := res.Message
			if res.Err == nil {
				got = *out.ChallengeName + " " + words(out.AvailableChallenges)
			}
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%s: %s, then %s", name, first, got)
			}
		}
		switch first {
		case "SELECT_CHALLENGE PASSWORD_SRP PASSWORD":
			asked++
		case "The user has no factors that lead to the requested authentication level.":
			refused++
		default:
			t.Error(first)
		}
	}
	if asked == 0 || refused == 0 {
		t.Errorf("%d asked, %d refused", asked, refused)
	}
	_, res := choose(w, hiding, "n1", "TARGET_ACR_VALUES", loa+"1", "PREFERRED_CHALLENGE", "PASSWORD", "PASSWORD", "x")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
}
