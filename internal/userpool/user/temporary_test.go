package user_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A temporary password is good for as long as the pool says; only an administrator gives another.
func TestTemporaryPassword_validity(t *testing.T) {
	t.Parallel()
	const temporary = "Temp0rary!"
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{TemporaryPasswordValidityDays: new(int64(2))}}
	})
	client := *w.Client(pool, nil).ClientId
	create := func(action *string) {
		t.Helper()
		pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
			UserPoolId: pool, Username: "jo", TemporaryPassword: new(temporary), MessageAction: action, UserAttributes: attributes("email", "jo@example.com", "email_verified", "true"),
		})
	}
	asked := func() {
		t.Helper()
		if out, res := w.SignIn(client, "jo", temporary); res.Err != nil || *out.ChallengeName != "NEW_PASSWORD_REQUIRED" {
			t.Fatal(res)
		}
	}
	expired := func() {
		t.Helper()
		_, res := w.SignIn(client, "jo", temporary)
		w.Refused(res, nae, "Temporary password has expired and must be reset by an administrator.")
	}
	create(new("SUPPRESS"))
	w.Advance(48*time.Hour - time.Millisecond)
	asked()
	w.Advance(time.Millisecond)
	expired()
	_, res := pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "jo"})
	w.Refused(res, nae, "User password cannot be reset in the current state.")
	create(new("RESEND"))
	asked()
	w.Advance(48 * time.Hour)
	expired()
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: temporary})
	asked()
}
