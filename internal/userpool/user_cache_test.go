package userpool_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A user from the cache of decoded rows belongs to the caller, and is never older than the row.
func TestRealm_User_cached(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(nil)
	w.User(id, "jo", "jo@example.com")
	read := func() (u *userpool.User) {
		t.Helper()
		w.View(func(tx store.Tx) error {
			p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(id))
			if err != nil {
				return err
			}
			if u, err = w.S.Realm.User(tx, p, "jo"); err != nil {
				return err
			}
			same, err := w.S.Realm.UserBySub(tx, p, u.Sub)
			if err == nil && same == u {
				t.Error("two callers share a user")
			}
			return err
		})
		return u
	}
	first := read()
	first.Set(userpool.Email, "changed@example.com")
	first.Set("name", "Jo")
	first.Logins[0] = "changed"
	first.Credential.Verifier[0]++
	second := read()
	if v, _ := second.Get(userpool.Email); v != "jo@example.com" || second.Logins[0] != "jo" || second.Credential.Verifier[0] == first.Credential.Verifier[0] {
		t.Errorf("a change of one caller's user shows: %+v", second)
	}
	w.ChangeUser(id, "jo", func(u *userpool.User) { u.Set("name", "Joanna") })
	if v, _ := read().Get("name"); v != "Joanna" {
		t.Errorf("after a change of the row the name is %q", v)
	}
}
