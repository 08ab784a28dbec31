package signin

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// setup asks a user who has no second factor to set up one of those the pool has.
func (a *attempt) setup(factors []string) (*outcome, error) {
	text, err := list(factors)
	if err != nil {
		return nil, err
	}
	return a.challenge(userpool.Session{Challenge: userpool.SetupChallenge}, map[string]string{
		"MFAS_CAN_SETUP": text, "USER_ID_FOR_SRP": a.user.Username,
	})
}

// answerSetup is the answer to MFA_SETUP: the session that VerifySoftwareToken returned, or an address to which a code is sent.
func (s *step) answerSetup() (*outcome, error) {
	a, row, err := s.answeredSecond(userpool.SetupChallenge)
	if err != nil {
		return nil, err
	}
	if row.Factor != nil && row.Factor.Verified {
		if !s.pool.Accepts(a.user, userpool.TOTPFactor) {
			return nil, userpool.InvalidSession()
		}
		if err := s.realm.UseSession(s.c.Tx, row); err != nil {
			return nil, err
		}
		a.proved = append(a.proved, userpool.ByFactor(userpool.TOTPFactor))
		return a.tokens()
	}
	for _, way := range []struct{ factor, parameter string }{{userpool.EmailFactor, "EMAIL"}, {userpool.SMSFactor, "PHONE_NUMBER"}} { // second inferred
		to := userpool.Attribute{Name: userpool.FactorAttribute(way.factor), Value: s.params[way.parameter]}
		if to.Value == "" || !slices.Contains(s.pool.Demand(a.user).Setup, way.factor) {
			continue
		}
		// A copy, to learn whether the user may have the address at all.
		try := *a.user
		try.Attributes = slices.Clone(try.Attributes)
		if err := s.pool.SetByUser(s.client, &try, []cognitoidp.AttributeType{{Name: to.Name, Value: &to.Value}}); err != nil {
			return nil, err
		}
		if err := s.realm.UseSession(s.c.Tx, row); err != nil {
			return nil, err
		}
		return a.send(way.factor, to, true)
	}
	return nil, userpool.InvalidSession()
}
