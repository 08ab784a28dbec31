package service_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// FuzzProperties_account runs random changes of addresses and passwords against a model of who has which, and after each one
// holds that a sign-in works by exactly the present password and the aliases in force. The seed of a failure repeats it.
func FuzzProperties_account(f *testing.F) {
	for seed := range uint64(2) {
		f.Add(false, seed)
		f.Add(true, seed)
	}
	f.Add(true, uint64(17988260530312774400)) // an address waited for longer than a day
	f.Fuzz(func(t *testing.T, first bool, seed uint64) {
		t.Parallel()
		m := newAccounts(t, first, seed)
		for step := range 60 {
			m.step()
			m.check()
			if t.Failed() {
				t.Fatalf("step %d", step)
			}
		}
	})
}

type account struct {
	name, password  string
	email           string
	verified        bool
	awaits          string // the address that waits
	awaitsTo        time.Time
	code, codeTo    string // outstanding verification, and what it proves
	reset, resetTo  string
	resetAt         time.Time
	access, refresh string
}

type accounts struct {
	life
	first bool
	all   []*account
}

const mailboxes = 4

func newAccounts(t *testing.T, first bool, seed uint64) *accounts {
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AliasAttributes, in.AutoVerifiedAttributes = []string{"email"}, []string{"email"}
		if first {
			in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"email"}}
		}
	})
	m := &accounts{first: first, life: life{t: t, w: w, rnd: rand.New(rand.NewPCG(seed, 0)), pool: pool, client: *w.Client(pool, nil).ClientId}}
	for n := range 3 {
		a := &account{name: fmt.Sprintf("user%d", n), password: pooltest.Password, email: address(n), verified: true}
		w.User(pool, a.name, a.email)
		m.all = append(m.all, a)
	}
	return m
}

func address(n int) string { return fmt.Sprintf("mail%d@example.com", n) }

// holder is who has an address as alias.
func (m *accounts) holder(email string) *account {
	for _, a := range m.all {
		if a.verified && a.email == email {
			return a
		}
	}
	return nil
}

func (m *accounts) step() {
	a := m.all[m.rnd.IntN(len(m.all))]
	email := address(m.rnd.IntN(mailboxes))
	next := fmt.Sprintf("Passw0rd!%d", m.rnd.IntN(100))
	m.w.Advance(30 * time.Minute)
	for _, a := range m.all {
		if !m.w.Now().Before(a.awaitsTo) {
			a.awaits = ""
		}
	}
	in, res := m.w.SignIn(m.client, a.name, a.password)
	if res.Err != nil {
		m.t.Errorf("%s: %v", a.name, res.Err)
		return
	}
	a.access, a.refresh = *in.AuthenticationResult.AccessToken, *in.AuthenticationResult.RefreshToken
	switch m.rnd.IntN(8) {
	case 0, 1:
		m.update(a, email)
	case 2, 3:
		m.verify(a)
	case 4:
		verified := m.rnd.IntN(2) == 0
		m.adminUpdate(a, email, verified)
	case 5:
		_, res := pooltest.Do(m.w, m.w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: a.access, PreviousPassword: &a.password, ProposedPassword: next})
		if res.Err == nil {
			a.password, a.reset = next, ""
		} else if res.Code != "LimitExceededException" {
			m.t.Errorf("change: %v", res.Err)
		}
	case 6:
		_, res := pooltest.Do(m.w, m.w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: m.client, Username: a.name})
		if (res.Err == nil) != (a.verified && a.email != "") && res.Code != "LimitExceededException" {
			m.t.Errorf("forgot (%+v): %v", a, res.Err)
		}
		if res.Err == nil {
			a.reset, a.resetTo, a.resetAt = m.w.Code(), a.email, m.w.Now()
		}
	case 7:
		if a.reset == "" {
			return
		}
		_, res := pooltest.Do(m.w, m.w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{ClientId: m.client, Username: a.name, ConfirmationCode: a.reset, Password: next})
		good := a.email == a.resetTo && a.verified && m.w.Now().Before(a.resetAt.Add(time.Hour))
		if (res.Err == nil) != good && res.Code != "LimitExceededException" {
			m.t.Errorf("a code sent to %s at %s for %+v: %v, but it is good: %v", a.resetTo, a.resetAt, a, res.Err, good)
		}
		if res.Err == nil {
			a.password, a.reset = next, ""
			if a.awaits != "" {
				a.awaits, a.code = "", ""
			}
		}
	}
}

