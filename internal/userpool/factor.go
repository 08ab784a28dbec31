package userpool

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/totp"
)

// Second factors, named as challenges and settings name them.
const (
	SMSFactor   = "SMS_MFA"
	TOTPFactor  = "SOFTWARE_TOKEN_MFA"
	EmailFactor = "EMAIL_OTP"
)

// SetupChallenge asks a user to set up a second factor.
const SetupChallenge = "MFA_SETUP"

// SecondFactors are all second factors in the order in which lists show them.
var SecondFactors = []string{SMSFactor, TOTPFactor, EmailFactor}

// FactorAttribute is the attribute a factor's codes are sent to, empty if it sends none.
func FactorAttribute(factor string) string {
	switch factor {
	case SMSFactor:
		return Phone
	case EmailFactor:
		return Email
	}
	return ""
}

// PoolFactors are the second factors a pool has. They take effect while MfaConfiguration is not OFF.
type PoolFactors struct {
	SMS           bool                                   `json:",omitempty"`
	SoftwareToken *cognitoidp.SoftwareTokenMfaConfigType `json:",omitempty"`
	Email         *cognitoidp.EmailMfaConfigType         `json:",omitempty"`
	WebAuthn      *cognitoidp.WebAuthnConfigurationType  `json:",omitempty"`
}

// Has tells whether the pool has a factor.
func (f *PoolFactors) Has(factor string) bool {
	switch factor {
	case SMSFactor:
		return f.SMS
	case TOTPFactor:
		return f.SoftwareToken != nil && value(f.SoftwareToken.Enabled)
	case EmailFactor:
		return f.Email != nil
	}
	return false
}

// Any tells whether the pool has a factor at all.
func (f *PoolFactors) Any() bool { return slices.ContainsFunc(SecondFactors, f.Has) }

// UserFactors is what is kept of a user's second factors.
type UserFactors struct {
	// Enabled are those switched on for him, in the order of SecondFactors.
	Enabled   []string `json:",omitempty"`
	Preferred string   `json:",omitempty"`
	// Passkeys tells that a passkey of his is enough where several factors are demanded.
	Passkeys bool `json:",omitempty"`
	// Options tells that SetUserSettings switched SMS on, which MFAOptions then shows.
	Options bool `json:",omitempty"`
	// Secret is the sealed key of his authenticator application, Associated one he has not proved to have yet.
	Secret     []byte `json:",omitempty"`
	Associated []byte `json:",omitempty"`
	// Device is the name he gave the application.
	Device string `json:",omitempty"`
	// Step is that of the newest code used. No code of this step or an earlier one is taken. [RFC 6238 section 5.2]
	Step int64 `json:",omitempty"`
}

func (f UserFactors) clone() UserFactors {
	f.Enabled, f.Secret, f.Associated = slices.Clone(f.Enabled), slices.Clone(f.Secret), slices.Clone(f.Associated)
	return f
}

// Uses tells whether a factor is switched on.
func (f *UserFactors) Uses(factor string) bool { return slices.Contains(f.Enabled, factor) }

// Switch switches a factor on or off. What is off is not preferred.
func (f *UserFactors) Switch(factor string, on bool) {
	f.Enabled = slices.DeleteFunc(slices.Clone(SecondFactors), func(x string) bool {
		if x == factor {
			return !on
		}
		return !f.Uses(x)
	})
	if len(f.Enabled) == 0 {
		f.Enabled = nil
	}
	if !on && f.Preferred == factor {
		f.Preferred = ""
	}
	if factor == SMSFactor && !on {
		f.Options = false
	}
}

// Shown are UserMFASettingList and PreferredMfaSetting.
func (f *UserFactors) Shown() (list []string, preferred *string) {
	if f.Preferred != "" {
		preferred = &f.Preferred
	}
	return f.Enabled, preferred
}

// OptionsShown is MFAOptions.
func (f *UserFactors) OptionsShown() []cognitoidp.MFAOptionType {
	if !f.Options {
		return nil
	}
	return []cognitoidp.MFAOptionType{{DeliveryMedium: new(MediumSMS), AttributeName: new(Phone)}}
}

// Reaches tells whether a factor could be asked of the user: there is an address, or an application that was verified.
func (u *User) Reaches(factor string) bool {
	if factor == TOTPFactor {
		return len(u.Factors.Secret) > 0
	}
	v, _ := u.Get(FactorAttribute(factor))
	return v != ""
}

// Demand is what a pool asks of a user once he has proved his password. All empty: nothing more.
type Demand struct {
	// Use are the factors of which he must prove one.
	Use []string
	// Setup are those of which he must set up one, since he has none and the pool demands one.
	Setup []string
	// Lost tells that he has factors, none of which can be asked: an address was deleted. He is not let in without.
	Lost bool
}

