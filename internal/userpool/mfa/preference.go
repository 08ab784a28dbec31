package mfa

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// wish is what a call asks for one factor.
type wish struct {
	factor            string
	enable, preferred bool
}

// wishes are those a call speaks of. Factors it leaves out stay as they are.
func wishes(sms *cognitoidp.SMSMfaSettingsType, token *cognitoidp.SoftwareTokenMfaSettingsType, email *cognitoidp.EmailMfaSettingsType) []wish {
	var out []wish
	add := func(factor string, enable, preferred *bool) {
		out = append(out, wish{factor, enable != nil && *enable, preferred != nil && *preferred})
	}
	if sms != nil {
		add(userpool.SMSFactor, sms.Enabled, sms.PreferredMfa)
	}
	if token != nil {
		add(userpool.TOTPFactor, token.Enabled, token.PreferredMfa)
	}
	if email != nil {
		add(userpool.EmailFactor, email.Enabled, email.PreferredMfa)
	}
	return out
}

// prefer changes a user's factors.
func prefer(u *userpool.User, list []wish) error {
	if i := slices.IndexFunc(list, func(w wish) bool { return w.preferred }); i >= 0 && slices.ContainsFunc(list[i+1:], func(w wish) bool { return w.preferred }) {
		return twoPreferred()
	}
	for _, w := range list {
		switch {
		case w.preferred && !w.enable:
			return preferredOff(w.factor)
		case w.enable && !u.Reaches(w.factor) && w.factor == userpool.TOTPFactor:
			return notVerified()
		case w.enable && !u.Reaches(w.factor):
			return noAddress(w.factor)
		}
	}
	for _, w := range list {
		u.Factors.Switch(w.factor, w.enable)
		if u.Factors.Preferred == w.factor {
			u.Factors.Preferred = "" // a call that does not say so again prefers it no longer
		}
	}
	for _, w := range list {
		if w.preferred {
			u.Factors.Preferred = w.factor
		}
	}
	return nil
}

// webAuthn lets a user's passkeys stand for several factors, or not, where the pool's passkeys can. It prefers nothing: passkeys are
// chosen when a sign-in begins.
func webAuthn(p *userpool.Pool, u *userpool.User, w *cognitoidp.WebAuthnMfaSettingsType) error {
	if w == nil {
		return nil
	}
	on := w.Enabled != nil && *w.Enabled
	if on && !p.PasskeysSuffice() {
		return passkeysAlone()
	}
	u.Factors.Passkeys = on
	return nil
}

// keepsOne answers if a pool demands a factor of a user who has just switched off his last.
func keepsOne(p *userpool.Pool, u *userpool.User, had bool) error {
	if *p.Settings.MfaConfiguration != "ON" || !had || hasOne(p, u) {
		return nil
	}
	return lastFactor()
}

// hasOne tells whether the user has switched on a factor of the pool.
func hasOne(p *userpool.Pool, u *userpool.User) bool {
	return slices.ContainsFunc(u.Factors.Enabled, p.Factors.Has)
}
