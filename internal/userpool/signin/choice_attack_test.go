package signin_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// Somebody who signs up with another's address gets no password to the account that its owner later enters by a code.
func TestAttack38_passwordBeforeFirstCode(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} }, "EMAIL_OTP")
	client := w.ChoiceClient(pool, nil)
	const mail = "victim@example.com"
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{
		ClientId: client, Username: mail, Password: new(pooltest.Password), UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new(mail)}},
	})
	out, res := choose(w, client, mail, "PREFERRED_CHALLENGE", "EMAIL_OTP")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	done, res := w.Answer(client, "EMAIL_OTP", out.Session, "USERNAME", mail, "EMAIL_OTP_CODE", w.FirstCode())
	if res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res.Err)
	}
	if u := w.Stored(pool, mail); u.Status != userpool.Confirmed || !u.Verified("email") || u.HasPassword() {
		t.Errorf("%+v", u)
	}
	_, res = initiate(w, client, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": mail, "PASSWORD": pooltest.Password})
	w.Refused(res, nae, "Incorrect username or password.")
}
