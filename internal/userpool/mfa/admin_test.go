package mfa_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// An administrator reads a user's factors as the user does, and takes his authenticator away.
func TestAdminGetUserAuthFactors(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(nil, "EMAIL_OTP", "WEB_AUTHN")
	client := w.ChoiceClient(pool, nil)
	sub := w.User(pool, "jo", "jo@example.com")
	access := *w.Tokens(client, "jo").AccessToken
	if res := w.Register(access, softkey.New(pooltest.Site)); res.Err != nil {
		t.Fatal(res.Err)
	}
	pooltest.Must(w, w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: pool, MfaConfiguration: new("OPTIONAL"), SoftwareTokenMfaConfiguration: &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)},
	})
	w.Associate(access)
	w.Prefer(pool, "jo", true, "SOFTWARE_TOKEN_MFA")
	get := func() (string, pooltest.Result) {
		out, res := pooltest.Do(w, w.S.MFA.AdminGetUserAuthFactors, &cognitoidp.AdminGetUserAuthFactorsInput{UserPoolId: pool, Username: "jo"})
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		preferred := ""
		if out.PreferredMfaSetting != nil {
			preferred = *out.PreferredMfaSetting
		}
		return strings.Join(out.ConfiguredUserAuthFactors, " ") + ", " + strings.Join(out.UserMFASettingList, " ") + ", " + preferred, res
	}
	got, res := get()
	if got != "PASSWORD EMAIL_OTP WEB_AUTHN, SOFTWARE_TOKEN_MFA, SOFTWARE_TOKEN_MFA" || res.Sub != sub {
		t.Errorf("%s of %s", got, res.Sub)
	}
	if out, res := w.SignIn(client, "jo", pooltest.Password); res.Err != nil || *out.ChallengeName != "SOFTWARE_TOKEN_MFA" {
		t.Fatal(out, res)
	}
	for range 2 {
		_, res = pooltest.Do(w, w.S.MFA.AdminDeleteSoftwareToken, &cognitoidp.AdminDeleteSoftwareTokenInput{UserPoolId: pool, Username: "jo"})
		if res.Err != nil || res.Sub != sub {
			t.Fatal(res)
		}
	}
	if got, _ := get(); got != "PASSWORD EMAIL_OTP WEB_AUTHN, , " {
		t.Error(got)
	}
	w.Tokens(client, "jo")
	if f := w.Stored(pool, "jo").Factors; len(f.Secret)+len(f.Associated)+len(f.Device) != 0 || f.Step != 0 {
		t.Errorf("%+v", f)
	}
	_, res = pooltest.Do(w, w.S.MFA.AdminGetUserAuthFactors, &cognitoidp.AdminGetUserAuthFactorsInput{UserPoolId: pool, Username: "nobody"})
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = pooltest.Do(w, w.S.MFA.AdminDeleteSoftwareToken, &cognitoidp.AdminDeleteSoftwareTokenInput{UserPoolId: pool, Username: "nobody"})
	w.Refused(res, "UserNotFoundException", "User does not exist.")
}
