package signin

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const selectMFAType = "SELECT_MFA_TYPE"

// codeParameter names the parameter in which the code of a factor comes.
var codeParameter = map[string]string{
	userpool.SMSFactor: "SMS_MFA_CODE", userpool.TOTPFactor: "SOFTWARE_TOKEN_MFA_CODE", userpool.EmailFactor: "EMAIL_OTP_CODE",
}

// wrongCodes is how many wrong codes end a session. (inferred)
const wrongCodes = 10

// second asks for the second factor that the pool and the user want, or lets him in where they want none.
func (a *attempt) second() (*outcome, error) {
	if err := a.judge("", false); err != nil { // of a sign-in without a password
		return nil, err
	}
	d := a.demand()
	if a.below() {
		d = userpool.Demand{Use: a.raising()}
		if len(d.Use) == 0 {
			return nil, levelOutOfReach()
		}
	}
	switch {
	case d.Lost:
		return nil, noFactor()
	case len(d.Setup) > 0:
		return a.setup(d.Setup)
	}
	if !a.below() { // a device stands for a second factor, not for a level
		if o, err := a.askDevice(); err != nil || o != nil {
			return o, err
		}
	}
	switch {
	case len(d.Use) == 0:
		return a.tokens()
	case len(d.Use) == 1:
		return a.ask(d.Use[0])
	}
	choices, err := list(d.Use)
	if err != nil {
		return nil, err
	}
	return a.challenge(userpool.Session{Challenge: selectMFAType, Factor: &userpool.SecondFactor{Choices: d.Use}}, map[string]string{
		"MFAS_CAN_CHOOSE": choices, "USER_ID_FOR_SRP": a.user.Username,
	})
}

// list is a list of names as challenges show it: as JSON text.
func list(names []string) (string, error) {
	raw, err := json.Marshal(names)
	if err != nil {
		return "", fmt.Errorf("encode list of factors: %w", err)
	}
	return string(raw), nil
}

// ask asks for the code of a factor, and sends it if it is one that is sent.
func (a *attempt) ask(factor string) (*outcome, error) {
	if factor == userpool.TOTPFactor {
		parameters := map[string]string{"USER_ID_FOR_SRP": a.user.Username}
		if name := a.user.Factors.Device; name != "" {
			parameters["FRIENDLY_DEVICE_NAME"] = name
		}
		return a.challenge(userpool.Session{Challenge: factor}, parameters)
	}
	name := userpool.FactorAttribute(factor)
	to, _ := a.user.Get(name)
	return a.send(factor, userpool.Attribute{Name: name, Value: to}, false)
}

// send sends the code of a factor to an address. adopt tells that the address is not the user's yet.
func (a *attempt) send(factor string, to userpool.Attribute, adopt bool) (*outcome, error) {
	text := userpool.NewSessionText()
	f, err := a.realm.SendSignInCode(a.c, a.pool, a.user, text, to, a.via())
	if err != nil {
		return nil, err
	}
	f.Adopt = adopt
	return a.open(text, userpool.Session{Challenge: factor, Factor: f}, map[string]string{
		"CODE_DELIVERY_DELIVERY_MEDIUM": userpool.MediumOf(to.Name), "CODE_DELIVERY_DESTINATION": userpool.Mask(to.Name, to.Value),
		"USER_ID_FOR_SRP": a.user.Username,
	})
}

// answerChoice is the answer to SELECT_MFA_TYPE.
func (s *step) answerChoice() (*outcome, error) {
	a, row, err := s.answeredSecond(selectMFAType, "ANSWER")
	if err != nil {
		return nil, err
	}
	factor := s.params["ANSWER"]
	if row.Factor == nil || !slices.Contains(row.Factor.Choices, factor) {
		return nil, badChoice()
	}
	if !a.accepts(factor) {
		return nil, userpool.InvalidSession()
	}
	if err := s.realm.UseSession(s.c.Tx, row); err != nil {
		return nil, err
	}
	return a.ask(factor)
}

