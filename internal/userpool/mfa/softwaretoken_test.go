package mfa_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func associate(w *pooltest.World, access, session *string) (*cognitoidp.AssociateSoftwareTokenOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.MFA.AssociateSoftwareToken, &cognitoidp.AssociateSoftwareTokenInput{AccessToken: access, Session: session})
}

func verify(w *pooltest.World, access, session *string, code string) (*cognitoidp.VerifySoftwareTokenOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.MFA.VerifySoftwareToken, &cognitoidp.VerifySoftwareTokenInput{AccessToken: access, Session: session, UserCode: code, FriendlyDeviceName: new("phone")})
}

func TestSoftwareToken_accessToken(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	access := w.Tokens(client, "jo").AccessToken
	_, res := verify(w, access, nil, "123456")
	w.Refused(res, "SoftwareTokenMFANotFoundException", "Software token MFA has not been associated.")
	first, res := associate(w, access, nil)
	if res.Err != nil || res.Sub != w.Stored(pool, "jo").Sub || first.Session != nil || len(*first.SecretCode) != 52 {
		t.Fatal(first, res)
	}
	second, res := associate(w, access, nil)
	if res.Err != nil || *second.SecretCode == *first.SecretCode {
		t.Fatal(res)
	}
	u := w.Stored(pool, "jo")
	if len(u.Factors.Associated) == 0 || bytes.Contains(u.Factors.Associated, []byte(*second.SecretCode)) || len(u.Factors.Secret) > 0 {
		t.Error("the key is stored in clear, or as if verified")
	}
	_, res = verify(w, access, nil, w.Authenticator(*first.SecretCode).Code(0))
	w.Refused(res, "EnableSoftwareTokenMFAException", "Code mismatch")
	a := w.Authenticator(*second.SecretCode)
	_, res = verify(w, access, nil, a.Code(-2))
	w.Refused(res, "EnableSoftwareTokenMFAException", "Code mismatch")
	out, res := verify(w, access, nil, a.Code(-1))
	if res.Err != nil || *out.Status != "SUCCESS" || out.Session != nil {
		t.Fatal(out, res)
	}
	u = w.Stored(pool, "jo")
	if len(u.Factors.Associated) > 0 || len(u.Factors.Secret) == 0 || u.Factors.Device != "phone" || len(u.Factors.Enabled) > 0 {
		t.Errorf("stored %+v", u.Factors)
	}
	// A second application takes the place of the first only once it is verified.
	third, _ := associate(w, access, nil)
	if !bytes.Equal(w.Stored(pool, "jo").Factors.Secret, u.Factors.Secret) {
		t.Error("a key not verified took the place of the one in use")
	}
	if _, res := verify(w, access, nil, w.Authenticator(*third.SecretCode).Code(0)); res.Err != nil {
		t.Fatal(res.Err)
	}
	if bytes.Equal(w.Stored(pool, "jo").Factors.Secret, u.Factors.Secret) {
		t.Error("the first key is still in use")
	}
}

func TestSoftwareToken_session(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.MFAPool("OPTIONAL")
	w.SetMFA(pool, "ON", userpool.TOTPFactor)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	began, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil || *began.ChallengeName != "MFA_SETUP" || began.AuthenticationResult != nil || began.ChallengeParameters["MFAS_CAN_SETUP"] != `["SOFTWARE_TOKEN_MFA"]` || began.ChallengeParameters["USER_ID_FOR_SRP"] != "jo" {
		t.Fatal(began, res)
	}
	_, res = verify(w, nil, began.Session, "123456")
	w.Refused(res, "SoftwareTokenMFANotFoundException", "Software token MFA has not been associated.")
	// Nothing set up, nobody let in.
	_, res = w.Answer(client, "MFA_SETUP", began.Session, "USERNAME", "jo")
	w.Refused(res, nae, "Invalid session for the user.")
	first, res := associate(w, nil, began.Session)
	if res.Err != nil || res.Sub != sub || first.Session == nil || *first.Session == *began.Session {
		t.Fatal(first, res)
	}
	_, res = associate(w, nil, began.Session)
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	a := w.Authenticator(*first.SecretCode)
	_, res = verify(w, nil, first.Session, a.Wrong())
	w.Refused(res, "CodeMismatchException", "Code mismatch")
	_, res = w.Answer(client, "MFA_SETUP", first.Session, "USERNAME", "jo")
	w.Refused(res, nae, "Invalid session for the user.")
	out, res := verify(w, nil, first.Session, a.Code(0))
	if res.Err != nil || *out.Status != "SUCCESS" || res.Sub != sub {
		t.Fatal(out, res)
	}
	if got := shown(t, w, pool); got != `{"list":["SOFTWARE_TOKEN_MFA"]}` {
		t.Errorf("shown %s", got)
	}
	done, res := w.Answer(client, "MFA_SETUP", out.Session, "USERNAME", "jo")
	if res.Err != nil || done.AuthenticationResult == nil || res.Sub != sub {
		t.Fatal(done, res)
	}
	_, res = w.Answer(client, "MFA_SETUP", out.Session, "USERNAME", "jo")
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	next, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil || *next.ChallengeName != "SOFTWARE_TOKEN_MFA" || next.ChallengeParameters["FRIENDLY_DEVICE_NAME"] != "phone" {
		t.Fatal(next, res)
	}
}

