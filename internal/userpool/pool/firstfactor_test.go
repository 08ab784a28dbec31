package pool_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// begins lets users begin sign-ins with factors.
func begins(factors ...string) func(*cognitoidp.CreateUserPoolInput) {
	return func(in *cognitoidp.CreateUserPoolInput) {
		in.Policies = &cognitoidp.UserPoolPolicyType{SignInPolicy: &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: factors}}
	}
}

// First factors and the demand for second ones are set by three operations; no order of them leads to what one call refuses.
func TestFirstFactors_betweenOperations(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		begins("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")(in)
		in.SmsConfiguration = smsConfiguration
	})
	if got := strings.Join(describe(w, id).Policies.SignInPolicy.AllowedFirstAuthFactors, " "); got != "PASSWORD EMAIL_OTP SMS_OTP WEB_AUTHN" {
		t.Error(got)
	}
	on := &cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: id, MfaConfiguration: new("ON"), SoftwareTokenMfaConfiguration: &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)}}
	_, res := setMfa(w, on)
	w.Refused(res, "InvalidParameterException", "EMAIL_OTP cannot be an allowed first authentication factor when MFA is required.")
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, Policies: &cognitoidp.UserPoolPolicyType{
		SignInPolicy: &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: []string{"PASSWORD", "WEB_AUTHN"}},
	}})
	_, res = setMfa(w, on)
	const alone = "WEB_AUTHN can be an allowed first authentication factor when MFA is required only with FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION."
	w.Refused(res, "InvalidParameterException", alone)
	on.WebAuthnConfiguration = &cognitoidp.WebAuthnConfigurationType{FactorConfiguration: new("MULTI_FACTOR_WITH_USER_VERIFICATION")}
	if _, res := setMfa(w, on); res.Err != nil {
		t.Fatal(res.Err)
	}
	on.WebAuthnConfiguration = nil
	_, res = setMfa(w, on)
	w.Refused(res, "InvalidParameterException", alone)
	_, res = pooltest.Do(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, UserPoolTier: new("LITE")})
	w.Refused(res, "TierChangeNotAllowedException", "The user pool uses features that the feature plan does not have.")
}
