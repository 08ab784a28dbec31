package signin_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/totp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	nae      = "NotAuthorizedException"
	mismatch = "Invalid code or auth state for the user."
	invalid  = "Invalid session for the user."
)

// mfaWorld is a pool with all factors and a user jo with both addresses, verified only as far as said.
func mfaWorld(t *testing.T, mode string) (w *pooltest.World, pool, client string) {
	t.Helper()
	w = pooltest.New(t)
	pool = w.MFAPool(mode)
	client = *w.Client(pool, adminFlows).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.GivePhone(pool, "jo", false)
	return w, pool, client
}

// begin signs in as far as the second factor.
func begin(t *testing.T, w *pooltest.World, client, challenge string) *cognitoidp.InitiateAuthOutput {
	t.Helper()
	out, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil || out.ChallengeName == nil || *out.ChallengeName != challenge || out.AuthenticationResult != nil || out.Session == nil {
		t.Fatalf("want %s: %+v, %v", challenge, out, res.Err)
	}
	return out
}

// wrong is a code of six digits other than the right one.
func wrong(code string) string {
	if code == "123456" {
		return "123457"
	}
	return "123456"
}

func TestSecondFactor_sent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		factor, parameter, medium, to, masked, attribute string
	}{
		{"SMS_MFA", "SMS_MFA_CODE", "SMS", pooltest.Phone, "+*******1234", "phone_number"},
		{"EMAIL_OTP", "EMAIL_OTP_CODE", "EMAIL", "jo@example.com", "j***@e***", "email"},
	} {
		t.Run(c.factor, func(t *testing.T) {
			t.Parallel()
			w, pool, client := mfaWorld(t, "OPTIONAL")
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("email_verified", "false") })
			w.Prefer(pool, "jo", false, c.factor)
			out := begin(t, w, client, c.factor)
			p := out.ChallengeParameters
			if len(p) != 3 || p["CODE_DELIVERY_DELIVERY_MEDIUM"] != c.medium || p["CODE_DELIVERY_DESTINATION"] != c.masked || p["USER_ID_FOR_SRP"] != "jo" {
				t.Errorf("parameters %v", p)
			}
			sent := w.Messages()
			if m := sent[len(sent)-1]; len(sent) != 1 || m.Destination != c.to || m.Medium != c.medium || m.Occasion != userpool.OnSignIn {
				t.Errorf("sent %+v", sent)
			}
			code := w.Code()
			_, res := w.Answer(client, c.factor, out.Session, "USERNAME", "jo")
			w.Refused(res, "InvalidParameterException", "Missing required parameter "+c.parameter)
			_, res = w.Answer(client, c.factor, out.Session, "USERNAME", "jo", c.parameter, wrong(code))
			w.Refused(res, "CodeMismatchException", mismatch)
			if w.Stored(pool, "jo").Verified(c.attribute) {
				t.Error("a wrong code verified the address")
			}
			done, res := w.Answer(client, c.factor, out.Session, "USERNAME", "jo", c.parameter, code)
			if res.Err != nil || done.AuthenticationResult == nil || res.Sub != w.Stored(pool, "jo").Sub {
				t.Fatal(done, res)
			}
			if !w.Stored(pool, "jo").Verified(c.attribute) {
				t.Error("the right code did not verify the address")
			}
			_, res = w.Answer(client, c.factor, out.Session, "USERNAME", "jo", c.parameter, code)
			w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
		})
	}
}

func TestSecondFactor_texts(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	pooltest.Must(w, w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: pool, MfaConfiguration: new("OPTIONAL"), SmsMfaConfiguration: &cognitoidp.SmsMfaConfigType{SmsAuthenticationMessage: new("sms {####}.")},
		EmailMfaConfiguration: &cognitoidp.EmailMfaConfigType{Message: new("mail {####}!"), Subject: new("hello")},
	})
	for _, f := range []string{"SMS_MFA", "EMAIL_OTP"} {
		w.Prefer(pool, "jo", true, f)
		begin(t, w, client, f)
	}
	sent := w.Messages()
	if sms, mail := sent[0], sent[1]; !strings.HasPrefix(sms.Body, "sms ") || sms.Subject != "" || !strings.HasPrefix(mail.Body, "mail ") || mail.Subject != "hello" {
		t.Errorf("sent %+v", sent)
	}
}

