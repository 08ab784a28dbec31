package recovery_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A password is not reset over the way the second factor comes, and the new one does not let its user in without the factor.
func TestForgotPassword_secondFactor(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.MFAPool("OPTIONAL")
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.GivePhone(pool, "jo", true)
	to := func() string {
		t.Helper()
		out, res := forgot(w, client, "jo")
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return *out.CodeDeliveryDetails.AttributeName
	}
	if got := to(); got != "phone_number" {
		t.Errorf("without factor the code goes to %s", got)
	}
	w.Prefer(pool, "jo", true, userpool.SMSFactor)
	if got := to(); got != "email" {
		t.Errorf("with SMS as factor the code goes to %s", got)
	}
	if res := confirm(w, client, "jo", w.Code(), another); res.Err != nil {
		t.Fatal(res.Err)
	}
	out, res := w.SignIn(client, "jo", another)
	if res.Err != nil || out.AuthenticationResult != nil || *out.ChallengeName != "SMS_MFA" {
		t.Fatal(out, res)
	}
	w.Prefer(pool, "jo", false, userpool.SMSFactor, userpool.EmailFactor)
	_, res = forgot(w, client, "jo")
	w.Refused(res, "InvalidParameterException", "Cannot reset password for the user as there is no registered/verified email or phone_number")
}

// A sign-in that waits for its code ends when the password is reset: whoever knew the old one must not go on.
func TestAttack39_waitingWhenReset(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.MFAPool("OPTIONAL")
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.GivePhone(pool, "jo", true)
	w.Prefer(pool, "jo", true, userpool.SMSFactor)
	out, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	code := w.Code()
	if _, res := forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res.Err)
	}
	if res := confirm(w, client, "jo", w.Code(), another); res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", code)
	w.Refused(res, nae, "Invalid session for the user.")
}
