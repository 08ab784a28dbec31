package mfa_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const ipe, nae = "InvalidParameterException", "NotAuthorizedException"

// world is a pool with all factors, and a user jo with both addresses who is signed in.
func world(t *testing.T, mode string) (w *pooltest.World, pool, client string) {
	t.Helper()
	w = pooltest.New(t)
	pool = w.MFAPool(mode)
	client = *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.GivePhone(pool, "jo", true)
	return w, pool, client
}

func shown(t *testing.T, w *pooltest.World, pool string) string {
	t.Helper()
	out := pooltest.Must(w, w.S.User.AdminGetUser, &cognitoidp.AdminGetUserInput{UserPoolId: pool, Username: "jo"})
	return optest.JSON(t, map[string]any{"list": out.UserMFASettingList, "preferred": out.PreferredMfaSetting, "options": out.MFAOptions})
}

func on(preferred bool) (sms *cognitoidp.SMSMfaSettingsType, token *cognitoidp.SoftwareTokenMfaSettingsType, email *cognitoidp.EmailMfaSettingsType) {
	return &cognitoidp.SMSMfaSettingsType{Enabled: new(true), PreferredMfa: &preferred}, &cognitoidp.SoftwareTokenMfaSettingsType{Enabled: new(true), PreferredMfa: &preferred},
		&cognitoidp.EmailMfaSettingsType{Enabled: new(true), PreferredMfa: &preferred}
}

