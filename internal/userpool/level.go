package userpool

import "slices"

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

// Values of acr.
const (
	levelPassword = "urn:cognito:loa:1"
	levelCode     = "urn:cognito:loa:2"
	levelPasskey  = "urn:cognito:loa:3"
	levelTOTP     = "urn:cognito:loa:4"
)

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
	return acr(proved), amr
}

// acr is the level that factors lead to.
func acr(proved []string) string {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(proved, n) })
	}
	switch {
	case has(ByPassword) && has(ByTOTP):
		return levelTOTP
	case has(ByPlatform, ByRoaming), has(ByPassword) && has(BySMS, ByEmail):
		return levelPasskey
	case has(BySMS, ByEmail):
		return levelCode
	}
	return levelPassword
}
