package userpool

import (
	"slices"
	"strconv"
)

// Names of factors in amr. [Cognito: ACR and AMR claims]
const (
	ByPassword = "pwd"
	ByTOTP     = "otp"
	BySMS      = "sms"
	ByEmail    = "email_otp"
	ByPlatform = "swk" // a passkey of the device itself
	ByRoaming  = "hwk" // a passkey of a security key or another device
	bySeveral  = "mfa"
)

// Level is how well somebody proved who he is, from 1 to 4; 0 is not at all.
type Level int

// The levels, by what leads to them.
const (
	PasswordLevel Level = iota + 1
	CodeLevel
	PasskeyLevel // or a password and a code that was sent
	TOTPLevel    // a password and a code of an authenticator
)

// Aim is what a sign-in has to reach, and from where.
type Aim struct {
	// Level is 0 for any.
	Level Level `json:",omitempty"`
	// Since is when the oldest of the factors was proved that an access token brought along, 0 without one. In ms since 1970.
	Since int64 `json:",omitempty"`
}

const levelPrefix = "urn:cognito:loa:"

// acr is the level's name in tokens, empty for none.
func (l Level) acr() string {
	if l == 0 {
		return ""
	}
	return levelPrefix + strconv.Itoa(int(l))
}

// ParseLevel is the level of a name, 0 if it is none's.
func ParseLevel(name string) Level {
	for l := PasswordLevel; l <= TOTPLevel; l++ {
		if l.acr() == name {
			return l
		}
	}
	return 0
}

// ByFactor is the name in amr of a second factor.
func ByFactor(factor string) string {
	switch factor {
	case SMSFactor:
		return BySMS
	case EmailFactor:
		return ByEmail
	}
	return ByTOTP
}

// Several adds to the factors of a sign-in that the last of them counts as more than one: a passkey whose device verified the user.
func Several(proved []string) []string { return append(proved, bySeveral) }

// HasLevels tells that the pool's feature plan puts acr and amr into tokens.
func (p *Pool) HasLevels() bool { return value(p.Settings.UserPoolTier) != "LITE" }

// level are acr and amr of a sign-in's tokens, empty where the feature plan has none and for sign-ins from before they were kept.
func (p *Pool) level(proved []string) (level string, amr []string) {
	if len(proved) == 0 || !p.HasLevels() {
		return "", nil
	}
	amr = slices.Clone(proved)
	if len(amr) > 1 && !slices.Contains(amr, bySeveral) {
		amr = Several(amr)
	}
	return LevelOf(proved).acr(), amr
}

// LevelOf is the level that factors lead to.
func LevelOf(proved []string) Level {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(proved, n) })
	}
	switch {
	case has(ByPassword) && has(ByTOTP):
		return TOTPLevel
	case has(ByPlatform, ByRoaming), has(ByPassword) && has(BySMS, ByEmail):
		return PasskeyLevel
	case has(BySMS, ByEmail):
		return CodeLevel
	case len(proved) > 0:
		return PasswordLevel
	}
	return 0
}

// StepFactors are the second factors by which a user can reach a higher level: those he has switched on, or, if none, an authenticator
// he registered and addresses that were verified. Who has switched one on is not let in by another.
func (p *Pool) StepFactors(u *User) []string {
	mode := value(p.Settings.MfaConfiguration)
	if mode != "ON" && mode != "OPTIONAL" {
		return nil
	}
	own := slices.ContainsFunc(SecondFactors, func(f string) bool { return p.Factors.Has(f) && u.Factors.Uses(f) })
	return slices.DeleteFunc(slices.Clone(SecondFactors), func(f string) bool {
		return !p.Factors.Has(f) || !u.Reaches(f) || own && !u.Factors.Uses(f) || !own && f != TOTPFactor && !u.Verified(FactorAttribute(f))
	})
}

// PretendStepFactors are those that a name which means nobody would have, always the same for it.
func (r *Realm) PretendStepFactors(p *Pool, who string) []string {
	mode := value(p.Settings.MfaConfiguration)
	if mode != "ON" && mode != "OPTIONAL" {
		return nil
	}
	draw, out := r.Vault.MAC("invented second factors", []byte(who)), []string(nil)
	for i, f := range SecondFactors {
		if p.Factors.Has(f) && draw[i]%2 == 0 {
			out = append(out, f)
		}
	}
	return out
}
