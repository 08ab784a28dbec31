package signin

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// step is one call of a sign-in: through which client, in which form, and what it brings. Both forms, the public one and the
// administrators', go through the same code.
type step struct {
	realm  *userpool.Realm
	c      *op.Call
	client *userpool.Client
	pool   *userpool.Pool
	// admin tells that the call is signed. What the one form began, the other cannot go on with.
	admin bool
	// migrating tells that somebody unknown may be a user of another directory.
	migrating bool
	session   *string
	params    map[string]string
	answers   string // name of the challenge this step answers, empty for a first step
	// What a client passes on to functions: validation with the first step, metadata with an answer.
	validation, metadata map[string]string
	// watch is threat protection's look at the call, nil where there is none.
	watch *threat.Watch
}

// outcome is what a step leads to: tokens or the next challenge.
type outcome struct {
	challenge  string
	session    string
	parameters map[string]string
	tokens     *cognitoidp.AuthenticationResultType
	// available are the challenges to choose from, where a sign-in is begun by a choice.
	available []string
}

// answer is an outcome in the form in which all four operations give it.
func (o *outcome) answer() (challenge, session *string) {
	if o.challenge != "" {
		challenge = &o.challenge
	}
	if o.session != "" {
		session = &o.session
	}
	return challenge, session
}

// attempt is a step of somebody who wants to sign in.
type attempt struct {
	*step
	// name is what the call said; user is nil if it means nobody.
	name string
	user *userpool.User
	// who is under which id failures are counted.
	who string
	// proved are the factors this sign-in has proved, by their names in amr.
	proved []string
	aim    userpool.Aim
	// device is the one whose proof this step brought, nil without one.
	device *userpool.Device
	// custom is the custom sign-in that this attempt is part of, nil for none; noted tells that this step's answer is in it.
	custom *chain
	noted  bool
	// greeted tells that PreAuthentication was asked.
	greeted bool
	// migrated tells that this step brought the user from another directory.
	migrated bool
	// event is what threat protection keeps of the sign-in, nil for nothing.
	event *userpool.AuthEvent
}

