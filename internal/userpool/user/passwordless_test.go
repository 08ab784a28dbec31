package user_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// An administrator makes a user without a password where a code can let him in: he is confirmed, and told his name.
func TestAdminCreateUser_withoutPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AdminCreateUserConfig = &cognitoidp.AdminCreateUserConfigType{InviteMessageTemplate: &cognitoidp.MessageTemplateType{SMSMessage: new("{username}: {####}")}}
	}, "EMAIL_OTP", "SMS_OTP")
	create := func(name, attribute, value string, password *string) *userpool.User {
		t.Helper()
		in := &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: name, TemporaryPassword: password}
		if attribute != "" {
			in.UserAttributes = []cognitoidp.AttributeType{{Name: attribute, Value: &value}, {Name: attribute + "_verified", Value: new("true")}}
		}
		pooltest.Must(w, w.S.User.AdminCreateUser, in)
		return w.Stored(pool, name)
	}
	for name, empty := range map[string]*string{"jo": nil, "bo": new("")} {
		if u := create(name, "email", name+"@example.com", empty); u.Status != userpool.Confirmed || u.HasPassword() || !u.TemporarySince.IsZero() {
			t.Errorf("%+v", u)
		}
		last := w.Messages()[len(w.Messages())-1]
		if last.Subject != "Your account" || last.Body != "Your username is "+name+". " || last.Occasion != userpool.OnAdminMade {
			t.Errorf("%+v", last)
		}
	}
	// A pool's own text with a place for a password is not sent without one.
	create("mo", "phone_number", pooltest.Phone, nil)
	if last := w.Messages()[len(w.Messages())-1]; last.Body != "Your username is mo. " {
		t.Errorf("%+v", last)
	}
	client := w.ChoiceClient(pool, nil)
	out := pooltest.Must(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_AUTH", ClientId: client, AuthParameters: map[string]string{"USERNAME": "mo", "PREFERRED_CHALLENGE": "SMS_OTP"},
	})
	if done, res := w.Answer(client, "SMS_OTP", out.Session, "USERNAME", "mo", "SMS_OTP_CODE", w.FirstCode()); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res.Err)
	}
	_, res := pooltest.Do(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", MessageAction: new("RESEND")})
	if res.Code != "UnsupportedUserStateException" {
		t.Error(res.Err)
	}
	// With a password, or without an address, he gets a temporary one as ever.
	if u := create("so", "email", "so@example.com", new(pooltest.Password)); u.Status != userpool.ForceChangePassword || !u.HasPassword() {
		t.Errorf("%+v", u)
	}
	if u := create("to", "", "", nil); u.Status != userpool.ForceChangePassword || !u.HasPassword() {
		t.Errorf("%+v", u)
	}
}
