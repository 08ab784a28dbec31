package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

const (
	customChallenge = "CUSTOM_CHALLENGE"
	srpA            = "SRP_A"
	// customPurpose is the vault's purpose of what sessions keep of a custom sign-in; the associated data is whose it is.
	customPurpose = "custom sign-in"
	// maxRounds is how many challenges a custom sign-in may have. (inferred)
	maxRounds = 64
)

// chain is a custom sign-in on its way: what was answered, and the challenge that waits. Sessions keep it sealed.
type chain struct {
	Done     []trigger.Done    `json:"done"`
	Private  map[string]string `json:"private,omitempty"`
	Metadata *string           `json:"metadata,omitempty"`
}

// inChain are the challenges of the server's own that functions see in a custom sign-in.
var inChain = []string{passwordVerifier, userpool.SMSFactor, userpool.EmailFactor, userpool.TOTPFactor, deviceSRP, deviceVerifier}

// startCustom is the first step of CUSTOM_AUTH. With CHALLENGE_NAME SRP_A the functions may ask for the password first.
func (s *step) startCustom() (*outcome, error) {
	t := s.pool.Triggers()
	if t.DefineAuthChallenge == nil || t.CreateAuthChallenge == nil || t.VerifyAuthChallengeResponse == nil {
		return nil, noCustomAuth()
	}
	if err := s.required("USERNAME"); err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	a, err := s.begin(s.params["USERNAME"])
	if err != nil {
		return nil, err
	}
	if a.user != nil && !a.user.Enabled {
		return nil, userpool.Disabled()
	}
	a.watch = a.watch.Custom()
	if err := a.watch.Barred(a.who, a.user); err != nil {
		return nil, err
	}
	if err := a.preAuthentication(); err != nil {
		return nil, err
	}
	a.custom = &chain{Done: []trigger.Done{}}
	if s.params["CHALLENGE_NAME"] == srpA {
		if err := s.required(srpA); err != nil {
			return nil, err
		}
		a.custom.Done = append(a.custom.Done, trigger.Done{Name: srpA, Result: true})
	}
	return a.define()
}

// define asks what comes next in a custom sign-in, and does it.
func (a *attempt) define() (*outcome, error) {
	if len(a.custom.Done) > maxRounds {
		return nil, userpool.Incorrect()
	}
	f := a.pool.Triggers().DefineAuthChallenge
	if f == nil { // taken away meanwhile
		return nil, noCustomAuth()
	}
	about, in := a.about(), trigger.DefineRequest{Attributes: a.seen(), Session: a.custom.Done, ClientMetadata: a.metadata, UserNotFound: a.notFound()}
	next, err := op.Outside(a.c, "DefineAuthChallenge "+a.who, func(ctx context.Context) (trigger.DefineResponse, error) {
		return a.realm.Functions.DefineAuthChallenge(ctx, *f, about, in)
	})
	switch {
	case err != nil:
		return nil, err
	case next.Fail != nil && *next.Fail:
		return nil, userpool.Incorrect()
	case next.Issue != nil && *next.Issue:
		return a.admitCustom()
	case next.Challenge == nil:
		return nil, trigger.Unrecognizable()
	}
	switch *next.Challenge {
	case customChallenge:
		return a.create()
	case passwordVerifier:
		return a.askPassword()
	}
	return nil, trigger.Unrecognizable()
}

// create asks for a challenge of the pool's own and gives it to the client.
func (a *attempt) create() (*outcome, error) {
	f := a.pool.Triggers().CreateAuthChallenge
	if f == nil {
		return nil, noCustomAuth()
	}
	about, in := a.about(), trigger.CreateRequest{
		Attributes: a.seen(), Challenge: customChallenge, Session: a.custom.Done, ClientMetadata: a.metadata, UserNotFound: a.notFound(),
	}
	made, err := op.Outside(a.c, "CreateAuthChallenge "+a.who, func(ctx context.Context) (trigger.CreateResponse, error) {
		return a.realm.Functions.CreateAuthChallenge(ctx, *f, about, in)
	})
	if err != nil {
		return nil, err
	}
	a.custom.Private, a.custom.Metadata = made.Private, made.Metadata
	row := userpool.Session{Challenge: customChallenge, Admin: a.admin}
	if err := a.wait(&row); err != nil {
		return nil, err
	}
	text := userpool.NewSessionText()
	if err := a.realm.OpenSession(a.c.Tx, a.pool, a.client, row, text, a.c.Now); err != nil {
		return nil, err
	}
	parameters := make(map[string]string, len(made.Public)+1)
	maps.Copy(parameters, made.Public)
	parameters["USERNAME"] = a.srpID()
	return &outcome{challenge: customChallenge, session: text, parameters: parameters}, nil
}

// askPassword asks for a proof of the password within a custom sign-in. The session is found by the SECRET_BLOCK; the text that
// comes with it is what clients expect to send back, and finds nothing.
func (a *attempt) askPassword() (*outcome, error) {
	if a.pool.KeepsHash() {
		return nil, flowNotEnabled("USER_SRP_AUTH")
	}
	if a.answers != "" || len(a.custom.Done) == 0 || a.custom.Done[0].Name != srpA {
		return nil, missing(srpA) // it came with the first step or not at all
	}
	if err := a.ready(); err != nil {
		return nil, err
	}
	v, err := a.verifier()
	if err != nil {
		return nil, err
	}
	row := userpool.Session{Challenge: passwordVerifier}
	if err := a.wait(&row); err != nil {
		return nil, err
	}
	parameters, err := a.demandProof(v, row)
	if err != nil {
		return nil, err
	}
	parameters["USERNAME"], parameters["USER_ID_FOR_SRP"] = a.srpID(), a.srpID()
	return &outcome{challenge: passwordVerifier, session: userpool.NewSessionText(), parameters: parameters}, nil
}

