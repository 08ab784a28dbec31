package signin

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// judge lets threat protection look at a user who has proved who he is, once a sign-in. text is his password if it came in clear,
// proved tells that it was a password at all.
func (a *attempt) judge(text string, proved bool) error {
	if a.watch == nil || a.event != nil {
		return nil
	}
	v, err := a.watch.Judge(a.user, text, proved, len(a.reachable()) > 0 || a.several())
	if err != nil {
		return err
	}
	a.event = v.Event
	if v.Reset {
		// As of now, whatever becomes of the call: with this password nobody is let in any more.
		a.c.Keep(func(tx store.Tx) error {
			a.user.Status, a.user.Modified = userpool.ResetRequired, a.c.Now
			return a.realm.PutUser(tx, a.pool, a.user)
		})
		return resetRequired(a.client)
	}
	return v.Refused
}

// resumeEvent finds the event of the sign-in that a session is of.
func (a *attempt) resumeEvent(row *userpool.Session) (err error) {
	a.event, err = a.watch.Resume(a.user, row.Event)
	return err
}

// waiting notes that the sign-in goes on with a session.
func (a *attempt) waiting(row *userpool.Session) error {
	if a.event == nil {
		return nil
	}
	row.Event = a.event.ID
	return a.watch.Wait(a.event, a.user)
}

// passed notes that the sign-in is through, and returns the id of its event.
func (a *attempt) passed() (string, error) {
	if a.event == nil {
		return "", nil
	}
	return a.event.ID, a.watch.Pass(a.event, a.user, a.several())
}

// several tells that more than one factor was proved, or one that counts as several.
func (a *attempt) several() bool { return len(a.proved) > 1 }

// demand is what the pool asks of the user now. Risk asks for a factor also of one who has not switched it on.
func (a *attempt) demand() userpool.Demand {
	d := a.pool.Demand(a.user)
	if a.challenged() && len(d.Use) == 0 && len(d.Setup) == 0 && !d.Lost {
		d.Use = a.reachable()
		d.Lost = len(d.Use) == 0 // taken away meanwhile
	}
	return d
}

// accepts tells whether a code of a factor still lets the user in.
func (a *attempt) accepts(factor string) bool {
	return a.pool.Accepts(a.user, factor) || a.challenged() && slices.Contains(a.reachable(), factor) || a.below() && slices.Contains(a.raising(), factor)
}

// reachable are the factors that risk can ask for: a sign-in that began with one does not prove it twice.
func (a *attempt) reachable() []string {
	return slices.DeleteFunc(a.pool.Reachable(a.user), func(f string) bool { return slices.Contains(a.proved, userpool.ByFactor(f)) })
}

// challenged tells that risk makes the sign-in ask for a second factor, which no device stands for.
func (a *attempt) challenged() bool { return a.event != nil && a.event.Challenged }
