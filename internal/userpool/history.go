package userpool

import "context"

// SetNewPassword is SetPassword for a user who had one before: with a history the new one has to differ from the present one and
// from as many earlier ones as the pool remembers, or the answer is PasswordHistoryPolicyViolationException.
func (r *Realm) SetNewPassword(ctx context.Context, p *Pool, u *User, text string) error {
	if err := p.Policy().Check(text); err != nil {
		return invalidPassword(err)
	}
	if n := p.remembered(); n > 0 {
		probe := *u
		for _, c := range append([]Credential{u.Credential}, u.Earlier[:min(n, len(u.Earlier))]...) {
			if c.empty() {
				continue
			}
			probe.Credential = c
			same, err := r.CheckPassword(ctx, p, &probe, u.Username, text)
			if err != nil {
				return err
			}
			if same {
				return passwordUsed()
			}
		}
	}
	return r.SetPassword(ctx, p, u, text)
}

// remembered is how many earlier passwords a user of the pool may not take again.
func (p *Pool) remembered() int { return int(value(p.passwordPolicy().PasswordHistorySize)) }

func (c Credential) empty() bool { return len(c.Verifier) == 0 && c.Hash == "" }

// HasPassword tells whether a user can prove himself by a password.
func (u *User) HasPassword() bool { return !u.Credential.empty() }

// renew puts a new credential in place of the present one, which is remembered as long as the pool says.
func (u *User) renew(p *Pool, c Credential) {
	if !u.Credential.empty() {
		u.Earlier = append([]Credential{u.Credential}, u.Earlier...)
	}
	if n := p.remembered(); len(u.Earlier) > n {
		u.Earlier = u.Earlier[:n:n]
	}
	if len(u.Earlier) == 0 {
		u.Earlier = nil
	}
	u.Credential = c
}