func TestSecondFactor_TOTP(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	a := w.Associate(*w.Tokens(client, "jo").AccessToken)
	w.Prefer(pool, "jo", false, "SOFTWARE_TOKEN_MFA")
	w.Advance(4 * totp.Period)
	for name, later := range map[string]int64{"code of before": -1, "code of now": 0, "code of after": 1} {
		out := begin(t, w, client, "SOFTWARE_TOKEN_MFA")
		if p := out.ChallengeParameters; len(p) != 2 || p["FRIENDLY_DEVICE_NAME"] != "phone" || p["USER_ID_FOR_SRP"] != "jo" {
			t.Errorf("parameters %v", p)
		}
		_, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", out.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Wrong())
		w.Refused(res, "CodeMismatchException", mismatch)
		done, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", out.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Code(later))
		if res.Err != nil || done.AuthenticationResult == nil {
			t.Fatalf("%s: %v", name, res.Err)
		}
		w.Advance(4 * totp.Period)
	}
}

func TestSecondFactor_choice(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	a := w.Associate(*w.Tokens(client, "jo").AccessToken)
	w.Prefer(pool, "jo", false, "SMS_MFA", "SOFTWARE_TOKEN_MFA")
	out := begin(t, w, client, "SELECT_MFA_TYPE")
	if p := out.ChallengeParameters; len(p) != 2 || p["MFAS_CAN_CHOOSE"] != `["SMS_MFA","SOFTWARE_TOKEN_MFA"]` || p["USER_ID_FOR_SRP"] != "jo" {
		t.Errorf("parameters %v", p)
	}
	for _, bad := range []string{"EMAIL_OTP", "sms_mfa", "NONE"} {
		_, res := w.Answer(client, "SELECT_MFA_TYPE", out.Session, "USERNAME", "jo", "ANSWER", bad)
		w.Refused(res, "InvalidParameterException", "ANSWER is not one of the MFA methods that can be chosen.")
	}
	_, res := w.Answer(client, "SELECT_MFA_TYPE", out.Session, "USERNAME", "jo")
	w.Refused(res, "InvalidParameterException", "Missing required parameter ANSWER")
	chosen, res := w.Answer(client, "SELECT_MFA_TYPE", out.Session, "USERNAME", "jo", "ANSWER", "SOFTWARE_TOKEN_MFA")
	if res.Err != nil || *chosen.ChallengeName != "SOFTWARE_TOKEN_MFA" || *chosen.Session == *out.Session {
		t.Fatal(res)
	}
	_, res = w.Answer(client, "SELECT_MFA_TYPE", out.Session, "USERNAME", "jo", "ANSWER", "SMS_MFA")
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	if done, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", chosen.Session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Code(0)); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
	w.Prefer(pool, "jo", true, "SMS_MFA")
	begin(t, w, client, "SMS_MFA")
	// A preferred factor that cannot be asked gives way to the others; none that can lets nobody in.
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("phone_number", ""); u.Set("phone_number_verified", "") })
	begin(t, w, client, "SOFTWARE_TOKEN_MFA")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Factors.Switch("SOFTWARE_TOKEN_MFA", false) })
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "MFAMethodNotFoundException", "User does not have a usable MFA method.")
}

