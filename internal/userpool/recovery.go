package userpool

import (
	"cmp"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// RecoversBy are the attributes a code to reset a password may be sent to, the preferred one first: as AccountRecoverySetting says,
// else a phone number before an e-mail address. None means that only an administrator resets passwords.
func (p *Pool) RecoversBy() []string {
	s := p.Settings.AccountRecoverySetting
	if s == nil || len(s.RecoveryMechanisms) == 0 {
		return []string{Phone, Email}
	}
	list := slices.Clone(s.RecoveryMechanisms)
	slices.SortStableFunc(list, func(a, b cognitoidp.RecoveryOptionType) int { return cmp.Compare(a.Priority, b.Priority) })
	var out []string
	for _, m := range list {
		switch m.Name {
		case "verified_email":
			out = append(out, Email)
		case "verified_phone_number":
			out = append(out, Phone)
		}
	}
	return out
}

// RecoveryAttribute is the attribute of the user a code to reset his password goes to: the first the pool allows that he has
// verified, and that does not bring his second factor too, or one thing would prove both. Empty means that there is none.
func (p *Pool) RecoveryAttribute(u *User) string {
	for _, name := range p.RecoversBy() {
		if v, _ := u.Get(name); v != "" && u.Verified(name) && !p.Proves(u, name) {
			return name
		}
	}
	return ""
}

// SendRecovery sends a user a code to reset his password, after which an older one is worth nothing.
func (r *Realm) SendRecovery(c *op.Call, p *Pool, u *User, attribute string, via Via) (*cognitoidp.CodeDeliveryDetailsType, error) {
	code, err := r.NewCode(c.Tx, p, u, RecoveryCode, attribute, c.Now)
	if err != nil {
		return nil, err
	}
	return r.SendCode(c, p, u, OnForgot, attribute, code, via)
}

// NotResettable answers in a state in which there is no password that could be reset.
func NotResettable() *schema.Error {
	return cognitoidp.NotAuthorizedException("User password cannot be reset in the current state.")
}

// Unreachable answers for a user to whom no code can be sent.
func Unreachable() *schema.Error {
	return cognitoidp.InvalidParameterException("Cannot reset password for the user as there is no registered/verified email or phone_number")
}
