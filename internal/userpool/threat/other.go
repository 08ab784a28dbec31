package threat

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Happened writes the event of something other than a sign-in that succeeded. done tells that nothing more is to come of it; who is
// the sub, or the id of an unknown name, u then being nil.
func (w *Watch) Happened(kind, who string, u *userpool.User, done bool) error {
	if w == nil {
		return nil
	}
	response := inProgress
	if done {
		response = pass
	}
	e := w.event(kind, who, response)
	if err := w.put(w.c.Tx, e, u, nil); err != nil {
		return err
	}
	return w.count(w.c.Tx, e, u != nil)
}

// Wrong writes the event of something other than a sign-in that failed for a wrong proof.
func (w *Watch) Wrong(kind, who string, u *userpool.User) {
	if w == nil {
		return
	}
	e := w.event(kind, who, fail)
	w.keep(e, u, func(h *userpool.Habits) { failed(h, &w.place, w.c.Now) })
}

// Change looks at a password a user wants to have from now on. One that is no secret is InvalidPasswordException if the
// configuration says so; otherwise the event, of the kind given, is written as Happened does.
func (w *Watch) Change(kind string, u *userpool.User, text string, done bool) error {
	if w == nil {
		return nil
	}
	filter := "PASSWORD_CHANGE"
	if kind == SignUp {
		filter = "SIGN_UP"
	}
	known, refuse, err := w.compromised(filter, text)
	if err != nil {
		return err
	}
	e := w.event(kind, u.Sub, inProgress)
	if done {
		e.Response = pass
	}
	e.Compromised = known
	switch {
	case refuse && kind == SignUp: // nobody's event: there will be no such user
		w.keepCount(e)
		return listedPassword()
	case refuse:
		e.Response, e.Decision = fail, blocked
		w.keep(e, u, nil)
		return listedPassword()
	}
	if err := w.put(w.c.Tx, e, u, nil); err != nil {
		return err
	}
	return w.count(w.c.Tx, e, u != nil)
}

// listedPassword answers a new password that is no secret.
func listedPassword() *schema.Error {
	return cognitoidp.InvalidPasswordException("Provided password cannot be used for security reasons.") // (inferred)
}
