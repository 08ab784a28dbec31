package service_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// FuzzProperties runs random commands against a pool with aliases and a simple model of who may sign in, and after each one holds
// what must always be true. The seed of a failure repeats it.
func FuzzProperties(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		t.Parallel()
		m := newLife(t, seed)
		for step := range 100 {
			m.step()
			m.check()
			if t.Failed() {
				t.Fatalf("step %d", step)
			}
		}
	})
}

type modelUser struct {
	sub       string
	confirmed bool
	enabled   bool
	code      string // outstanding
	access    []string
	refresh   []string
}

type life struct {
	t      *testing.T
	w      *pooltest.World
	rnd    *rand.Rand
	pool   string
	client string
	users  map[string]*modelUser
	// spent are codes that worked once.
	spent map[string]string
}

func newLife(t *testing.T, seed uint64) *life {
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	return &life{
		t: t, w: w, rnd: rand.New(rand.NewPCG(seed, 0)), pool: pool, client: *w.Client(pool, nil).ClientId, users: map[string]*modelUser{}, spent: map[string]string{},
	}
}

func (m *life) step() {
	name := fmt.Sprintf("user%d", m.rnd.IntN(5))
	email := fmt.Sprintf("mail%d@example.com", m.rnd.IntN(3))
	u := m.users[name]
	m.w.Advance(time.Duration(m.rnd.IntN(3)) * 10 * time.Minute)
	switch m.rnd.IntN(9) {
	case 0, 1:
		out, res := pooltest.Do(m.w, m.w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: m.client, Username: name, Password: new(pooltest.Password), UserAttributes: attributes("email", email)})
		if (res.Err == nil) != (u == nil) {
			m.t.Errorf("sign-up of %s: %v", name, res.Err)
		}
		if res.Err == nil {
			m.users[name] = &modelUser{sub: out.UserSub, enabled: true, code: m.w.Code()}
		}
	case 2, 3:
		if u == nil || u.code == "" {
			return
		}
		force := m.rnd.IntN(2) == 0
		_, res := pooltest.Do(m.w, m.w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: m.client, Username: name, ConfirmationCode: u.code, ForceAliasCreation: &force})
		switch {
		case res.Err == nil && !u.confirmed:
			u.confirmed = true
			m.spent[name] = u.code
		case res.Err == nil:
			m.t.Errorf("%s was confirmed twice", name)
		}
	case 4:
		if code, ok := m.spent[name]; ok {
			if _, res := pooltest.Do(m.w, m.w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: m.client, Username: name, ConfirmationCode: code}); res.Err == nil {
				m.t.Errorf("the code of %s worked twice", name)
			}
		}
	case 5:
		if u != nil {
			u.enabled = !u.enabled
			if u.enabled {
				pooltest.Must(m.w, m.w.S.User.AdminEnableUser, &cognitoidp.AdminEnableUserInput{UserPoolId: m.pool, Username: name})
			} else {
				pooltest.Must(m.w, m.w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: m.pool, Username: name})
			}
		}
	case 6:
		if u != nil && m.rnd.IntN(2) == 0 {
			pooltest.Must(m.w, pooltest.Nothing(m.w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: m.pool, Username: name})
			for _, a := range u.access {
				if _, res := m.w.GetUser(a); res.Err == nil {
					m.t.Errorf("a token of %s outlives him", name)
				}
			}
			delete(m.users, name)
			delete(m.spent, name)
		}
	default:
		out, res := m.w.SignIn(m.client, name, pooltest.Password)
		may := u != nil && u.confirmed && u.enabled
		if (res.Err == nil) != may {
			m.t.Errorf("sign-in of %s (%+v): %v", name, u, res.Err)
		}
		if res.Err == nil {
			u.access = append(u.access, *out.AuthenticationResult.AccessToken)
			u.refresh = append(u.refresh, *out.AuthenticationResult.RefreshToken)
		}
	}
}

// check holds the invariants: nobody disabled has a token that works, no verified alias has two holders, the index of logins is
// exactly what the users say.
func (m *life) check() {
	for name, u := range m.users {
		if u.enabled || len(u.refresh) == 0 {
			continue // what he had is gone for good; TestAttack39 holds that
		}
		if _, res := m.w.Refresh(m.client, u.refresh[0]); res.Err == nil {
			m.t.Errorf("disabled %s got a token", name)
		}
		if _, res := m.w.GetUser(u.access[len(u.access)-1]); res.Err == nil {
			m.t.Errorf("disabled %s was served", name)
		}
	}
	m.w.View(func(tx store.Tx) error {
		holders := map[string]string{}
		logins := 0
		for r, err := range userpool.Users.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			logins += len(r.Logins)
			if r.Verified("email") {
				v, _ := r.Get("email")
				if other, ok := holders[v]; ok {
					m.t.Errorf("%s is verified for %s and %s", v, other, r.Username)
				}
				holders[v] = r.Username
			}
		}
		entries := 0
		for range tx.Scan("userpool.users.login", nil, nil, false) {
			entries++
		}
		if entries != logins {
			m.t.Errorf("%d entries of logins for %d logins", entries, logins)
		}
		return nil
	})
}
