package pool_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

var smsConfiguration = &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}

func setMfa(w *pooltest.World, in *cognitoidp.SetUserPoolMfaConfigInput) (*cognitoidp.SetUserPoolMfaConfigOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Pool.SetUserPoolMfaConfig, in)
}

func mfaConfig(t *testing.T, w *pooltest.World, pool string) string {
	t.Helper()
	return optest.JSON(t, pooltest.Must(w, w.S.Pool.GetUserPoolMfaConfig, &cognitoidp.GetUserPoolMfaConfigInput{UserPoolId: pool}))
}

func TestSetUserPoolMfaConfig(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.EmailConfiguration = &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")}
	})
	whole := &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: id, MfaConfiguration: new("OPTIONAL"),
		SmsMfaConfiguration:           &cognitoidp.SmsMfaConfigType{SmsAuthenticationMessage: new("code {####}"), SmsConfiguration: smsConfiguration},
		SoftwareTokenMfaConfiguration: &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)},
		EmailMfaConfiguration:         &cognitoidp.EmailMfaConfigType{Message: new("mail {####}"), Subject: new("subject")},
		WebAuthnConfiguration:         &cognitoidp.WebAuthnConfigurationType{RelyingPartyId: new("example.com")},
	}
	w.Advance(1)
	out, res := setMfa(w, whole)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = pooltest.Do(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, UserPoolTier: new("LITE")})
	w.Refused(res, "TierChangeNotAllowedException", "The user pool uses features that the feature plan does not have.")
	want := `{"EmailMfaConfiguration":{"Message":"mail {####}","Subject":"subject"},"MfaConfiguration":"OPTIONAL",` +
		`"SmsMfaConfiguration":{"SmsAuthenticationMessage":"code {####}","SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::123456789012:role/sms"}},` +
		`"SoftwareTokenMfaConfiguration":{"Enabled":true},"WebAuthnConfiguration":{"FactorConfiguration":"SINGLE_FACTOR","RelyingPartyId":"example.com","UserVerification":"preferred"}}`
	if got := optest.JSON(t, out); got != want {
		t.Errorf("answers %s\nwant %s", got, want)
	}
	if got := mfaConfig(t, w, id); got != want {
		t.Errorf("reads %s", got)
	}
	p := describe(w, id)
	if *p.MfaConfiguration != "OPTIONAL" || p.SmsConfiguration == nil || *p.SmsAuthenticationMessage != "code {####}" || !p.LastModifiedDate.Equal(w.Now()) {
		t.Errorf("described as %s", optest.JSON(t, p))
	}
	// The next call replaces everything; the SMS settings are the pool's and stay.
	if _, res := setMfa(w, &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: id, MfaConfiguration: new("ON"), SoftwareTokenMfaConfiguration: &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)},
	}); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := mfaConfig(t, w, id); got != `{"MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}` {
		t.Errorf("reads %s", got)
	}
	if describe(w, id).SmsConfiguration == nil {
		t.Error("the SMS settings are gone")
	}
	// An update that leaves MFA out switches it off and removes no factor; the next may switch it on again.
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id})
	if got := mfaConfig(t, w, id); got != `{"MfaConfiguration":"OFF","SoftwareTokenMfaConfiguration":{"Enabled":true}}` {
		t.Errorf("after an update: %s", got)
	}
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, MfaConfiguration: new("ON")})
	if got := mfaConfig(t, w, id); got != `{"MfaConfiguration":"ON","SoftwareTokenMfaConfiguration":{"Enabled":true}}` {
		t.Errorf("after another: %s", got)
	}
	if _, res := setMfa(w, &cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: id}); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := mfaConfig(t, w, id); got != `{"MfaConfiguration":"OFF"}` {
		t.Errorf("emptied: %s", got)
	}
}

func TestCreateUserPool_MFA(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.MfaConfiguration, in.SmsConfiguration, in.AutoVerifiedAttributes = new("ON"), smsConfiguration, []string{"phone_number"}
	})
	if got := mfaConfig(t, w, id); got != `{"MfaConfiguration":"ON","SmsMfaConfiguration":{"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::123456789012:role/sms"}}}` {
		t.Errorf("reads %s", got)
	}
	// SMS cannot go while it is the only factor.
	_, res := pooltest.Do(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, MfaConfiguration: new("ON")})
	w.Refused(res, "InvalidParameterException", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
}