// What a pool demands of users with and without factors.
func TestSecondFactor_demand(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	w.Tokens(client, "jo") // optional, and nothing switched on
	w.Prefer(pool, "jo", false, "SMS_MFA")
	begin(t, w, client, "SMS_MFA")
	w.SetMFA(pool, "OPTIONAL", "SOFTWARE_TOKEN_MFA")
	w.Tokens(client, "jo") // his factor is not one of the pool
	w.SetMFA(pool, "ON", "SOFTWARE_TOKEN_MFA")
	begin(t, w, client, "MFA_SETUP")
	w.SetMFA(pool, "OFF")
	w.Tokens(client, "jo")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Factors = userpool.UserFactors{} })
	w.SetMFA(pool, "ON", "SMS_MFA", "SOFTWARE_TOKEN_MFA")
	begin(t, w, client, "SMS_MFA") // he has a phone
	w.SetMFA(pool, "ON", "SMS_MFA", "EMAIL_OTP")
	begin(t, w, client, "SELECT_MFA_TYPE")
	w.ChangeUser(pool, "jo", func(u *userpool.User) {
		for _, name := range []string{"phone_number", "phone_number_verified", "email", "email_verified"} {
			u.Set(name, "")
		}
	})
	if p := begin(t, w, client, "MFA_SETUP").ChallengeParameters; p["MFAS_CAN_SETUP"] != `["SMS_MFA","EMAIL_OTP"]` {
		t.Errorf("can set up %v", p)
	}
}

func TestSecondFactor_setupByAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ factor, parameter, address, bad, message, attribute string }{
		{"EMAIL_OTP", "EMAIL", "bo@example.com", "no address", "Invalid email address format.", "email"},
		{"SMS_MFA", "PHONE_NUMBER", "+15559998888", "123", "Invalid phone number format.", "phone_number"},
	} {
		t.Run(c.factor, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.MFAPool("ON")
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "")
			out := begin(t, w, client, "MFA_SETUP")
			_, res := w.Answer(client, "MFA_SETUP", out.Session, "USERNAME", "jo", c.parameter, c.bad)
			w.Refused(res, "InvalidParameterException", c.message)
			next, res := w.Answer(client, "MFA_SETUP", out.Session, "USERNAME", "jo", c.parameter, c.address)
			if res.Err != nil || *next.ChallengeName != c.factor {
				t.Fatal(res)
			}
			if v, _ := w.Stored(pool, "jo").Get(c.attribute); v != "" || w.Messages()[0].Destination != c.address {
				t.Errorf("the address is the user's before it is proved: %q", v)
			}
			code := w.Code()
			_, res = w.Answer(client, c.factor, next.Session, "USERNAME", "jo", c.factor+"_CODE", wrong(code))
			w.Refused(res, "CodeMismatchException", mismatch)
			done, res := w.Answer(client, c.factor, next.Session, "USERNAME", "jo", c.factor+"_CODE", code)
			if res.Err != nil || done.AuthenticationResult == nil {
				t.Fatal(res)
			}
			u := w.Stored(pool, "jo")
			if v, _ := u.Get(c.attribute); v != c.address || !u.Verified(c.attribute) || !u.Factors.Uses(c.factor) {
				t.Errorf("stored %+v", u)
			}
		})
	}
}

// Every flow ends in the second factor.
func TestSecondFactor_flows(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	w.Prefer(pool, "jo", false, "SMS_MFA")
	srp, res := w.SignInSRP(pool, client, "jo", pooltest.Password)
	if res.Err != nil || srp.AuthenticationResult != nil || *srp.ChallengeName != "SMS_MFA" {
		t.Fatal(srp, res)
	}
	if done, res := w.Answer(client, "SMS_MFA", srp.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code()); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
	admin, res := w.AdminSignIn(pool, client, "jo", pooltest.Password)
	if res.Err != nil || admin.AuthenticationResult != nil || *admin.ChallengeName != "SMS_MFA" {
		t.Fatal(admin, res)
	}
	code := w.Code()
	_, res = w.Answer(client, "SMS_MFA", admin.Session, "USERNAME", "jo", "SMS_MFA_CODE", code)
	w.Refused(res, nae, invalid)
	if done, res := w.AdminAnswer(pool, client, "SMS_MFA", admin.Session, "USERNAME", "jo", "SMS_MFA_CODE", code); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
	public := begin(t, w, client, "SMS_MFA")
	_, res = w.AdminAnswer(pool, client, "SMS_MFA", public.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code())
	w.Refused(res, nae, invalid)
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password})
	out := begin(t, w, client, "NEW_PASSWORD_REQUIRED")
	next, res := w.Answer(client, "NEW_PASSWORD_REQUIRED", out.Session, "USERNAME", "jo", "NEW_PASSWORD", "N3w-password")
	if res.Err != nil || next.AuthenticationResult != nil || *next.ChallengeName != "SMS_MFA" {
		t.Fatal(next, res)
	}
	if done, res := w.Answer(client, "SMS_MFA", next.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code()); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
}