func TestSetUserMFAPreference(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	access := *w.Tokens(client, "jo").AccessToken
	sms, token, email := on(false)
	smsFirst, _, emailFirst := on(true)
	if got := shown(t, w, pool); got != `{}` {
		t.Fatalf("before: %s", got)
	}
	w.Associate(access)
	if got := shown(t, w, pool); got != `{}` {
		t.Fatalf("an authenticator is registered, not switched on: %s", got)
	}
	for _, c := range []struct {
		name string
		in   cognitoidp.SetUserMFAPreferenceInput
		want string
	}{
		{"one", cognitoidp.SetUserMFAPreferenceInput{EmailMfaSettings: email}, `{"list":["EMAIL_OTP"]}`},
		{"all, one preferred", cognitoidp.SetUserMFAPreferenceInput{SMSMfaSettings: smsFirst, SoftwareTokenMfaSettings: token}, `{"list":["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"],"preferred":"SMS_MFA"}`},
		{"another preferred", cognitoidp.SetUserMFAPreferenceInput{EmailMfaSettings: emailFirst}, `{"list":["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"],"preferred":"EMAIL_OTP"}`},
		{"nothing said", cognitoidp.SetUserMFAPreferenceInput{}, `{"list":["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"],"preferred":"EMAIL_OTP"}`},
		{"preferred no longer", cognitoidp.SetUserMFAPreferenceInput{EmailMfaSettings: email}, `{"list":["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]}`},
		{"one off", cognitoidp.SetUserMFAPreferenceInput{SMSMfaSettings: &cognitoidp.SMSMfaSettingsType{}, SoftwareTokenMfaSettings: token}, `{"list":["SOFTWARE_TOKEN_MFA","EMAIL_OTP"]}`},
		{"all off", cognitoidp.SetUserMFAPreferenceInput{SoftwareTokenMfaSettings: &cognitoidp.SoftwareTokenMfaSettingsType{Enabled: new(false)}, EmailMfaSettings: &cognitoidp.EmailMfaSettingsType{}}, `{}`},
		{"on again", cognitoidp.SetUserMFAPreferenceInput{SMSMfaSettings: sms}, `{"list":["SMS_MFA"]}`},
	} {
		c.in.AccessToken = access
		_, res := pooltest.Do(w, w.S.MFA.SetUserMFAPreference, &c.in)
		if res.Err != nil || res.Sub != w.Stored(pool, "jo").Sub {
			t.Fatalf("%s: %v", c.name, res)
		}
		if got := shown(t, w, pool); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	out, res := w.GetUser(access)
	if res.Err != nil || len(out.UserMFASettingList) != 1 || out.UserMFASettingList[0] != "SMS_MFA" || out.PreferredMfaSetting != nil {
		t.Errorf("GetUser shows %s", optest.JSON(t, out))
	}
}

func TestSetUserMFAPreference_refuses(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	bare := "bo"
	w.User(pool, bare, "")
	sms, token, email := on(false)
	smsFirst, _, emailFirst := on(true)
	access, other := *w.Tokens(client, "jo").AccessToken, *w.Tokens(client, bare).AccessToken
	for _, c := range []struct {
		name          string
		in            cognitoidp.SetUserMFAPreferenceInput
		code, message string
	}{
		{"no token", cognitoidp.SetUserMFAPreferenceInput{AccessToken: "x"}, nae, "Invalid Access Token"},
		{"authenticator not verified", cognitoidp.SetUserMFAPreferenceInput{SoftwareTokenMfaSettings: token}, ipe, "User has not verified software token mfa"},
		{"no phone", cognitoidp.SetUserMFAPreferenceInput{AccessToken: other, SMSMfaSettings: sms}, ipe, "User does not have delivery config set to turn on SMS_MFA"},
		{"no e-mail", cognitoidp.SetUserMFAPreferenceInput{AccessToken: other, EmailMfaSettings: email}, ipe, "User does not have delivery config set to turn on EMAIL_OTP"},
		{"two preferred", cognitoidp.SetUserMFAPreferenceInput{SMSMfaSettings: smsFirst, EmailMfaSettings: emailFirst}, ipe, "Only one MFA method can be preferred."},
		{"preferred and off", cognitoidp.SetUserMFAPreferenceInput{SMSMfaSettings: &cognitoidp.SMSMfaSettingsType{PreferredMfa: new(true)}}, ipe, "Cannot prefer SMS_MFA without enabling it."},
		{"passkeys", cognitoidp.SetUserMFAPreferenceInput{WebAuthnMfaSettings: &cognitoidp.WebAuthnMfaSettingsType{Enabled: new(true)}}, ipe, "Passkey MFA requires FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.in.AccessToken == "" {
				c.in.AccessToken = access
			}
			_, res := pooltest.Do(w, w.S.MFA.SetUserMFAPreference, &c.in)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	if got := shown(t, w, pool); got != `{}` {
		t.Errorf("a refused call changed the user: %s", got)
	}
}

// Where the pool demands a factor, a user cannot switch off his last, an administrator can.
func TestMFAPreference_last(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	access := *w.Tokens(client, "jo").AccessToken
	w.Prefer(pool, "jo", false, userpool.SMSFactor, userpool.EmailFactor)
	w.SetMFA(pool, "ON", userpool.SMSFactor, userpool.TOTPFactor)
	off := &cognitoidp.SMSMfaSettingsType{}
	_, res := pooltest.Do(w, w.S.MFA.SetUserMFAPreference, &cognitoidp.SetUserMFAPreferenceInput{AccessToken: access, SMSMfaSettings: off})
	w.Refused(res, ipe, "MFA is required by the user pool and cannot be turned off.") // the e-mail factor is not one of the pool any more
	_, res = pooltest.Do(w, w.S.MFA.SetUserSettings, &cognitoidp.SetUserSettingsInput{AccessToken: access})
	w.Refused(res, ipe, "MFA is required by the user pool and cannot be turned off.")
	if got := shown(t, w, pool); got != `{"list":["SMS_MFA","EMAIL_OTP"]}` {
		t.Errorf("a refused call changed the user: %s", got)
	}
	pooltest.Must(w, w.S.MFA.AdminSetUserMFAPreference, &cognitoidp.AdminSetUserMFAPreferenceInput{UserPoolId: pool, Username: "jo", SMSMfaSettings: off})
	if got := shown(t, w, pool); got != `{"list":["EMAIL_OTP"]}` {
		t.Errorf("after the administrator: %s", got)
	}
}

func TestUserSettings(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	access := *w.Tokens(client, "jo").AccessToken
	sms := []cognitoidp.MFAOptionType{{DeliveryMedium: new("SMS"), AttributeName: new("phone_number")}}
	const set = `{"list":["SMS_MFA"],"options":[{"AttributeName":"phone_number","DeliveryMedium":"SMS"}]}`
	for name, c := range map[string]struct {
		sub string
		run func(options []cognitoidp.MFAOptionType) pooltest.Result
	}{
		"user": {"", func(o []cognitoidp.MFAOptionType) pooltest.Result {
			_, res := pooltest.Do(w, w.S.MFA.SetUserSettings, &cognitoidp.SetUserSettingsInput{AccessToken: access, MFAOptions: o})
			return res
		}},
		"administrator": {"", func(o []cognitoidp.MFAOptionType) pooltest.Result {
			_, res := pooltest.Do(w, w.S.MFA.AdminSetUserSettings, &cognitoidp.AdminSetUserSettingsInput{UserPoolId: pool, Username: "jo", MFAOptions: o})
			return res
		}},
	} {
		if res := c.run(sms); res.Err != nil || res.Sub != w.Stored(pool, "jo").Sub {
			t.Fatal(name, res)
		}
		if got := shown(t, w, pool); got != set {
			t.Errorf("%s: %s", name, got)
		}
		for _, bad := range [][]cognitoidp.MFAOptionType{
			{{DeliveryMedium: new("EMAIL"), AttributeName: new("email")}}, {{DeliveryMedium: new("SMS"), AttributeName: new("email")}}, {{}}, append(sms, cognitoidp.MFAOptionType{}),
		} {
			w.Refused(c.run(bad), ipe, "MFAOptions may hold DeliveryMedium SMS with AttributeName phone_number only.")
		}
		if res := c.run([]cognitoidp.MFAOptionType{}); res.Err != nil {
			t.Fatal(name, res)
		}
		if got := shown(t, w, pool); got != `{}` {
			t.Errorf("%s, off: %s", name, got)
		}
	}
	w.User(pool, "bo", "")
	_, res := pooltest.Do(w, w.S.MFA.AdminSetUserSettings, &cognitoidp.AdminSetUserSettingsInput{UserPoolId: pool, Username: "bo", MFAOptions: sms})
	w.Refused(res, ipe, "User does not have delivery config set to turn on SMS_MFA")
	_, res = pooltest.Do(w, w.S.MFA.SetUserSettings, &cognitoidp.SetUserSettingsInput{AccessToken: "x"})
	w.Refused(res, nae, "Invalid Access Token")
}

func TestAdminForms_refuse(t *testing.T) {
	t.Parallel()
	w, pool, _ := world(t, "OPTIONAL")
	_, res := pooltest.Do(w, w.S.MFA.AdminSetUserMFAPreference, &cognitoidp.AdminSetUserMFAPreferenceInput{UserPoolId: pool, Username: "nobody"})
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.MFA.AdminSetUserMFAPreference, &cognitoidp.AdminSetUserMFAPreferenceInput{UserPoolId: pool, Username: "jo"})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
	_, res = pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.MFA.AdminSetUserSettings, &cognitoidp.AdminSetUserSettingsInput{UserPoolId: pool, Username: "jo"})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
}

func TestGetUserAuthFactors(t *testing.T) {
	t.Parallel()
	w, pool, client := world(t, "OPTIONAL")
	access := *w.Tokens(client, "jo").AccessToken
	w.Prefer(pool, "jo", true, userpool.SMSFactor)
	out, res := pooltest.Do(w, w.S.MFA.GetUserAuthFactors, &cognitoidp.GetUserAuthFactorsInput{AccessToken: access})
	if res.Err != nil || res.Sub != w.Stored(pool, "jo").Sub {
		t.Fatal(res)
	}
	if got := optest.JSON(t, out); got != `{"ConfiguredUserAuthFactors":["PASSWORD"],"PreferredMfaSetting":"SMS_MFA","UserMFASettingList":["SMS_MFA"],"Username":"jo"}` {
		t.Errorf("answers %s", got)
	}
	_, res = pooltest.Do(w, w.S.MFA.GetUserAuthFactors, &cognitoidp.GetUserAuthFactorsInput{AccessToken: "x"})
	w.Refused(res, nae, "Invalid Access Token")
}
