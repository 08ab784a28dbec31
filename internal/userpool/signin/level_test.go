package signin_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// levels are acr and amr of both tokens, which have to agree.
func levels(t *testing.T, a *cognitoidp.AuthenticationResultType) string {
	t.Helper()
	text := func(token string) string {
		c := claims(t, token)
		return c.Get("acr").Str + " " + c.Get("amr").Raw
	}
	if text(*a.AccessToken) != text(*a.IdToken) {
		t.Errorf("access token %s, ID token %s", text(*a.AccessToken), text(*a.IdToken))
	}
	return text(*a.AccessToken)
}

// Tokens tell by which factors their user signed in, also after a refresh.
func TestLevels(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.MFAPool("OPTIONAL")
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	first := w.Tokens(client, "jo")
	if got := levels(t, first); got != `urn:cognito:loa:1 ["pwd"]` {
		t.Error(got)
	}
	srp, res := w.SignInSRP(pool, client, "jo", pooltest.Password)
	if res.Err != nil || levels(t, srp.AuthenticationResult) != `urn:cognito:loa:1 ["pwd"]` {
		t.Error(res.Err)
	}
	authenticator := w.Associate(*first.AccessToken)
	for _, tc := range []struct{ factor, parameter, want string }{
		{"SMS_MFA", "SMS_MFA_CODE", `urn:cognito:loa:3 ["pwd","sms","mfa"]`},
		{"EMAIL_OTP", "EMAIL_OTP_CODE", `urn:cognito:loa:3 ["pwd","email_otp","mfa"]`},
		{"SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE", `urn:cognito:loa:4 ["pwd","otp","mfa"]`},
	} {
		w.GivePhone(pool, "jo", true)
		w.Prefer(pool, "jo", true, tc.factor)
		out, res := w.SignIn(client, "jo", pooltest.Password)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		code := authenticator.Code(0)
		if tc.factor != "SOFTWARE_TOKEN_MFA" {
			code = w.Code()
		}
		done, res := w.Answer(client, tc.factor, out.Session, "USERNAME", "jo", tc.parameter, code)
		if res.Err != nil || levels(t, done.AuthenticationResult) != tc.want {
			t.Fatal(tc.factor, res.Err)
		}
		again, res := w.Refresh(client, *done.AuthenticationResult.RefreshToken)
		if res.Err != nil || levels(t, again.AuthenticationResult) != tc.want {
			t.Error(tc.factor, "refreshed:", res.Err)
		}
	}
	lite := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("LITE") })
	w.User(lite, "jo", "")
	if got := levels(t, w.Tokens(*w.Client(lite, nil).ClientId, "jo")); got != " " {
		t.Error("the plan LITE has levels:", got)
	}
}