// A code opens the session it was sent for and no other; a session answers its challenge, for its client and user, and no other.
func TestAttack18_otherSessions(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	other := *w.Client(pool, nil).ClientId
	secret := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) })
	w.User(pool, "bo", "bo@example.com")
	w.Prefer(pool, "jo", false, "SMS_MFA")
	first := begin(t, w, client, "SMS_MFA")
	firstCode := w.Code()
	second := begin(t, w, client, "SMS_MFA")
	for w.Code() == firstCode {
		second = begin(t, w, client, "SMS_MFA")
	}
	secondCode := w.Code()
	_, res := w.Answer(client, "SMS_MFA", first.Session, "USERNAME", "jo", "SMS_MFA_CODE", secondCode)
	w.Refused(res, "CodeMismatchException", mismatch)
	_, res = w.Answer(other, "SMS_MFA", first.Session, "USERNAME", "jo", "SMS_MFA_CODE", firstCode)
	w.Refused(res, nae, invalid)
	_, res = w.Answer(client, "SMS_MFA", first.Session, "USERNAME", "bo", "SMS_MFA_CODE", firstCode)
	w.Refused(res, nae, invalid)
	for _, challenge := range []string{"EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "SELECT_MFA_TYPE", "MFA_SETUP", "NEW_PASSWORD_REQUIRED"} {
		_, res = w.Answer(client, challenge, first.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", firstCode, "SOFTWARE_TOKEN_MFA_CODE", firstCode, "ANSWER", "SMS_MFA", "NEW_PASSWORD", "N3w-password")
		w.Refused(res, nae, invalid)
	}
	_, res = w.Answer(client, "SMS_MFA", nil, "USERNAME", "jo", "SMS_MFA_CODE", firstCode)
	w.Refused(res, "InvalidParameterException", "Missing required parameter Session")
	_, res = w.Answer(client, "SMS_MFA", new((*first.Session)[:len(*first.Session)-1]), "USERNAME", "jo", "SMS_MFA_CODE", firstCode)
	w.Refused(res, nae, invalid)
	// Both still work, each with its own.
	for session, code := range map[*string]string{first.Session: firstCode, second.Session: secondCode} {
		if _, res := w.Answer(client, "SMS_MFA", session, "USERNAME", "jo", "SMS_MFA_CODE", code); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	// The secret hash is asked for at every step.
	id := *secret.ClientId
	hash := userpool.SecretHash(*secret.ClientSecret, "jo", userpool.ClientID(id))
	out, res := initiate(w, id, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password, "SECRET_HASH": hash})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = w.Answer(id, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code())
	w.Refused(res, nae, "Client "+id+" is configured with secret but SECRET_HASH was not received")
	_, res = w.Answer(id, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code(), "SECRET_HASH", "x")
	w.Refused(res, nae, "Unable to verify secret hash for client "+id)
	if _, res := w.Answer(id, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code(), "SECRET_HASH", hash); res.Err != nil {
		t.Fatal(res.Err)
	}
}

