package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// SetUserPoolMfaConfig replaces which second factors a pool has and whether it demands one: what a call leaves out is off
// afterwards. The SMS settings are those of the pool and stay without their block, since other messages use them.
func (s *Service) SetUserPoolMfaConfig(c *op.Call, in *cognitoidp.SetUserPoolMfaConfigInput) (*cognitoidp.SetUserPoolMfaConfigOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	next := *p
	set := p.Settings
	set.MfaConfiguration = or(in.MfaConfiguration, "OFF")
	if *set.MfaConfiguration == "OFF" && (in.SmsMfaConfiguration != nil || in.SoftwareTokenMfaConfiguration != nil || in.EmailMfaConfiguration != nil) {
		return nil, factorsWhileOff()
	}
	if err := emailFactor(&set, in.EmailMfaConfiguration); err != nil {
		return nil, err
	}
	passkeys, err := webAuthn(&set, in.WebAuthnConfiguration)
	if err != nil {
		return nil, err
	}
	next.Factors = userpool.PoolFactors{
		SMS: in.SmsMfaConfiguration != nil, SoftwareToken: in.SoftwareTokenMfaConfiguration, Email: in.EmailMfaConfiguration, WebAuthn: passkeys,
	}
	if sms := in.SmsMfaConfiguration; sms != nil {
		if sms.SmsConfiguration != nil {
			set.SmsConfiguration = sms.SmsConfiguration
		}
		set.SmsAuthenticationMessage = sms.SmsAuthenticationMessage
		if set.SmsConfiguration == nil {
			return nil, noSmsConfiguration()
		}
	}
	if *set.MfaConfiguration != "OFF" && !next.Factors.Any() {
		return nil, noFactors()
	}
	if err := firstFactors(&set, next.Factors); err != nil {
		return nil, err
	}
	set.LastModifiedDate = new(c.Now)
	if err := s.change(c, &next, set); err != nil {
		return nil, err
	}
	next.Settings = set
	out := mfaConfig(&next)
	return &cognitoidp.SetUserPoolMfaConfigOutput{
		SmsMfaConfiguration: out.SmsMfaConfiguration, SoftwareTokenMfaConfiguration: out.SoftwareTokenMfaConfiguration,
		EmailMfaConfiguration: out.EmailMfaConfiguration, MfaConfiguration: out.MfaConfiguration, WebAuthnConfiguration: out.WebAuthnConfiguration,
	}, nil
}

// emailFactor checks whether a pool may send codes by e-mail. [Cognito: email MFA needs Essentials and a sender of one's own]
func emailFactor(set *cognitoidp.UserPoolType, email *cognitoidp.EmailMfaConfigType) error {
	switch {
	case email == nil:
		return nil
	case *set.UserPoolTier == "LITE":
		return emailTier()
	case set.EmailConfiguration == nil || *set.EmailConfiguration.EmailSendingAccount != "DEVELOPER":
		return emailSender()
	}
	return nil
}

// factors are those of a pool that is created or updated, given what it had. MfaConfiguration may be switched on if there is a
// factor already, or if SMS can be one; leaving it out removes none. While it is on, what a factor needs cannot be taken away in
// passing: its users would sign in without.
func factors(had userpool.PoolFactors, set *cognitoidp.UserPoolType) (userpool.PoolFactors, error) {
	if *set.MfaConfiguration != "OFF" {
		if had.SMS && set.SmsConfiguration == nil {
			return had, smsForFactors()
		}
		if err := emailFactor(set, had.Email); err != nil {
			return had, err
		}
	}
	had.SMS = had.SMS && set.SmsConfiguration != nil
	if *set.MfaConfiguration == "OFF" || had.Any() {
		return had, nil
	}
	if p := (&userpool.Pool{Settings: *set}); set.SmsConfiguration == nil || !p.Verifies(userpool.Phone) {
		return had, smsForFactors()
	}
	had.SMS = true
	return had, nil
}
