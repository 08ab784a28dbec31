package signin

import (
	"errors"
	"slices"

	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// selectChallenge asks a user to choose his first factor. The other challenges of USER_AUTH are named as the factors.
const selectChallenge = "SELECT_CHALLENGE"

// firstFactors are all challenges that can be chosen.
var firstFactors = []string{userpool.PasswordSRPFirst, userpool.PasswordFirst, userpool.EmailFirst, userpool.SMSFirst, userpool.PasskeyFirst}

// chooser is a step of somebody who has not proved a first factor yet.
type chooser struct {
	*attempt
	// offered are the challenges he may choose from.
	offered []string
	// party is the relying party of the pool's passkeys, keys are the user's for it.
	party passkey.Party
	keys  []*userpool.Passkey
}

// chooser finds what somebody may begin with. A known user with nothing to begin with is treated like an unknown one.
func (a *attempt) chooser() (*chooser, error) {
	x := &chooser{attempt: a}
	if a.pool.Begins(userpool.PasskeyFirst) {
		p, err := a.realm.Party(a.c.Tx, a.pool)
		if err != nil && !errors.Is(err, userpool.ErrNoParty) {
			return nil, err
		}
		x.party = p
	}
	if a.user != nil {
		if x.party.ID != "" {
			keys, err := a.realm.PasskeysOf(a.c.Tx, a.pool, a.user.Sub, x.party.ID)
			if err != nil {
				return nil, err
			}
			x.keys = keys
		}
		if x.offered = a.pool.Offers(a.user, len(x.keys) > 0); len(x.offered) > 0 {
			x.narrow()
			return x, nil
		}
		if !a.client.HidesUsers() {
			return nil, userpool.Incorrect() // (inferred)
		}
		a.user, a.who = nil, a.realm.Nobody(a.pool, a.name)
	}
	x.offered = a.realm.PretendOffers(a.pool, a.name, a.who, x.party.ID != "")
	x.narrow()
	return x, nil
}

// startChoice is the first step of USER_AUTH: the preferred challenge if it is to be had, else the choice.
func (s *step) startChoice() (*outcome, error) {
	if err := s.required("USERNAME"); err != nil {
		return nil, err
	}
	preferred := s.params["PREFERRED_CHALLENGE"]
	if preferred != "" && !slices.Contains(firstFactors, preferred) {
		return nil, badPreference()
	}
	aims, err := s.aims()
	if err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	a, err := s.begin(s.params["USERNAME"])
	if err != nil {
		return nil, err
	}
	if err := a.unlocked(); err != nil {
		return nil, err
	}
	if err := a.preAuthentication(); err != nil {
		return nil, err
	}
	if s.session != nil && aims == nil {
		if o, err := a.afterSignUp(*s.session); err != nil || o != nil {
			return o, err
		}
	}
	if err := a.bring(aims); err != nil {
		return nil, err
	}
	x, err := a.chooser()
	if err != nil {
		return nil, err
	}
	if aims != nil {
		if err := x.aimAt(aims.levels); err != nil {
			return nil, err
		}
		if x.below() && len(x.raising()) > 0 { // only what is missing
			return x.second()
		}
	}
	if slices.Contains(x.offered, preferred) {
		return x.take(preferred)
	}
	parameters, choice := map[string]string{}, &userpool.Choice{}
	if slices.Contains(x.offered, userpool.PasskeyFirst) { // so that the answer may bring a passkey's at once (inferred)
		if parameters, choice, err = x.passkeyOptions(); err != nil {
			return nil, err
		}
	}
	return x.ask(userpool.NewSessionText(), userpool.Session{Challenge: selectChallenge, Choice: choice}, parameters)
}

// ask opens a session that is answered by a first factor or the choice of one.
func (x *chooser) ask(text string, row userpool.Session, parameters map[string]string) (*outcome, error) {
	if row.Choice == nil {
		row.Choice = &userpool.Choice{}
	}
	row.Choice.Offered, row.Admin, row.Proved, row.Aim = x.offered, x.admin, x.proved, x.aim
	if x.user != nil {
		row.After(x.user)
	} else {
		row.Who, row.Unknown, row.Name = x.who, true, x.realm.Vault.Seal(namePurpose, []byte(x.name), []byte(x.who))
	}
	if err := x.realm.OpenSession(x.c.Tx, x.pool, x.client, row, text, x.c.Now); err != nil {
		return nil, err
	}
	return &outcome{challenge: row.Challenge, session: text, parameters: parameters, available: x.offered}, nil
}

// take goes on with a challenge that was chosen. What it needs may have come with the choice.
func (x *chooser) take(challenge string) (*outcome, error) {
	switch {
	case challenge == userpool.PasswordFirst && x.params["PASSWORD"] != "":
		return x.checkPassword()
	case challenge == userpool.PasswordSRPFirst && x.params["SRP_A"] != "":
		o, err := x.startProof(userpool.NewSessionText())
		if err == nil {
			o.available = x.offered
		}
		return o, err
	case challenge == userpool.PasswordFirst, challenge == userpool.PasswordSRPFirst: // (inferred)
		return x.ask(userpool.NewSessionText(), userpool.Session{Challenge: challenge}, map[string]string{"USERNAME": x.srpID()})
	case challenge == userpool.PasskeyFirst:
		parameters, choice, err := x.passkeyOptions()
		if err != nil {
			return nil, err
		}
		return x.ask(userpool.NewSessionText(), userpool.Session{Challenge: challenge, Choice: choice}, parameters)
	default:
		return x.sendFirst(challenge)
	}
}

// respondFirst takes answers to the challenges of USER_AUTH. mine is false for any other, among them EMAIL_OTP as a second factor.
func (s *step) respondFirst(challenge string) (o *outcome, mine bool, err error) {
	switch challenge {
	case selectChallenge:
		o, err = s.answerSelection()
	case userpool.PasswordFirst:
		o, err = s.answerFirst(challenge, "PASSWORD", func(x *chooser, row *userpool.Session) (*outcome, error) {
			x.burn(row)
			return x.checkPassword()
		})
	case userpool.PasswordSRPFirst:
		o, err = s.answerFirst(challenge, "SRP_A", func(x *chooser, row *userpool.Session) (*outcome, error) {
			x.burn(row)
			return x.take(challenge)
		})
	case userpool.PasskeyFirst:
		o, err = s.answerFirst(challenge, "CREDENTIAL", (*chooser).checkPasskey)
	case userpool.SMSFirst:
		o, err = s.answerFirst(challenge, "SMS_OTP_CODE", (*chooser).checkFirstCode)
	case userpool.EmailFirst:
		if !s.isFirst() {
			return nil, false, nil
		}
		o, err = s.answerFirst(challenge, "EMAIL_OTP_CODE", (*chooser).checkFirstCode)
	default:
		return nil, false, nil
	}
	return o, true, err
}

// isFirst tells whether the session of an answer is one in which no factor is proved yet. Anything else meets its error where it is
// looked up again.
func (s *step) isFirst() bool {
	if s.session == nil {
		return false
	}
	row, err := s.realm.FindSession(s.c.Tx, *s.session)
	return err == nil && row.Choice != nil
}

// answerFirst goes on with the session of a first factor, for the challenge it asks or one of the choice.
func (s *step) answerFirst(challenge, parameter string, check func(*chooser, *userpool.Session) (*outcome, error)) (*outcome, error) {
	x, row, err := s.chosen(challenge, parameter)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(x.offered, challenge) {
		return nil, userpool.InvalidSession() // it is to be had no more
	}
	return check(x, row)
}

// answerSelection is the answer to SELECT_CHALLENGE.
func (s *step) answerSelection() (*outcome, error) {
	x, row, err := s.chosen(selectChallenge, "ANSWER")
	if err != nil {
		return nil, err
	}
	answer := s.params["ANSWER"]
	switch {
	case !slices.Contains(row.Choice.Offered, answer):
		return nil, badAnswer()
	case !slices.Contains(x.offered, answer):
		return nil, userpool.InvalidSession()
	case answer == userpool.PasskeyFirst && s.params["CREDENTIAL"] != "":
		return x.checkPasskey(row)
	}
	x.burn(row)
	return x.take(answer)
}

// burn uses a session up whatever becomes of its answer: a wrong one begins anew. (inferred)
func (x *chooser) burn(row *userpool.Session) {
	x.c.Keep(func(tx store.Tx) error { return x.realm.UseSession(tx, row) })
}

// chosen finds the session a step answers, with whoever it was made for, known or not.
func (s *step) chosen(challenge, parameter string) (*chooser, *userpool.Session, error) {
	if s.session == nil {
		return nil, nil, missing("Session")
	}
	row, err := s.realm.Session(s.c.Tx, s.pool, s.client, *s.session, challenge, s.c.Now)
	if err != nil {
		return nil, nil, err
	}
	if row.Admin != s.admin || row.Choice == nil {
		return nil, nil, userpool.InvalidSession()
	}
	a, err := s.resume(row)
	if isRefusal(err) {
		return nil, nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, nil, err
	}
	if err := s.required("USERNAME", parameter); err != nil {
		return nil, nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, nil, err
	}
	if !a.means(s.params["USERNAME"]) {
		return nil, nil, userpool.InvalidSession()
	}
	if err := a.unlocked(); err != nil {
		return nil, nil, err
	}
	x, err := a.chooser()
	return x, row, err
}

// means tells whether a text is one the user, or whoever an unknown name stands for, may be called by.
func (a *attempt) means(text string) bool {
	if a.user != nil {
		return a.user.Means(a.pool, text)
	}
	return a.pool.Fold(text) == a.pool.Fold(a.name) || text == a.srpID()
}

// afterSignUp is a sign-in with the session of ConfirmSignUp: the code was the first factor. It is nil if the user has to prove one
// all the same: because the time is over, because the code was none that begins sign-ins, or because several are demanded.
func (a *attempt) afterSignUp(text string) (*outcome, error) {
	row, err := a.realm.FindSession(a.c.Tx, text)
	if errors.Is(err, store.ErrNotFound) {
		return nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, err
	}
	if row.Over(a.c.Now) {
		return nil, nil
	}
	row, err = a.realm.Session(a.c.Tx, a.pool, a.client, text, userpool.SignUpConfirmed, a.c.Now)
	if err != nil {
		return nil, err
	}
	if a.user == nil || row.Who != a.user.Sub || row.Dead(a.user) || a.user.Status != userpool.Confirmed {
		return nil, userpool.InvalidSession()
	}
	if d := a.pool.Demand(a.user); len(row.Proved) == 0 || len(d.Use) > 0 || len(d.Setup) > 0 || d.Lost {
		return nil, nil
	}
	if err := a.realm.UseSession(a.c.Tx, row); err != nil {
		return nil, err
	}
	a.proved = row.Proved
	return a.tokens()
}