// An update that forgets the SMS settings would let users in without the factor they have.
func TestUpdateUserPool_keepsFactors(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.MfaConfiguration, in.SmsConfiguration, in.AutoVerifiedAttributes = new("ON"), smsConfiguration, []string{"phone_number"}
	})
	if _, res := setMfa(w, &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: id, MfaConfiguration: new("ON"), SmsMfaConfiguration: &cognitoidp.SmsMfaConfigType{SmsConfiguration: smsConfiguration},
		SoftwareTokenMfaConfiguration: &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)},
	}); res.Err != nil {
		t.Fatal(res.Err)
	}
	before := mfaConfig(t, w, id)
	for _, mode := range []string{"ON", "OPTIONAL"} {
		_, res := pooltest.Do(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, MfaConfiguration: &mode, AutoVerifiedAttributes: []string{"phone_number"}})
		w.Refused(res, "InvalidParameterException", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
	}
	if got := mfaConfig(t, w, id); got != before {
		t.Errorf("changed to %s", got)
	}
}

func TestSetUserPoolMfaConfig_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	plain, lite := w.Pool(nil), w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("LITE") })
	before := optest.JSON(t, describe(w, plain))
	on, off := &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)}, &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(false)}
	const (
		ipe      = "InvalidParameterException"
		together = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
		none     = "Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration."
	)
	for _, c := range []struct {
		name          string
		in            cognitoidp.SetUserPoolMfaConfigInput
		code, message string
	}{
		{"passkeys below ESSENTIALS", cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: lite, WebAuthnConfiguration: &cognitoidp.WebAuthnConfigurationType{}}, "FeatureUnavailableInTierException", "Passkeys are not available in the user pool's feature plan."},
		{"passkeys of everybody's domain", cognitoidp.SetUserPoolMfaConfigInput{WebAuthnConfiguration: &cognitoidp.WebAuthnConfigurationType{RelyingPartyId: new("co.uk")}}, ipe, "RelyingPartyId must be a domain that is not a public suffix."},
		{"unknown pool", cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: "us-east-1_none"}, "ResourceNotFoundException", "User pool us-east-1_none does not exist."},
		{"off with a factor", cognitoidp.SetUserPoolMfaConfigInput{MfaConfiguration: new("OFF"), SoftwareTokenMfaConfiguration: on}, ipe, together},
		{"off with a factor that is off", cognitoidp.SetUserPoolMfaConfigInput{MfaConfiguration: new("OFF"), SoftwareTokenMfaConfiguration: off}, ipe, together},
		{"left out with SMS", cognitoidp.SetUserPoolMfaConfigInput{SmsMfaConfiguration: &cognitoidp.SmsMfaConfigType{}}, ipe, together},
		{"on without factor", cognitoidp.SetUserPoolMfaConfigInput{MfaConfiguration: new("ON")}, ipe, none},
		{"optional with a factor that is off", cognitoidp.SetUserPoolMfaConfigInput{MfaConfiguration: new("OPTIONAL"), SoftwareTokenMfaConfiguration: off}, ipe, none},
		{"SMS without settings", cognitoidp.SetUserPoolMfaConfigInput{MfaConfiguration: new("ON"), SmsMfaConfiguration: &cognitoidp.SmsMfaConfigType{}}, ipe,
			"[SmsConfiguration] is a required member of [SoftwareTokenMfaConfiguration]."},
		{"e-mail without sender", cognitoidp.SetUserPoolMfaConfigInput{MfaConfiguration: new("ON"), EmailMfaConfiguration: &cognitoidp.EmailMfaConfigType{}}, ipe,
			"EmailMfaConfiguration requires EmailSendingAccount DEVELOPER."},
		{"e-mail below Essentials", cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: lite, MfaConfiguration: new("ON"), EmailMfaConfiguration: &cognitoidp.EmailMfaConfigType{}},
			"FeatureUnavailableInTierException", "Email MFA is not available in the user pool's feature plan."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.in.UserPoolId == "" {
				c.in.UserPoolId = plain
			}
			_, res := setMfa(w, &c.in)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	_, res := pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: plain})
	w.Refused(res, "ResourceNotFoundException", "User pool "+plain+" does not exist.")
	if after := optest.JSON(t, describe(w, plain)); after != before {
		t.Errorf("a refused call changed the pool: %s", after)
	}
}

func TestUserPool_deviceConfiguration(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.DeviceConfiguration = &cognitoidp.DeviceConfigurationType{DeviceOnlyRememberedOnUserPrompt: new(false)}
	})
	if got := optest.JSON(t, describe(w, id).DeviceConfiguration); got != `{"DeviceOnlyRememberedOnUserPrompt":false}` {
		t.Errorf("made with %s", got)
	}
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, DeviceConfiguration: &cognitoidp.DeviceConfigurationType{}})
	if describe(w, id).DeviceConfiguration != nil {
		t.Error("an empty configuration tracks devices")
	}
}
