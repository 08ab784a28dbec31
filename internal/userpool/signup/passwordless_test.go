package signup_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	nae     = "NotAuthorizedException"
	invalid = "Invalid session for the user."
)

// joins signs jo up, without a password if it is empty.
func joins(w *pooltest.World, client, name, email, password string) (*cognitoidp.SignUpOutput, pooltest.Result) {
	in := &cognitoidp.SignUpInput{ClientId: client, Username: name}
	if email != "" {
		in.UserAttributes = []cognitoidp.AttributeType{{Name: "email", Value: &email}}
	}
	if password != "" {
		in.Password = &password
	}
	return pooltest.Do(w, w.S.Signup.SignUp, in)
}

func confirms(w *pooltest.World, client, name string, session *string) (*cognitoidp.ConfirmSignUpOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: name, ConfirmationCode: w.Code(), Session: session})
}

// enters begins a sign-in with a session.
func enters(w *pooltest.World, client, name string, session *string) (*cognitoidp.InitiateAuthOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_AUTH", ClientId: client, Session: session, AuthParameters: map[string]string{"USERNAME": name},
	})
}

// A user who gave an address that codes can be sent to needs no password; the code of his sign-up lets him in.
func TestSignUp_withoutPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(nil, "EMAIL_OTP")
	client := w.ChoiceClient(pool, nil)
	_, res := joins(w, client, "bo", "", "")
	w.Refused(res, "InvalidParameterException", "Missing required parameter PASSWORD")
	out, res := joins(w, client, "jo", "jo@example.com", "")
	if res.Err != nil || out.Session == nil || out.UserConfirmed || *out.CodeDeliveryDetails.Destination != "j***@e***" {
		t.Fatal(out, res)
	}
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, nae, "Incorrect username or password.")
	done, res := confirms(w, client, "jo", out.Session)
	if res.Err != nil || done.Session == nil {
		t.Fatal(done, res)
	}
	in, res := enters(w, client, "jo", done.Session)
	if res.Err != nil || in.AuthenticationResult == nil || in.ChallengeName != nil || res.Sub != out.UserSub {
		t.Fatal(in, res)
	}
	if got, res := w.GetUser(*in.AuthenticationResult.AccessToken); res.Err != nil || got.Username != "jo" {
		t.Error(res.Err)
	}
	_, res = enters(w, client, "jo", done.Session)
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	// Without the session he chooses, and has one choice.
	in, res = enters(w, client, "jo", nil)
	if res.Err != nil || *in.ChallengeName != "SELECT_CHALLENGE" || len(in.AvailableChallenges) != 1 || in.AvailableChallenges[0] != "EMAIL_OTP" {
		t.Error(in, res)
	}
	// A pool that begins with nothing but passwords wants one.
	plain := w.Pool(nil)
	_, res = joins(w, w.ChoiceClient(plain, nil), "jo", "jo@example.com", "")
	w.Refused(res, "InvalidParameterException", "Missing required parameter PASSWORD")
}

// The session of a sign-up is its client's and user's, for a while and once; it never stands for what is demanded.
func TestAttack17_sessionOfSignUp(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(nil, "EMAIL_OTP")
	client, other, without := w.ChoiceClient(pool, nil), w.ChoiceClient(pool, nil), *w.Client(pool, nil).ClientId
	if out, res := joins(w, without, "mo", "mo@example.com", pooltest.Password); res.Err != nil || out.Session != nil {
		t.Error("a client without USER_AUTH:", out, res)
	}
	first, res := joins(w, client, "jo", "jo@example.com", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	second, res := joins(w, client, "bo", "bo@example.com", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = confirms(w, client, "bo", first.Session)
	w.Refused(res, nae, invalid)
	_, res = confirms(w, other, "bo", second.Session)
	w.Refused(res, nae, invalid)
	_, res = confirms(w, client, "bo", new("AYABe12345678901234567890"))
	w.Refused(res, nae, invalid)
	_, res = enters(w, client, "bo", second.Session)
	w.Refused(res, nae, invalid)
	done, res := confirms(w, client, "bo", second.Session)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	for _, bad := range []struct {
		client, name string
		session      *string
	}{{other, "bo", done.Session}, {client, "mo", done.Session}, {client, "bo", new("AYABe12345678901234567890")}, {client, "bo", new("12345678901234567890")}} {
		_, res := enters(w, bad.client, bad.name, bad.session)
		w.Refused(res, nae, invalid)
	}
	w.ChangeUser(pool, "bo", func(u *userpool.User) { u.SignOutEverywhere() })
	_, res = enters(w, client, "bo", done.Session)
	w.Refused(res, nae, invalid)
	w.ChangeUser(pool, "bo", func(u *userpool.User) { u.Generation-- })
	w.Advance(3 * time.Minute)
	if in, res := enters(w, client, "bo", done.Session); res.Err != nil || *in.ChallengeName != "SELECT_CHALLENGE" {
		t.Error("when the time is over:", in, res)
	}
}

// A code of a sign-up is no first factor where codes are none, unless it comes from whoever chose the password.
func TestAttack18_codeOfSignUp(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := w.ChoiceClient(pool, nil)
	for _, name := range []string{"jo", "bo"} {
		out, res := joins(w, client, name, name+"@example.com", pooltest.Password)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		session := out.Session
		if name == "bo" {
			session = nil
		}
		done, res := confirms(w, client, name, session)
		if res.Err != nil || done.Session == nil {
			t.Fatal(done, res)
		}
		in, res := enters(w, client, name, done.Session)
		if res.Err != nil || (in.AuthenticationResult != nil) != (name == "jo") {
			t.Errorf("%s: %+v, %v", name, in, res.Err)
		}
	}
	// Where a second factor is demanded the sign-up is none.
	w.SetMFA(pool, "ON", userpool.TOTPFactor)
	out, res := joins(w, client, "mo", "mo@example.com", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	done, res := confirms(w, client, "mo", out.Session)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if in, res := enters(w, client, "mo", done.Session); res.Err != nil || *in.ChallengeName != "SELECT_CHALLENGE" {
		t.Error(in, res)
	}
}