func TestSoftwareToken_refuses(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	access := w.Tokens(client, "jo").AccessToken
	for _, f := range []func(a, s *string) pooltest.Result{
		func(a, s *string) pooltest.Result { _, res := associate(w, a, s); return res },
		func(a, s *string) pooltest.Result { _, res := verify(w, a, s, "123456"); return res },
	} {
		w.Refused(f(nil, nil), ipe, "Exactly one of AccessToken and Session must be provided.")
		w.Refused(f(access, new(strings.Repeat("x", 20))), ipe, "Exactly one of AccessToken and Session must be provided.")
		w.Refused(f(new("x"), nil), nae, "Invalid Access Token")
		w.Refused(f(nil, new(strings.Repeat("x", 20))), nae, "Invalid session for the user.")
		w.Refused(f(nil, new("AYABe"+strings.Repeat("x", 200))), nae, "Invalid session for the user.")
	}
	w.SetMFA(pool, "OPTIONAL", userpool.SMSFactor)
	_, res := associate(w, access, nil)
	w.Refused(res, "SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
	_, res = verify(w, access, nil, "123456")
	w.Refused(res, "SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
}

// MFA_SETUP must not give a second authenticator to a user who has set one up meanwhile: whoever knows his password alone would
// take his account.
func TestAttack18_setupAfterSetup(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.MFAPool("OPTIONAL")
	w.SetMFA(pool, "ON", userpool.TOTPFactor, userpool.EmailFactor)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "")
	begin := func() *string {
		out, res := w.SignIn(client, "jo", pooltest.Password)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return out.Session
	}
	fresh, associated, mailed := begin(), begin(), begin()
	evil, res := associate(w, nil, associated)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	mail, res := w.Answer(client, "MFA_SETUP", mailed, "USERNAME", "jo", "EMAIL", "evil@example.com")
	if res.Err != nil || *mail.ChallengeName != "EMAIL_OTP" {
		t.Fatal(res)
	}
	code := w.Code()
	own, _ := associate(w, nil, begin())
	if _, res := verify(w, nil, own.Session, w.Authenticator(*own.SecretCode).Code(0)); res.Err != nil {
		t.Fatal(res.Err)
	}
	before := w.Stored(pool, "jo").Factors
	const invalid = "Invalid session for the user."
	_, res = associate(w, nil, fresh)
	w.Refused(res, nae, invalid)
	_, res = verify(w, nil, evil.Session, w.Authenticator(*evil.SecretCode).Code(0))
	w.Refused(res, nae, invalid)
	_, res = w.Answer(client, "MFA_SETUP", evil.Session, "USERNAME", "jo")
	w.Refused(res, nae, invalid)
	_, res = w.Answer(client, "MFA_SETUP", fresh, "USERNAME", "jo", "EMAIL", "evil@example.com")
	w.Refused(res, nae, invalid)
	_, res = w.Answer(client, "EMAIL_OTP", mail.Session, "USERNAME", "jo", "EMAIL_OTP_CODE", code)
	w.Refused(res, nae, invalid)
	if after := w.Stored(pool, "jo").Factors; !bytes.Equal(after.Secret, before.Secret) || len(after.Enabled) != 1 {
		t.Errorf("the factors changed: %+v", after)
	}
}

// Sessions of other challenges, of users who are disabled or signed out, and expired ones set nothing up.
func TestAttack18_setupSessions(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	w.Prefer(pool, "jo", false, userpool.SMSFactor)
	out, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil || *out.ChallengeName != "SMS_MFA" {
		t.Fatal(res)
	}
	_, res = associate(w, nil, out.Session)
	w.Refused(res, nae, "Invalid session for the user.")
	pooltest.Must(w, w.S.MFA.AdminSetUserMFAPreference, &cognitoidp.AdminSetUserMFAPreferenceInput{UserPoolId: pool, Username: "jo", SMSMfaSettings: &cognitoidp.SMSMfaSettingsType{}})
	w.SetMFA(pool, "ON", userpool.TOTPFactor)
	begin := func() *string {
		out, res := w.SignIn(client, "jo", pooltest.Password)
		if res.Err != nil || *out.ChallengeName != "MFA_SETUP" {
			t.Fatal(res)
		}
		return out.Session
	}
	session := begin()
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	_, res = associate(w, nil, session)
	w.Refused(res, nae, "User is disabled.")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true; u.SignOutEverywhere() })
	_, res = associate(w, nil, session)
	w.Refused(res, nae, "Invalid session for the user.")
	session = begin()
	w.Advance(3 * time.Minute)
	_, res = associate(w, nil, session)
	w.Refused(res, nae, "Invalid session for the user, session is expired.")
	session = begin()
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	_, res = associate(w, nil, session)
	w.Refused(res, nae, "Invalid session for the user.")
}
