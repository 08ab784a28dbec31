package signin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

const (
	newPasswordRequired = "NEW_PASSWORD_REQUIRED"
	attributePrefix     = "userAttributes."
)

// newPassword asks a user who signed in with a temporary password for his own.
func (a *attempt) newPassword() (*outcome, error) {
	required := []string{}
	for _, name := range a.pool.Missing(a.user) {
		required = append(required, attributePrefix+name)
	}
	attributes := map[string]string{}
	for _, x := range a.user.Attributes {
		attributes[x.Name] = x.Value
	}
	requiredText, err := json.Marshal(required)
	if err != nil {
		return nil, fmt.Errorf("encode required attributes: %w", err)
	}
	attributesText, err := json.Marshal(attributes)
	if err != nil {
		return nil, fmt.Errorf("encode user attributes: %w", err)
	}
	return a.challenge(userpool.Session{Challenge: newPasswordRequired}, map[string]string{
		"USER_ID_FOR_SRP": a.user.Username, "requiredAttributes": string(requiredText), "userAttributes": string(attributesText),
	})
}

// answerNewPassword is the answer to NEW_PASSWORD_REQUIRED. Only a good answer uses the session up.
func (s *step) answerNewPassword() (*outcome, error) {
	a, row, err := s.answered(newPasswordRequired, "NEW_PASSWORD")
	if err != nil {
		return nil, err
	}
	u := a.user
	switch {
	case u.Status != userpool.ForceChangePassword:
		return nil, userpool.InvalidSession()
	case !s.c.Now.Before(u.TemporarySince.Add(s.pool.TemporaryLife())):
		return nil, temporaryExpired()
	}
	given, err := givenAttributes(u, s.params)
	if err != nil {
		return nil, err
	}
	if err := s.pool.SetByUser(s.client, u, given); err != nil {
		return nil, err
	}
	if err := s.pool.CheckRequired(u); err != nil {
		return nil, err
	}
	if err := s.realm.SetNewPassword(s.c, s.pool, u, s.params["NEW_PASSWORD"]); err != nil {
		return nil, err
	}
	if err := a.watch.Change(threat.PasswordChange, u, s.params["NEW_PASSWORD"], true); err != nil {
		return nil, err
	}
	u.Status, u.Modified = userpool.Confirmed, s.c.Now
	if err := s.realm.PutUser(s.c.Tx, s.pool, u); err != nil {
		return nil, err
	}
	if err := s.realm.UseSession(s.c.Tx, row); err != nil {
		return nil, err
	}
	return a.second()
}

// givenAttributes are the userAttributes.* of an answer, in order of name. What has a value already may not be sent.
func givenAttributes(u *userpool.User, params map[string]string) ([]cognitoidp.AttributeType, error) {
	var out []cognitoidp.AttributeType
	for key, v := range params {
		if name, ok := strings.CutPrefix(key, attributePrefix); ok {
			out = append(out, cognitoidp.AttributeType{Name: name, Value: &v})
		}
	}
	slices.SortFunc(out, func(a, b cognitoidp.AttributeType) int { return strings.Compare(a.Name, b.Name) })
	for _, a := range out {
		if userpool.Guarded(a.Name) {
			return nil, nonMutable(a.Name)
		}
		if had, ok := u.Get(a.Name); ok && had != *a.Value {
			return nil, alreadyProvided(a.Name)
		}
	}
	return out, nil
}