// answerCustom is the answer to CUSTOM_CHALLENGE. Right or wrong, it uses the session up: what comes next is DefineAuthChallenge's to
// say, and an answer that it did not hear of may not be tried again.
func (s *step) answerCustom() (*outcome, error) {
	if s.session == nil {
		return nil, missing("Session")
	}
	row, err := s.realm.Session(s.c.Tx, s.pool, s.client, *s.session, customChallenge, s.c.Now)
	if err != nil {
		return nil, err
	}
	if row.Admin != s.admin {
		return nil, userpool.InvalidSession()
	}
	a, err := s.resume(row)
	if isRefusal(err) || err == nil && a.custom == nil {
		return nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, err
	}
	if err := s.required("USERNAME", "ANSWER"); err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	switch name := s.params["USERNAME"]; {
	case a.user == nil && name != a.srpID() && s.pool.Fold(name) != s.pool.Fold(a.name), a.user != nil && !a.user.Means(s.pool, name):
		return nil, userpool.InvalidSession()
	case a.user != nil && !a.user.Enabled:
		return nil, userpool.Disabled()
	}
	if err := a.watch.Barred(a.who, a.user); err != nil {
		return nil, err
	}
	s.c.Keep(func(tx store.Tx) error { return s.realm.UseSession(tx, row) })
	f := s.pool.Triggers().VerifyAuthChallengeResponse
	if f == nil {
		return nil, noCustomAuth()
	}
	about, in := a.about(), trigger.VerifyRequest{
		Attributes: a.seen(), Private: a.custom.Private, Answer: s.params["ANSWER"], ClientMetadata: s.metadata, UserNotFound: a.notFound(),
	}
	if in.Private == nil {
		in.Private = map[string]string{}
	}
	right, err := op.Outside(s.c, "VerifyAuthChallengeResponse "+a.who, func(ctx context.Context) (bool, error) {
		return s.realm.Functions.VerifyAuthChallengeResponse(ctx, *f, about, in)
	})
	if err != nil {
		return nil, err
	}
	a.custom.Done = append(a.custom.Done, trigger.Done{Name: customChallenge, Result: right, Metadata: a.custom.Metadata})
	a.custom.Private, a.custom.Metadata = nil, nil
	return a.define()
}

// admitCustom lets in a user whom the functions let in, as far as his status allows.
func (a *attempt) admitCustom() (*outcome, error) {
	a.custom = nil
	switch {
	case a.user == nil:
		return nil, userpool.Incorrect()
	case a.user.Status == userpool.Confirmed:
		return a.tokens()
	case a.user.Status == userpool.Unconfirmed:
		return nil, notConfirmed()
	case a.user.Status == userpool.ResetRequired:
		return nil, resetRequired(a.client)
	case a.user.Status == userpool.ForceChangePassword: // (inferred)
		if !a.c.Now.Before(a.user.TemporarySince.Add(a.pool.TemporaryLife())) {
			return nil, temporaryExpired()
		}
		return a.newPassword()
	}
	return nil, userpool.Incorrect()
}

// pass notes the challenge that this step answered rightly, if functions are to see it.
func (a *attempt) pass() {
	if a.custom != nil && slices.Contains(inChain, a.answers) && !a.noted {
		a.custom.Done = append(a.custom.Done, trigger.Done{Name: a.answers, Result: true})
		a.noted = true
	}
}

// wait makes a session one of the attempt, of a known user or of nobody, with what is kept of a custom sign-in.
func (a *attempt) wait(row *userpool.Session) error {
	if a.user == nil {
		row.Who, row.Unknown, row.Name = a.who, true, a.realm.Vault.Seal(namePurpose, []byte(a.name), []byte(a.who))
	} else {
		row.After(a.user)
	}
	row.Proved = a.proved
	if err := a.waiting(row); err != nil {
		return err
	}
	return a.carry(row)
}

// carry seals what is kept of a custom sign-in into a session; any other keeps nothing.
func (a *attempt) carry(row *userpool.Session) error {
	if a.custom == nil {
		return nil
	}
	a.pass()
	raw, err := json.Marshal(a.custom)
	if err != nil {
		return fmt.Errorf("encode custom sign-in: %w", err)
	}
	row.Custom = a.realm.Vault.Seal(customPurpose, raw, a.pool.Key(row.Who))
	return nil
}

// carried opens what a session keeps of a custom sign-in.
func (a *attempt) carried(row *userpool.Session) error {
	if len(row.Custom) == 0 {
		return nil
	}
	raw, err := a.realm.Vault.Open(customPurpose, row.Custom, a.pool.Key(row.Who))
	if err != nil {
		return fmt.Errorf("open custom sign-in: %w", err)
	}
	a.custom, a.watch = &chain{}, a.watch.Custom()
	if err := json.Unmarshal(raw, a.custom); err != nil {
		return errors.New("sealed custom sign-in is no JSON")
	}
	return nil
}
