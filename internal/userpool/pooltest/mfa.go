package pooltest

import (
	"encoding/base32"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/totp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Phone is the number MFAUser gives.
const Phone = "+15550001234"

// MFAPool makes a pool that has SMS, authenticators and e-mail as second factors; mode is OPTIONAL or ON.
func (w *World) MFAPool(mode string) string {
	w.T.Helper()
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.EmailConfiguration = &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")}
		in.SmsConfiguration = &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}
	})
	w.SetMFA(id, mode, userpool.SecondFactors...)
	return id
}

// SetMFA sets which factors a pool has.
func (w *World) SetMFA(pool, mode string, factors ...string) {
	w.T.Helper()
	in := &cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: pool, MfaConfiguration: &mode}
	for _, f := range factors {
		switch f {
		case userpool.SMSFactor:
			in.SmsMfaConfiguration = &cognitoidp.SmsMfaConfigType{}
		case userpool.TOTPFactor:
			in.SoftwareTokenMfaConfiguration = &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)}
		case userpool.EmailFactor:
			in.EmailMfaConfiguration = &cognitoidp.EmailMfaConfigType{}
		}
	}
	Must(w, w.S.Pool.SetUserPoolMfaConfig, in)
}

// GivePhone gives a user Phone.
func (w *World) GivePhone(pool, name string, verified bool) {
	w.ChangeUser(pool, name, func(u *userpool.User) {
		u.Set("phone_number", Phone)
		u.Set("phone_number_verified", map[bool]string{true: "true", false: "false"}[verified])
	})
}

// Prefer switches factors on for a user, as an administrator. The first is preferred if preferred says so.
func (w *World) Prefer(pool, name string, preferred bool, factors ...string) {
	w.T.Helper()
	in := &cognitoidp.AdminSetUserMFAPreferenceInput{UserPoolId: pool, Username: name}
	for i, f := range factors {
		first := preferred && i == 0
		switch f {
		case userpool.SMSFactor:
			in.SMSMfaSettings = &cognitoidp.SMSMfaSettingsType{Enabled: new(true), PreferredMfa: &first}
		case userpool.TOTPFactor:
			in.SoftwareTokenMfaSettings = &cognitoidp.SoftwareTokenMfaSettingsType{Enabled: new(true), PreferredMfa: &first}
		case userpool.EmailFactor:
			in.EmailMfaSettings = &cognitoidp.EmailMfaSettingsType{Enabled: new(true), PreferredMfa: &first}
		}
	}
	Must(w, w.S.MFA.AdminSetUserMFAPreference, in)
}

// Authenticator is an application with a user's key.
type Authenticator struct {
	w      *World
	Secret string
}

// Authenticator returns an application that was given the text of a key.
func (w *World) Authenticator(secret string) *Authenticator { return &Authenticator{w, secret} }

// Code is what it shows now, or steps later.
func (a *Authenticator) Code(later int64) string {
	a.w.T.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(a.Secret)
	if err != nil {
		a.w.T.Fatal(err)
	}
	return totp.Code(key, totp.Step(a.w.Now())+later)
}

// Wrong is a code it does not show within the window.
func (a *Authenticator) Wrong() string {
	for _, c := range []string{"000000", "111111", "222222", "333333"} {
		if c != a.Code(-1) && c != a.Code(0) && c != a.Code(1) {
			return c
		}
	}
	panic("BUG: three codes are four")
}

// Associate sets up an authenticator for a user who is signed in, and moves the clock to a step no code was used of.
func (w *World) Associate(access string) *Authenticator {
	w.T.Helper()
	a := w.Authenticator(*Must(w, w.S.MFA.AssociateSoftwareToken, &cognitoidp.AssociateSoftwareTokenInput{AccessToken: &access}).SecretCode)
	Must(w, w.S.MFA.VerifySoftwareToken, &cognitoidp.VerifySoftwareTokenInput{AccessToken: &access, UserCode: a.Code(0), FriendlyDeviceName: new("phone")})
	w.Advance(totp.Period)
	return a
}

// Answer answers a challenge with parameters in pairs.
func (w *World) Answer(client, challenge string, session *string, params ...string) (*cognitoidp.RespondToAuthChallengeOutput, Result) {
	return w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: challenge, Session: session, ChallengeResponses: pairs(params)})
}

// AdminAnswer is Answer in the administrators' form.
func (w *World) AdminAnswer(pool, client, challenge string, session *string, params ...string) (*cognitoidp.AdminRespondToAuthChallengeOutput, Result) {
	return Do(w, w.S.Signin.AdminRespondToAuthChallenge, &cognitoidp.AdminRespondToAuthChallengeInput{
		UserPoolId: pool, ClientId: client, ChallengeName: challenge, Session: session, ChallengeResponses: pairs(params),
	})
}

func pairs(list []string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(list); i += 2 {
		m[list[i]] = list[i+1]
	}
	return m
}