func (m *accounts) update(a *account, email string) {
	_, res := pooltest.Do(m.w, m.w.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{AccessToken: a.access, UserAttributes: attributes("email", email)})
	if res.Err != nil {
		m.t.Errorf("update: %v", res.Err)
		return
	}
	switch {
	case email == a.email && a.verified:
		a.awaits, a.code = "", ""
	case email == a.email:
		a.awaits, a.code, a.codeTo = "", m.w.Code(), email
	case m.first:
		m.await(a, email)
	default:
		a.email, a.verified, a.code, a.codeTo = email, false, m.w.Code(), email
	}
}

// await makes an address wait for its code, for a day.
func (m *accounts) await(a *account, email string) {
	a.awaits, a.awaitsTo = email, m.w.Now().Add(24*time.Hour)
	a.code, a.codeTo = m.w.Code(), email
}

func (m *accounts) verify(a *account) {
	if a.code == "" {
		return
	}
	h := m.holder(a.codeTo)
	_, res := pooltest.Do(m.w, m.w.S.Profile.VerifyUserAttribute, &cognitoidp.VerifyUserAttributeInput{AccessToken: a.access, AttributeName: "email", Code: a.code})
	switch {
	case h != nil && h != a:
		if res.Code != "AliasExistsException" && res.Code != "LimitExceededException" {
			m.t.Errorf("verify what %s holds: %v", h.name, res.Err)
		}
	case res.Err == nil:
		a.email, a.verified, a.awaits, a.code = a.codeTo, true, "", ""
	case res.Code != "LimitExceededException" && res.Code != "ExpiredCodeException":
		m.t.Errorf("verify: %v", res.Err)
	}
}

func (m *accounts) adminUpdate(a *account, email string, verified bool) {
	h := m.holder(email)
	_, res := pooltest.Do(m.w, m.w.S.User.AdminUpdateUserAttributes, &cognitoidp.AdminUpdateUserAttributesInput{
		UserPoolId: m.pool, Username: a.name, UserAttributes: attributes("email", email, "email_verified", fmt.Sprint(verified)),
	})
	if taken := verified && h != nil && h != a; taken || res.Err != nil {
		if !taken || res.Code != "AliasExistsException" {
			m.t.Errorf("administrator's update: %v", res.Err)
		}
		return
	}
	switch {
	case verified:
		a.email, a.verified, a.awaits, a.code = email, true, "", ""
	case email != a.email && m.first:
		m.await(a, email)
	default:
		a.email, a.verified, a.awaits, a.code, a.codeTo = email, false, "", m.w.Code(), email
	}
}

func (m *accounts) check() {
	m.t.Helper()
	for _, a := range m.all {
		u := m.w.Stored(m.pool, a.name)
		if v, _ := u.Get("email"); v != a.email || u.Verified("email") != a.verified || u.PendingValue("email", m.w.Now()) != a.awaits {
			m.t.Errorf("%s has %s, verified %t, awaits %q; the model %s, %t, %q", a.name, v, u.Verified("email"), u.PendingValue("email", m.w.Now()), a.email, a.verified, a.awaits)
		}
	}
	for n := range mailboxes {
		h := m.holder(address(n))
		known := slices.ContainsFunc(m.all, func(a *account) bool {
			return slices.Contains(m.w.Stored(m.pool, a.name).Logins, address(n))
		})
		if known != (h != nil) {
			m.t.Errorf("%s is a login: %t, holder %v", address(n), known, h)
		}
		if h != nil {
			if _, res := m.w.SignIn(m.client, address(n), h.password); res.Err != nil {
				m.t.Errorf("%s by %s: %v", h.name, address(n), res.Err)
			}
		}
	}
	m.life.check()
}