// A sign-in that waits for its code ends with the user's sign-out, disabling, deletion, a change of address or of factors, and time.
func TestAttack39_waitingForCode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        func(w *pooltest.World, pool string)
		code, message string
	}{
		"signed out": {func(w *pooltest.World, pool string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.SignOutEverywhere() })
		}, nae, invalid},
		"disabled": {func(w *pooltest.World, pool string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
		}, nae, "User is disabled."},
		"reset": {func(w *pooltest.World, pool string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Status = userpool.ResetRequired })
		}, nae, invalid},
		"deleted": {func(w *pooltest.World, pool string) {
			pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
		}, nae, invalid},
		"other phone": {func(w *pooltest.World, pool string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("phone_number", "+15557776666") })
		}, nae, invalid},
		"factor switched off for another": {func(w *pooltest.World, pool string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Factors.Switch("SMS_MFA", false); u.Factors.Switch("EMAIL_OTP", true) })
		}, nae, invalid},
		"pool without the factor": {func(w *pooltest.World, pool string) { w.SetMFA(pool, "ON", "SOFTWARE_TOKEN_MFA") }, nae, invalid},
		"expired":                 {func(w *pooltest.World, pool string) { w.Advance(3 * time.Minute) }, nae, "Invalid session for the user, session is expired."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, pool, client := mfaWorld(t, "OPTIONAL")
			w.Prefer(pool, "jo", false, "SMS_MFA")
			out := begin(t, w, client, "SMS_MFA")
			c.change(w, pool)
			_, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code())
			w.Refused(res, c.code, c.message)
		})
	}
}

// Guesses of codes are counted per user over sessions and factors; a right password does not clear the count; enough of them end
// the session.
func TestAttack34_guessedCodes(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	a := w.Associate(*w.Tokens(client, "jo").AccessToken)
	w.Prefer(pool, "jo", false, "SMS_MFA", "SOFTWARE_TOKEN_MFA")
	choose := func(factor string) *string {
		out := begin(t, w, client, "SELECT_MFA_TYPE")
		next, res := w.Answer(client, "SELECT_MFA_TYPE", out.Session, "USERNAME", "jo", "ANSWER", factor)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return next.Session
	}
	for i := range 5 {
		var res pooltest.Result
		if i%2 == 0 {
			session := choose("SMS_MFA")
			_, res = w.Answer(client, "SMS_MFA", session, "USERNAME", "jo", "SMS_MFA_CODE", wrong(w.Code()))
		} else {
			_, res = w.Answer(client, "SOFTWARE_TOKEN_MFA", choose("SOFTWARE_TOKEN_MFA"), "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Wrong())
		}
		w.Refused(res, "CodeMismatchException", mismatch)
	}
	session := choose("SOFTWARE_TOKEN_MFA")
	right := func() pooltest.Result {
		_, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Code(0))
		return res
	}
	w.Refused(right(), nae, "Password attempts exceeded")
	w.Advance(time.Second)
	_, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Wrong())
	w.Refused(res, "CodeMismatchException", mismatch)
	w.Advance(time.Second)
	w.Refused(right(), nae, "Password attempts exceeded") // two seconds now
	w.Advance(time.Hour)
	session = choose("SOFTWARE_TOKEN_MFA")
	_, res = w.Answer(client, "SOFTWARE_TOKEN_MFA", session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", a.Wrong())
	w.Refused(res, "CodeMismatchException", mismatch)
	w.Refused(right(), nae, "Password attempts exceeded") // an hour forgets nothing
	w.Advance(4 * time.Second)
	if res := right(); res.Err != nil {
		t.Fatal(res.Err)
	}
	session = choose("SMS_MFA")
	_, res = w.Answer(client, "SMS_MFA", session, "USERNAME", "jo", "SMS_MFA_CODE", wrong(w.Code()))
	w.Refused(res, "CodeMismatchException", mismatch) // a right code forgets everything
}

func TestAttack34_sessionEnds(t *testing.T) {
	t.Parallel()
	w, pool, _ := mfaWorld(t, "OPTIONAL")
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.AuthSessionValidity = new(int64(15)) }).ClientId
	w.Prefer(pool, "jo", false, "SMS_MFA")
	out := begin(t, w, client, "SMS_MFA")
	code := w.Code()
	for range 10 {
		_, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", wrong(code))
		w.Refused(res, "CodeMismatchException", mismatch)
		w.Advance(33 * time.Second)
	}
	_, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", code)
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
}