// Demand tells which second factors a pool asks of a user.
func (p *Pool) Demand(u *User) Demand {
	mode := value(p.Settings.MfaConfiguration)
	if mode != "ON" && mode != "OPTIONAL" {
		return Demand{}
	}
	var on, use, open, setup []string
	for _, f := range SecondFactors {
		if !p.Factors.Has(f) {
			continue
		}
		if u.Factors.Uses(f) {
			on = append(on, f)
		}
		switch {
		case !u.Reaches(f):
			setup = append(setup, f)
		case u.Factors.Uses(f):
			use = append(use, f)
		default:
			open = append(open, f)
		}
	}
	switch {
	case slices.Contains(use, u.Factors.Preferred):
		return Demand{Use: []string{u.Factors.Preferred}}
	case len(on) > 0:
		return Demand{Use: use, Lost: len(use) == 0}
	case mode == "OPTIONAL":
		return Demand{}
	case len(open) > 0: // what he never switched on, but could answer
		return Demand{Use: open}
	default:
		return Demand{Setup: setup}
	}
}

// Accepts tells whether a code of a factor, asked for earlier, still lets the user in: he may have changed his settings, or the
// pool its own, since.
func (p *Pool) Accepts(u *User, factor string) bool {
	d := p.Demand(u)
	return slices.Contains(d.Use, factor) || u.Factors.Uses(factor) && u.Reaches(factor) && p.Factors.Has(factor) && len(d.Use) > 0
}

// Reachable are the factors the pool could ask of a user although he has not switched them on: an authenticator he registered,
// addresses that were verified. Risk asks for these. [Cognito: SetUserMFAPreference, selective MFA by adaptive authentication]
func (p *Pool) Reachable(u *User) []string {
	mode := value(p.Settings.MfaConfiguration)
	if mode != "ON" && mode != "OPTIONAL" {
		return nil
	}
	var out []string
	for _, f := range SecondFactors {
		if p.Factors.Has(f) && u.Reaches(f) && (f == TOTPFactor || u.Verified(FactorAttribute(f))) {
			out = append(out, f)
		}
	}
	if slices.Contains(out, u.Factors.Preferred) {
		return []string{u.Factors.Preferred}
	}
	return out
}

// Proves tells whether codes to an attribute are one of the user's second factors.
func (p *Pool) Proves(u *User, attribute string) bool {
	return slices.ContainsFunc(SecondFactors, func(f string) bool { return FactorAttribute(f) == attribute && p.Accepts(u, f) })
}

// The vault's purposes of authenticator keys; the associated data is the user's key.
const (
	totpPurpose       = "totp key"
	associatedPurpose = "totp key not verified"
)

// NewAuthenticator draws the key of an authenticator application: the text the user puts into it, and what is kept until he has
// proved to have it.
func (r *Realm) NewAuthenticator(u *User) (text string, sealed []byte) {
	key := totp.NewSecret()
	return totp.Text(key), r.Vault.Seal(associatedPurpose, key, Users.Key(u))
}

// Why a code of an authenticator application is refused.
var (
	ErrTOTPWrong = errors.New("code of an authenticator does not match")
	ErrTOTPUsed  = errors.New("code of an authenticator was used before")
)

// Register makes an authenticator the user's if the code is one of it. The code is used up. The caller writes the user.
func (r *Realm) Register(u *User, sealed []byte, code, device string, now time.Time) error {
	key, err := r.Vault.Open(associatedPurpose, sealed, Users.Key(u))
	if err != nil {
		return fmt.Errorf("open key of an authenticator: %w", err)
	}
	step, ok := totp.Match(key, code, now)
	if !ok {
		return ErrTOTPWrong
	}
	f := &u.Factors
	f.Secret, f.Associated, f.Device, f.Step = r.Vault.Seal(totpPurpose, key, Users.Key(u)), nil, device, step
	return nil
}

// CheckTOTP uses up a code of the user's authenticator. The caller writes the user.
func (r *Realm) CheckTOTP(u *User, code string, now time.Time) error {
	if len(u.Factors.Secret) == 0 {
		return ErrTOTPWrong
	}
	key, err := r.Vault.Open(totpPurpose, u.Factors.Secret, Users.Key(u))
	if err != nil {
		return fmt.Errorf("open key of an authenticator: %w", err)
	}
	step, ok := totp.Match(key, code, now)
	switch {
	case !ok:
		return ErrTOTPWrong
	case step <= u.Factors.Step:
		return ErrTOTPUsed
	}
	u.Factors.Step = step
	return nil
}
