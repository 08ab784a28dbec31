package threat

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Barred refuses a sign-in from an address that the configuration bars, before any proof is looked at, and writes its event. who is
// the sub, or the id of an unknown name; u is nil for the latter.
func (w *Watch) Barred(who string, u *userpool.User) error {
	if w == nil || !w.enforced {
		return nil
	}
	barred, err := w.barred()
	if err != nil || !barred {
		return err
	}
	e := w.event(SignIn, who, fail)
	e.Decision, e.Level, e.Barred = blocked, High, true
	w.keep(e, u, nil)
	return securityReasons()
}

// keep writes an event of a call that is refused.
func (w *Watch) keep(e *userpool.AuthEvent, u *userpool.User, change func(*userpool.Habits)) {
	w.c.Keep(func(tx store.Tx) error {
		if err := w.put(tx, e, u, change); err != nil {
			return err
		}
		return w.count(tx, e, u != nil)
	})
}

// Failed writes the event of a wrong password.
func (w *Watch) Failed(who string, u *userpool.User) {
	if w == nil {
		return
	}
	e := w.event(SignIn, who, fail)
	e.Challenges = []userpool.ChallengeAnswer{{Name: password, Answer: failure}}
	w.keep(e, u, func(h *userpool.Habits) { failed(h, &w.place, w.c.Now) })
}

// Verdict is what becomes of a sign-in.
type Verdict struct {
	Event *userpool.AuthEvent
	// Refused is why it ends here.
	Refused error
	// Reset tells that the user's password is no secret: he has to set another.
	Reset bool
}

// Judge looks at a user who has proved who he is. text is his password if it came in clear, proved tells that it was a password at
// all, factors that a second factor could be asked for. The event is written by Wait, Pass, or, if he is refused, here.
func (w *Watch) Judge(u *userpool.User, text string, proved, factors bool) (*Verdict, error) {
	if w == nil {
		return &Verdict{}, nil
	}
	e := w.event(SignIn, u.Sub, inProgress)
	if proved {
		e.Challenges = []userpool.ChallengeAnswer{{Name: password, Answer: success}}
	}
	v := &Verdict{Event: e}
	if text != "" {
		known, refuse, err := w.compromised("SIGN_IN", text)
		if err != nil {
			return nil, err
		}
		e.Compromised, v.Reset = known, refuse
	}
	level, err := w.level(u)
	if err != nil {
		return nil, err
	}
	if e.Level = level; level != "" {
		e.Decision = takeover
	}
	if v.Reset {
		return v, w.refuse(v, u, nil)
	}
	action, err := w.action(level)
	if err != nil || action == nil || !w.enforced {
		return v, err
	}
	switch action.EventAction {
	case "BLOCK":
		return v, w.refuse(v, u, action)
	case "MFA_REQUIRED":
		if !factors {
			return v, w.refuse(v, u, action)
		}
		e.Challenged = true
	case "MFA_IF_CONFIGURED":
		e.Challenged = factors
	}
	return v, w.notify(w.c.Tx, e, u, action)
}

// refuse ends a sign-in whose password was right.
func (w *Watch) refuse(v *Verdict, u *userpool.User, action *cognitoidp.AccountTakeoverActionType) error {
	v.Event.Response, v.Event.Decision, v.Refused = fail, blocked, securityReasons()
	w.keep(v.Event, u, nil)
	if action != nil {
		w.c.Keep(func(tx store.Tx) error { return w.notify(tx, v.Event, u, action) })
	}
	return nil
}

// level is the risk of a sign-in.
func (w *Watch) level(u *userpool.User) (string, error) {
	skipped, err := w.skipped()
	if err != nil || skipped {
		return "", err
	}
	if barred, err := w.barred(); err != nil || barred {
		return High, err
	}
	h, err := w.guard.Realm.Habits(w.c.Tx, w.pool, u.Sub)
	if err != nil {
		return "", err
	}
	return read(h, &w.place, w.c.Now).Level(), nil
}

// Wait writes the event of a sign-in that goes on with a challenge.
func (w *Watch) Wait(e *userpool.AuthEvent, u *userpool.User) error {
	if w == nil || e == nil || e.Expires != 0 {
		return nil // written before
	}
	if err := w.put(w.c.Tx, e, u, nil); err != nil {
		return err
	}
	return w.count(w.c.Tx, e, u != nil)
}

// Resume returns the event of a sign-in that goes on, nil if it has none (any more).
func (w *Watch) Resume(u *userpool.User, id string) (*userpool.AuthEvent, error) {
	if w == nil || id == "" {
		return nil, nil
	}
	e, err := w.guard.Realm.AuthEvent(w.c.Tx, w.pool, u.Sub, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read authentication event: %w", err)
	}
	return e, nil
}

// WrongCode notes a wrong code of a second factor.
func (w *Watch) WrongCode(e *userpool.AuthEvent, u *userpool.User) {
	if w == nil || e == nil {
		return
	}
	e.Response, e.Challenges = fail, answered(e.Challenges, failure)
	w.c.Keep(func(tx store.Tx) error {
		return w.put(tx, e, u, func(h *userpool.Habits) { failed(h, &e.Place, w.c.Now) })
	})
}

// Pass writes the event of a sign-in that succeeded. factor tells that a second factor was proved.
func (w *Watch) Pass(e *userpool.AuthEvent, u *userpool.User, factor bool) error {
	if w == nil || e == nil {
		return nil
	}
	fresh := e.Expires == 0
	e.Response = pass
	if factor {
		e.Challenges = answered(e.Challenges, success)
	}
	if err := w.put(w.c.Tx, e, u, func(h *userpool.Habits) { learn(h, &e.Place, w.c.Now) }); err != nil || !fresh {
		return err
	}
	return w.count(w.c.Tx, e, u != nil)
}

// maxAnswers bounds the answers an event shows.
const maxAnswers = 10

// answered adds the answer to a second factor.
func answered(list []userpool.ChallengeAnswer, answer string) []userpool.ChallengeAnswer {
	if len(list) >= maxAnswers {
		list = list[:maxAnswers-1]
	}
	return append(list[:len(list):len(list)], userpool.ChallengeAnswer{Name: mfa, Answer: answer})
}

// securityReasons answers a sign-in that risk or the configuration refuses.
func securityReasons() *schema.Error {
	return cognitoidp.NotAuthorizedException("Unable to login because of security reasons.") // (inferred)
}