// Guesses that race are not checked more often than the counter allows.
func TestAttack32_racingCodes(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	w.Prefer(pool, "jo", false, "SMS_MFA")
	out := begin(t, w, client, "SMS_MFA")
	code := wrong(w.Code())
	var mu sync.Mutex
	checked := 0
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			_, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", code)
			mu.Lock()
			defer mu.Unlock()
			if res.Code == "CodeMismatchException" {
				checked++
			}
		})
	}
	wg.Wait()
	if checked != 5 {
		t.Errorf("%d guesses were checked, want 5", checked)
	}
}

// A code of an authenticator is good once, in sessions that race too, and so is every older one.
func TestAttack35_usedTwice(t *testing.T) {
	t.Parallel()
	const used = "Your software token has already been used once."
	w, pool, client := mfaWorld(t, "OPTIONAL")
	a := w.Associate(*w.Tokens(client, "jo").AccessToken)
	w.Prefer(pool, "jo", false, "SOFTWARE_TOKEN_MFA")
	answer := func(session *string, code string) pooltest.Result {
		_, res := w.Answer(client, "SOFTWARE_TOKEN_MFA", session, "USERNAME", "jo", "SOFTWARE_TOKEN_MFA_CODE", code)
		return res
	}
	// The code that verified the application is used up.
	w.Refused(answer(begin(t, w, client, "SOFTWARE_TOKEN_MFA").Session, a.Code(-1)), "ExpiredCodeException", used)
	sessions := make([]*string, 4)
	for i := range sessions {
		sessions[i] = begin(t, w, client, "SOFTWARE_TOKEN_MFA").Session
	}
	var mu sync.Mutex
	good := 0
	var wg sync.WaitGroup
	for _, s := range sessions {
		wg.Go(func() {
			res := answer(s, a.Code(0))
			mu.Lock()
			defer mu.Unlock()
			if res.Err == nil {
				good++
			} else if res.Code != "ExpiredCodeException" || res.Message != used {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	wg.Wait()
	if good != 1 {
		t.Fatalf("a code was good %d times", good)
	}
	w.Advance(totp.Period)
	w.Refused(answer(begin(t, w, client, "SOFTWARE_TOKEN_MFA").Session, a.Code(-1)), "ExpiredCodeException", used)
	for _, late := range []int64{-2, 2} {
		w.Advance(time.Minute)
		w.Refused(answer(begin(t, w, client, "SOFTWARE_TOKEN_MFA").Session, a.Code(late)), "CodeMismatchException", mismatch)
	}
}

// Whoever knows a password can have only so many messages sent.
func TestAttack34_floodOfMessages(t *testing.T) {
	t.Parallel()
	w, pool, client := mfaWorld(t, "OPTIONAL")
	w.Prefer(pool, "jo", false, "SMS_MFA")
	for range 20 {
		begin(t, w, client, "SMS_MFA")
	}
	_, res := w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "TooManyRequestsException", "Attempt limit exceeded, please try after some time.")
	if n := len(w.Messages()); n != 20 {
		t.Errorf("%d messages", n)
	}
	w.Advance(time.Hour)
	begin(t, w, client, "SMS_MFA")
}

// A code that verifies an address whose alias is somebody else's signs its user in and takes nothing from the other.
func TestAttack38_aliasBySecondFactor(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AliasAttributes, in.SmsConfiguration = []string{"phone_number"}, &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}
	})
	w.SetMFA(pool, "OPTIONAL", "SMS_MFA")
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "owner", "")
	w.GivePhone(pool, "owner", true)
	w.User(pool, "jo", "")
	w.GivePhone(pool, "jo", false)
	w.Prefer(pool, "jo", false, "SMS_MFA")
	out := begin(t, w, client, "SMS_MFA")
	if _, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code()); res.Err != nil {
		t.Fatal(res.Err)
	}
	if w.Stored(pool, "jo").Verified("phone_number") || w.Stored(pool, pooltest.Phone).Username != "owner" {
		t.Error("the alias moved")
	}
}
