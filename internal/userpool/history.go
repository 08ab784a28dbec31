package userpool

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/cogtrail/cogtrail/internal/op"
)

// SetNewPassword is SetPassword for a user who had one before: with a history the new one has to differ from the present one and
// from as many earlier ones as the pool remembers, or the answer is PasswordHistoryPolicyViolationException. A history is compared
// outside the transaction, once per request: two dozen slow hashes would hold its row versions for seconds, and again for each
// further run.
func (r *Realm) SetNewPassword(c *op.Call, p *Pool, u *User, text string) error {
	if err := p.Policy().Check(text); err != nil {
		return invalidPassword(err)
	}
	n := p.remembered()
	if n == 0 {
		return r.SetPassword(c, p, u, text)
	}
	had := slices.DeleteFunc(append([]Credential{u.Credential}, u.Earlier[:min(n, len(u.Earlier))]...), Credential.empty)
	probe := &User{Account: u.Account, Region: u.Region, Pool: u.Pool, Sub: u.Sub, Username: u.Username}
	used, err := op.Outside(c, historyKey(u, had), func(ctx context.Context) (bool, error) {
		return r.usedBefore(ctx, p, probe, had, text)
	})
	if err != nil {
		return err
	}
	if used {
		return passwordUsed()
	}
	return r.SetPassword(c, p, u, text)
}

// usedBefore tells whether a text is the password of one of the credentials. probe takes each of them.
func (r *Realm) usedBefore(ctx context.Context, p *Pool, probe *User, had []Credential, text string) (bool, error) {
	for _, c := range had {
		probe.Credential = c
		if same, err := r.CheckPassword(ctx, p, probe, probe.Username, text); err != nil || same {
			return same, err
		}
	}
	return false, nil
}

// historyKey names the question whether a password is one of these: another history is another question.
func historyKey(u *User, had []Credential) string {
	key := []byte("password history " + u.Sub + " ")
	for i := range had {
		key = hex.AppendEncode(key, had[i].mark())
	}
	return string(key)
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