// begin finds whom a sign-in is about. An unknown name is UserNotFoundException unless the client hides users.
func (s *step) begin(name string) (*attempt, error) {
	a := &attempt{step: s, name: name}
	u, err := s.realm.User(s.c.Tx, s.pool, name)
	switch {
	case err == nil:
		a.user, a.who = u, u.Sub
		s.c.Record.Subject(u.Sub)
	case !errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("read user: %w", err)
	case !s.client.HidesUsers() && !s.migrating:
		return nil, userpool.NoUser()
	default:
		if a.who, err = s.realm.Stranger(s.c.Tx, s.pool, name); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// resume goes on with the user a session was made for. If he is gone or was signed out since, the session is worth nothing.
func (s *step) resume(row *userpool.Session) (*attempt, error) {
	a := &attempt{step: s, who: row.Who, proved: row.Proved, aim: row.Aim}
	if row.Unknown {
		name, err := s.realm.Vault.Open(namePurpose, row.Name, []byte(row.Who))
		if err != nil {
			return nil, fmt.Errorf("open name of a session: %w", err)
		}
		a.name = string(name)
		return a, a.carried(row)
	}
	u, err := s.realm.UserBySub(s.c.Tx, s.pool, row.Who)
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.Incorrect()
	}
	if err != nil {
		return nil, fmt.Errorf("read user of a session: %w", err)
	}
	s.c.Record.Subject(u.Sub)
	if row.Dead(u) {
		return nil, userpool.Incorrect()
	}
	a.user, a.name = u, u.Username
	if err := a.carried(row); err != nil {
		return nil, err
	}
	return a, a.resumeEvent(row)
}

// answered finds the session a step answers, with its user: he is known, let in, and the one whom the answer names. names are the
// parameters the answer needs.
func (s *step) answered(challenge string, names ...string) (*attempt, *userpool.Session, error) {
	if s.session == nil {
		return nil, nil, missing("Session")
	}
	row, err := s.realm.Session(s.c.Tx, s.pool, s.client, *s.session, challenge, s.c.Now)
	if err != nil {
		return nil, nil, err
	}
	if row.Admin != s.admin {
		return nil, nil, userpool.InvalidSession()
	}
	a, err := s.resume(row)
	if isRefusal(err) || err == nil && a.user == nil {
		return nil, nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, nil, err
	}
	if err := s.required(append([]string{"USERNAME"}, names...)...); err != nil {
		return nil, nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, nil, err
	}
	switch {
	case !a.user.Means(s.pool, s.params["USERNAME"]):
		return nil, nil, userpool.InvalidSession()
	case !a.user.Enabled:
		return nil, nil, userpool.Disabled()
	}
	return a, row, a.watch.Barred(a.who, a.user)
}

func isRefusal(err error) bool {
	var refused *schema.Error
	return errors.As(err, &refused)
}

// challenge opens a session for the user under a new text and is the outcome that asks for its answer.
func (a *attempt) challenge(row userpool.Session, parameters map[string]string) (*outcome, error) {
	return a.open(userpool.NewSessionText(), row, parameters)
}

// open is challenge with a text that was drawn before.
func (a *attempt) open(text string, row userpool.Session, parameters map[string]string) (*outcome, error) {
	row.After(a.user)
	row.Admin, row.Proved, row.Aim = a.admin, a.proved, a.aim
	if err := a.carry(&row); err != nil {
		return nil, err
	}
	if err := a.waiting(&row); err != nil {
		return nil, err
	}
	if err := a.realm.OpenSession(a.c.Tx, a.pool, a.client, row, text, a.c.Now); err != nil {
		return nil, err
	}
	return &outcome{challenge: row.Challenge, session: text, parameters: parameters}, nil
}

// unlocked refuses a guess of any factor before it is looked at: during a lock-out, for a disabled user, from a barred address.
func (a *attempt) unlocked() error {
	locked, err := a.realm.Locked(a.c.Tx, a.pool, a.who, a.c.Now)
	switch {
	case err != nil:
		return err
	case locked:
		return userpool.AttemptsExceeded()
	case a.user != nil && !a.user.Enabled:
		return userpool.Disabled()
	}
	return a.watch.Barred(a.who, a.user)
}

// ready is unlocked for a guess of the password; it also refuses one that is out of force, unless that would tell that the user exists.
func (a *attempt) ready() error {
	if err := a.unlocked(); err != nil {
		return err
	}
	if a.user != nil && a.user.Status == userpool.ResetRequired && !a.client.HidesUsers() {
		return resetRequired(a.client)
	}
	return nil
}

// wrong counts a failed guess, whatever becomes of the call, and is its answer.
func (a *attempt) wrong() error {
	a.c.Keep(func(tx store.Tx) error { return a.realm.CountFailure(tx, a.pool, a.who, a.c.Now) })
	a.watch.Failed(a.who, a.user)
	return userpool.Incorrect()
}

// admit lets in a user whose password was proved, as far as his status allows. text is the password if it came in clear.
func (a *attempt) admit(text string) (*outcome, error) {
	if a.user.Status == userpool.ResetRequired && a.client.HidesUsers() {
		return nil, a.wrong() // counted as any other guess, or the old password would show
	}
	if err := a.realm.ClearFailures(a.c.Tx, a.pool, a.who); err != nil {
		return nil, err
	}
	a.proved = append(a.proved, userpool.ByPassword)
	switch a.user.Status {
	case userpool.Confirmed:
		if err := a.judge(text, true); err != nil {
			return nil, err
		}
		return a.second()
	case userpool.Unconfirmed:
		return nil, notConfirmed()
	case userpool.ResetRequired:
		return nil, resetRequired(a.client)
	case userpool.ForceChangePassword:
		if !a.c.Now.Before(a.user.TemporarySince.Add(a.pool.TemporaryLife())) {
			return nil, temporaryExpired()
		}
		if err := a.judge("", true); err != nil { // a temporary password ends here anyway
			return nil, err
		}
		return a.newPassword()
	default:
		return nil, userpool.Incorrect()
	}
}

func (a *attempt) tokens() (*outcome, error) {
	if a.custom != nil {
		a.pass()
		return a.define()
	}
	if a.below() {
		return a.second()
	}
	named, err := a.namedDevice()
	if err != nil {
		return nil, err
	}
	if d := a.device; d != nil {
		d.SignedIn, d.Address = a.c.Now, a.c.SourceIP
		if err := a.realm.PutDevice(a.c.Tx, d); err != nil {
			return nil, err
		}
	}
	if err := a.judge("", false); err != nil {
		return nil, err
	}
	if a.challenged() && !a.several() {
		return a.second()
	}
	event, err := a.passed()
	if err != nil {
		return nil, err
	}
	says, err := a.announce(named == nil)
	if err != nil {
		return nil, err
	}
	t, err := a.realm.Begin(a.c.Tx, a.pool, a.client, a.user, userpool.SignIn{Proved: a.proved, Since: a.aim.Since, Device: a.device, Known: named != nil, From: userpool.OriginOf(a.c), Says: says, Event: event}, a.c.Now)
	if err != nil {
		return nil, err
	}
	return &outcome{parameters: map[string]string{}, tokens: t}, nil
}
