package userpool

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// Migrate asks the pool's UserMigration function for somebody the pool does not know, and makes him a user of the pool. password is
// the one he signs in with, nil for one he forgot. He stays even if the call is refused afterwards, as a user who has to reset his
// password is. No message greets him: it would have to hold his password.
func (r *Realm) Migrate(c *op.Call, p *Pool, source, name string, password *string, validation map[string]string, via Via) (*User, error) {
	f := p.Triggers().UserMigration
	about := p.About(via.Client, name)
	in := trigger.MigrationRequest{Password: password, ValidationData: validation, ClientMetadata: via.Metadata}
	found, err := op.Outside(c, source+" "+r.Nobody(p, name), func(ctx context.Context) (trigger.MigrationResponse, error) {
		return r.Functions.UserMigration(ctx, *f, source, about, in)
	})
	if err != nil {
		return nil, err
	}
	u, err := r.migrated(c, p, name, found)
	if err != nil {
		return nil, err
	}
	if _, err := r.PreSignUp(c, p, u, trigger.AdminCreateUser, via, nil); err != nil { // source inferred
		return nil, err
	}
	if err := r.setMigrated(c, p, u, found, password); err != nil {
		return nil, err
	}
	if err := r.putMigrated(c.Tx, p, u, found.ForceAlias, c.Now); err != nil {
		return nil, err
	}
	c.Record.Subject(u.Sub)
	kept := u.clone()
	c.Keep(func(tx store.Tx) error {
		if _, err := r.UserBySub(tx, p, kept.Sub); !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return r.putMigrated(tx, p, kept, found.ForceAlias, c.Now)
	})
	return u, nil
}

// putMigrated writes a user. force lets him take aliases from those who have them.
func (r *Realm) putMigrated(tx store.Tx, p *Pool, u *User, force bool, now time.Time) error {
	for _, a := range addresses {
		if force && p.SignsInWith(a) && u.Verified(a) {
			if err := r.TakeAlias(tx, p, u, a, now); err != nil {
				return err
			}
		}
	}
	return r.PutUser(tx, p, u)
}

// migrated is a user as another directory describes him, not yet written. An attribute username is his name, else it is what he
// typed.
func (r *Realm) migrated(c *op.Call, p *Pool, name string, found trigger.MigrationResponse) (*User, error) {
	u := &User{Account: p.Account, Region: p.Region, Pool: p.ID, Sub: op.Once(c, "sub", NewSub), Enabled: true, Created: c.Now, Modified: c.Now}
	if v := found.Attributes["username"]; v != "" {
		name = v
	}
	var list []cognitoidp.AttributeType
	for _, n := range slices.Sorted(maps.Keys(found.Attributes)) {
		if n != "username" {
			list = append(list, cognitoidp.AttributeType{Name: n, Value: new(found.Attributes[n])})
		}
	}
	if err := p.SetByAdmin(u, list); err != nil {
		return nil, err
	}
	if err := p.NameUser(u, name); err != nil {
		return nil, err
	}
	return u, r.NameTaken(c.Tx, p, u, cognitoidp.UserNotFoundException("User does not exist.")) // he is somebody else
}

// setMigrated gives a user his status, password and second factor. A password against the pool's policy cannot be his here: he has
// to set another. (inferred)
func (r *Realm) setMigrated(c *op.Call, p *Pool, u *User, found trigger.MigrationResponse, text *string) error {
	u.Status = ResetRequired
	if text != nil && found.Status == string(Confirmed) {
		if p.Policy().Check(*text) == nil {
			if err := r.SetPassword(c, p, u, *text); err != nil {
				return err
			}
			u.Status = Confirmed
		}
	}
	if _, ok := u.Get(Phone); ok && found.SMSFactor {
		u.Factors.Switch(SMSFactor, true)
	}
	return nil
}
