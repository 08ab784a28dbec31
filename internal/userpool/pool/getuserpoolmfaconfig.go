package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// GetUserPoolMfaConfig tells whether a pool demands a second factor, and which it has.
func (s *Service) GetUserPoolMfaConfig(c *op.Call, in *cognitoidp.GetUserPoolMfaConfigInput) (*cognitoidp.GetUserPoolMfaConfigOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return mfaConfig(p), nil
}

func mfaConfig(p *userpool.Pool) *cognitoidp.GetUserPoolMfaConfigOutput {
	out := &cognitoidp.GetUserPoolMfaConfigOutput{
		MfaConfiguration: p.Settings.MfaConfiguration, SoftwareTokenMfaConfiguration: p.Factors.SoftwareToken,
		EmailMfaConfiguration: p.Factors.Email, WebAuthnConfiguration: p.Factors.WebAuthn,
	}
	if p.Factors.SMS {
		out.SmsMfaConfiguration = &cognitoidp.SmsMfaConfigType{
			SmsAuthenticationMessage: p.Settings.SmsAuthenticationMessage, SmsConfiguration: p.Settings.SmsConfiguration,
		}
	}
	return out
}
