package userpool_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A history is compared outside the transaction, once for all runs of a request, and anew if it has changed between them.
func TestRealm_SetNewPassword_outside(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{PasswordHistorySize: new(int64(24))}}
		in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id"}
	})
	w.User(id, "jo", "jo@example.com")
	for i := range 24 {
		pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: id, Username: "jo", Password: fmt.Sprint("Passw0rd!", i), Permanent: new(true)})
	}
	if n := len(w.Stored(id, "jo").Earlier); n != 24 {
		t.Fatalf("%d earlier passwords", n)
	}
	journal := &op.Journal{}
	run := func(text string) (s *op.Suspension, err error) {
		err = w.State.Update(t.Context(), func(tx store.Tx) error {
			p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(id))
			if err != nil {
				return err
			}
			u, err := w.S.Realm.User(tx, p, "jo")
			if err != nil {
				return err
			}
			c := &op.Call{Context: context.Background(), Now: w.Now(), Tx: tx, Journal: journal}
			err = w.S.Realm.SetNewPassword(c, p, u, text)
			s = c.Suspended()
			return err
		})
		return s, err
	}
	s, err := run("N3w-Passw0rd!")
	if s == nil || !errors.As(err, new(*op.Suspension)) {
		t.Fatalf("compared within the transaction: %v, %v", s, err)
	}
	journal.Resume(t.Context(), s)
	for range 3 { // further runs ask nothing
		if s, err := run("N3w-Passw0rd!"); s != nil || err != nil {
			t.Fatalf("%v, %v", s, err)
		}
	}
	w.ChangeUser(id, "jo", func(u *userpool.User) { u.Earlier = u.Earlier[:20] })
	if s, _ := run("N3w-Passw0rd!"); s == nil {
		t.Error("another history is not compared")
	}
	for _, i := range []int{0, 23} {
		_, res := pooltest.Do(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: id, Username: "jo", Password: fmt.Sprint("Passw0rd!", 4+i*19/23), Permanent: new(true)})
		if res.Code != "PasswordHistoryPolicyViolationException" {
			t.Errorf("password %d: %v", i, res.Err)
		}
	}
}
