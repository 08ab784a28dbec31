package service_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// TestLife is the main road: a pool, a client, a user who signs up, confirms, signs in by both flows, is shown, refreshes, leaves.
func TestLife(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	up, res := pooltest.Do(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{
		ClientId: client, Username: "jo", Password: new(pooltest.Password), UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("jo@example.com")}},
	})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if up.UserConfirmed || res.Sub != up.UserSub || *up.CodeDeliveryDetails.Destination != "j***@e***" || *up.CodeDeliveryDetails.DeliveryMedium != "EMAIL" {
		t.Fatalf("sign-up answered %+v with subject %s", up, res.Sub)
	}
	if u := w.Stored(pool, "jo"); u.Status != userpool.Unconfirmed || u.Sub != up.UserSub {
		t.Fatalf("stored %+v", u)
	}
	m := w.Messages()
	if len(m) != 1 || m[0].Destination != "jo@example.com" || m[0].Subject != "Your verification code" || m[0].Occasion != userpool.OnSignUp {
		t.Fatalf("sent %+v", m)
	}
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "UserNotConfirmedException", "User is not confirmed.")
	pooltest.Must(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code()})
	in, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil || res.Sub != up.UserSub {
		t.Fatal(res.Err, res.Sub)
	}
	a := in.AuthenticationResult
	if *a.ExpiresIn != 3600 || *a.TokenType != "Bearer" || a.IdToken == nil || a.RefreshToken == nil || len(in.ChallengeParameters) != 0 || in.ChallengeParameters == nil {
		t.Fatalf("answered %+v", in)
	}
	me, res := w.GetUser(*a.AccessToken)
	if res.Err != nil || me.Username != "jo" || res.Sub != up.UserSub {
		t.Fatal(me, res)
	}
	want := map[string]string{"email": "jo@example.com", "email_verified": "true", "sub": up.UserSub}
	if len(me.UserAttributes) != len(want) {
		t.Fatalf("shown %+v", me.UserAttributes)
	}
	for _, x := range me.UserAttributes {
		if want[x.Name] != *x.Value {
			t.Errorf("%s is %s", x.Name, *x.Value)
		}
	}
	srp, res := w.SignInSRP(pool, client, "jo", pooltest.Password)
	if res.Err != nil || srp.AuthenticationResult == nil || res.Sub != up.UserSub {
		t.Fatal(srp, res)
	}
	again, res := w.Refresh(client, *a.RefreshToken)
	if res.Err != nil || again.AuthenticationResult.RefreshToken != nil || again.AuthenticationResult.AccessToken == nil {
		t.Fatal(again, res)
	}
	pooltest.Must(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: *a.AccessToken})
	for _, access := range []string{*a.AccessToken, *srp.AuthenticationResult.AccessToken, *again.AuthenticationResult.AccessToken} {
		_, res := w.GetUser(access)
		w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
	}
	_, res = w.Refresh(client, *a.RefreshToken)
	w.Refused(res, "NotAuthorizedException", "Refresh Token has been revoked")
	w.Tokens(client, "jo")
}
