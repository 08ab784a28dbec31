package userpool

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
)

// DeleteUser removes a user, what was sent to him and what is known of him. His tokens and sessions find nobody from then on; his sub is never given
// again.
func (r *Realm) DeleteUser(tx store.Tx, p *Pool, u *User) error {
	if err := r.DropCodes(tx, p, u); err != nil {
		return err
	}
	if err := r.DropDevices(tx, p, u); err != nil {
		return err
	}
	if err := r.DropPasskeys(tx, p, u); err != nil {
		return err
	}
	if err := r.LeaveGroups(tx, p, u); err != nil {
		return err
	}
	if err := r.DropAuthEvents(tx, p, u); err != nil {
		return err
	}
	if err := Users.Delete(tx, Users.Key(u)); err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	return nil
}