// answeredSecond is answered for challenges that follow the password.
func (s *step) answeredSecond(challenge string, names ...string) (*attempt, *userpool.Session, error) {
	a, row, err := s.answered(challenge, names...)
	if err != nil {
		return nil, nil, err
	}
	if a.user.Status != userpool.Confirmed {
		return nil, nil, userpool.InvalidSession() // an administrator stepped in
	}
	return a, row, nil
}

// answerCode is the answer with the code of a factor. A wrong one leaves the session usable for some time, and is counted over all
// sessions of the user.
func (s *step) answerCode(factor string) (*outcome, error) {
	a, row, err := s.answeredSecond(factor, codeParameter[factor])
	if err != nil {
		return nil, err
	}
	codes := userpool.CodesOf(a.user.Sub)
	locked, err := s.realm.Locked(s.c.Tx, s.pool, codes, s.c.Now)
	switch {
	case err != nil:
		return nil, err
	case locked:
		return nil, userpool.AttemptsExceeded()
	}
	text := s.params[codeParameter[factor]]
	if factor == userpool.TOTPFactor {
		err = a.checkTOTP(text)
	} else {
		err = a.checkSent(row, factor, text)
	}
	if errors.Is(err, errCode) || errors.Is(err, userpool.ErrTOTPUsed) {
		s.c.Keep(func(tx store.Tx) error {
			if err := s.realm.CountFailure(tx, s.pool, codes, s.c.Now); err != nil {
				return err
			}
			return s.realm.CountWrongCode(tx, row, wrongCodes)
		})
		a.watch.WrongCode(a.event, a.user)
		if errors.Is(err, userpool.ErrTOTPUsed) {
			return nil, usedTOTP()
		}
		return nil, wrongCode()
	}
	if err != nil {
		return nil, err
	}
	if err := s.realm.UseSession(s.c.Tx, row); err != nil {
		return nil, err
	}
	if err := s.realm.ClearFailures(s.c.Tx, s.pool, codes); err != nil {
		return nil, err
	}
	a.proved = append(a.proved, userpool.ByFactor(factor))
	return a.tokens()
}

// errCode tells that a code is wrong.
var errCode = errors.New("wrong code")

// checkTOTP uses up a code of the user's authenticator.
func (a *attempt) checkTOTP(text string) error {
	if !a.accepts(userpool.TOTPFactor) {
		return userpool.InvalidSession()
	}
	err := a.realm.CheckTOTP(a.user, text, a.c.Now)
	if errors.Is(err, userpool.ErrTOTPWrong) {
		return errCode
	}
	if err != nil {
		return err
	}
	return a.realm.PutUser(a.c.Tx, a.pool, a.user)
}

// checkSent checks a code that was sent, which proves the address it went to.
func (a *attempt) checkSent(row *userpool.Session, factor, text string) error {
	f := row.Factor
	if f == nil {
		return userpool.InvalidSession()
	}
	had, _ := a.user.Get(f.To.Name)
	switch {
	case f.Adopt && !slices.Contains(a.pool.Demand(a.user).Setup, factor), !f.Adopt && !a.accepts(factor):
		return userpool.InvalidSession()
	case !f.Adopt && had != f.To.Value:
		return userpool.InvalidSession() // it went to an address that is not the user's any more
	case !a.realm.MatchSignInCode(a.pool, a.user, *a.session, f, text):
		return errCode
	}
	if f.Adopt {
		if err := a.pool.SetByUser(a.client, a.user, []cognitoidp.AttributeType{{Name: f.To.Name, Value: &f.To.Value}}); err != nil {
			return err
		}
		a.user.Factors.Switch(factor, true)
	} else {
		if a.user.Verified(f.To.Name) {
			return nil
		}
		// Somebody else may have verified the same address, which makes it his alias. That does not keep this user out.
		if h, err := a.realm.Holder(a.c.Tx, a.pool, a.user, f.To.Value); err != nil || h != nil {
			return err
		}
	}
	a.user.Set(f.To.Name+"_verified", "true")
	a.user.Modified = a.c.Now
	return a.realm.PutUser(a.c.Tx, a.pool, a.user)
}
