package pool

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// firstFactors checks with what a pool's users may begin a sign-in, against the other settings and the factors the pool has. It holds
// for every call that changes one of them. [Cognito: sign-in policy]
func firstFactors(set *cognitoidp.UserPoolType, has userpool.PoolFactors) error {
	list := set.Policies.SignInPolicy.AllowedFirstAuthFactors
	for i, f := range list {
		switch {
		case f == "SOFTWARE_TOKEN", slices.Contains(list[:i], f):
			return badFirstFactor(f)
		case f == userpool.PasswordFirst:
		case *set.UserPoolTier == "LITE":
			return firstFactorTier()
		case f == userpool.SMSFirst && set.SmsConfiguration == nil:
			return smsForSignIn()
		case *set.MfaConfiguration == "ON" && (f == userpool.EmailFirst || f == userpool.SMSFirst):
			return codeWithMFA(f)
		case *set.MfaConfiguration == "ON" && !(&userpool.Pool{Factors: has}).PasskeysSuffice():
			return passkeyWithMFA()
		}
	}
	if !slices.Contains(list, userpool.PasswordFirst) {
		return passwordFirst() // (inferred)
	}
	return nil
}

// webAuthn checks the settings of passkeys and fills in the defaults.
func webAuthn(set *cognitoidp.UserPoolType, in *cognitoidp.WebAuthnConfigurationType) (*cognitoidp.WebAuthnConfigurationType, error) {
	if in == nil {
		return nil, nil
	}
	if *set.UserPoolTier == "LITE" {
		return nil, passkeyTier()
	}
	if in.RelyingPartyId != nil && !passkey.ValidID(*in.RelyingPartyId) {
		return nil, badRelyingParty()
	}
	out := *in
	out.UserVerification, out.FactorConfiguration = or(in.UserVerification, "preferred"), or(in.FactorConfiguration, "SINGLE_FACTOR")
	return &out, nil
}
