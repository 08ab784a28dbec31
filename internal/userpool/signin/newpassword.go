package signin

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
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
	text := userpool.NewSessionText()
	row := userpool.Session{Who: a.user.Sub, Generation: a.user.Generation, Challenge: newPasswordRequired}
	if err := a.s.Realm.OpenSession(a.c.Tx, a.pool, a.client, row, text, a.c.Now); err != nil {
		return nil, err
	}
	return &outcome{challenge: newPasswordRequired, session: text, parameters: map[string]string{
		"USER_ID_FOR_SRP": a.user.Username, "requiredAttributes": string(requiredText), "userAttributes": string(attributesText),
	}}, nil
}

// answerNewPassword is the answer to NEW_PASSWORD_REQUIRED. Only a good answer uses the session up.
func (s *Service) answerNewPassword(c *op.Call, client *userpool.Client, p *userpool.Pool, session *string, params map[string]string) (*outcome, error) {
	if session == nil {
		return nil, missing("Session")
	}
	row, err := s.Realm.Session(c.Tx, p, client, *session, newPasswordRequired, c.Now)
	if err != nil {
		return nil, err
	}
	a, err := s.resume(c, client, p, row)
	if isRefusal(err) {
		return nil, userpool.InvalidSession()
	}
	if err != nil {
		return nil, err
	}
	if err := required(params, "USERNAME", "NEW_PASSWORD"); err != nil {
		return nil, err
	}
	if err := s.Realm.CheckSecretHash(client, sentHash(params), params["USERNAME"]); err != nil {
		return nil, err
	}
	u := a.user
	switch {
	case !u.Means(p, params["USERNAME"]):
		return nil, userpool.InvalidSession()
	case !u.Enabled:
		return nil, userpool.Disabled()
	case u.Status != userpool.ForceChangePassword:
		return nil, userpool.InvalidSession()
	case !c.Now.Before(u.TemporarySince.Add(p.TemporaryLife())):
		return nil, temporaryExpired()
	}
	given, err := givenAttributes(u, params)
	if err != nil {
		return nil, err
	}
	if err := p.SetByUser(client, u, given); err != nil {
		return nil, err
	}
	if err := p.CheckRequired(u); err != nil {
		return nil, err
	}
	if err := s.Realm.SetNewPassword(c, p, u, params["NEW_PASSWORD"]); err != nil {
		return nil, err
	}
	u.Status, u.Modified = userpool.Confirmed, c.Now
	if err := s.Realm.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	if err := s.Realm.UseSession(c.Tx, row); err != nil {
		return nil, err
	}
	return a.tokens()
}

func isRefusal(err error) bool {
	var refused *schema.Error
	return errors.As(err, &refused)
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
