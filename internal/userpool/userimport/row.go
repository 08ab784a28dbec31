package userimport

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// verdict is what became of a row.
type verdict int

const (
	succeeded verdict = iota
	skipped
	failed
)

// Texts of the log.
const (
	textSucceeded = "The import succeeded."
	textExists    = "The user already exists."
	textUnproved  = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."

	textRow       = "The User Record is malformed."                                                          // (inferred)
	textLong      = "The User Record is longer than 16000 characters."                                       // (inferred)
	textNameless  = "The User Record does not set cognito:username."                                         // (inferred)
	textNamed     = "The User Record sets cognito:username, which has to be empty here."                     // (inferred)
	textName      = "The User Record sets cognito:username to a name that is not allowed."                   // (inferred)
	textNoLogin   = "The User Record does not set an attribute that serves as user name."                    // (inferred)
	textMFA       = "The User Record does not set cognito:mfa_enabled to true or false."                     // (inferred)
	textMFAOn     = "The User Record sets cognito:mfa_enabled to true, but SMS cannot be its second factor." // (inferred)
	textBirthdate = "The User Record does not give birthdate as mm/dd/yyyy."                                 // (inferred)
)

// username is what the model demands of user names, which come here without it.
var username = regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$`)

// take makes the user of a row. The text says why not; it names attributes and holds no values. The error is a fault of storage, and
// then nothing counts.
func (s *Service) take(tx store.Tx, p *userpool.Pool, header, fields []string, now time.Time) (verdict, string, error) {
	u := &userpool.User{
		Account: p.Account, Region: p.Region, Pool: p.ID, Sub: userpool.NewSub(), Status: userpool.ResetRequired, Enabled: true, Created: now,
		Modified: now,
	}
	if text, err := fill(p, u, header, fields); err != nil || text != "" {
		return refusal(text, err)
	}
	exists := cognitoidp.UsernameExistsException(textExists)
	if err := s.Realm.NameTaken(tx, p, u, exists); err != nil {
		return refusal("", err)
	}
	if err := s.Realm.PutUser(tx, p, u); err != nil {
		return refusal("", err)
	}
	return succeeded, textSucceeded, nil
}

// refusal turns what is wrong with a row into its verdict. An error that is no answer of the service is a fault.
func refusal(text string, err error) (verdict, string, error) {
	if err == nil {
		return failed, text, nil
	}
	var refused *schema.Error
	if !errors.As(err, &refused) {
		return failed, "", err
	}
	if refused.Code == "UsernameExistsException" {
		return skipped, textExists, nil
	}
	return failed, strings.TrimSpace(refused.Message), nil
}

// fill gives a new user the attributes and names of a row. text says what is wrong with it, and so does a *schema.Error.
func fill(p *userpool.Pool, u *userpool.User, header, fields []string) (text string, err error) {
	name, mfa := "", ""
	list := make([]cognitoidp.AttributeType, 0, len(header))
	for i, column := range header {
		v := fields[i]
		switch column {
		case columnName:
			name = v
			continue
		case columnMFA:
			mfa = v
			continue
		case "birthdate":
			if _, err := time.Parse("01/02/2006", v); v != "" && err != nil {
				return textBirthdate, nil
			}
		}
		if v != "" {
			list = append(list, cognitoidp.AttributeType{Name: column, Value: &v})
		}
	}
	if err := p.SetByAdmin(u, list); err != nil {
		return "", err
	}
	if text := setMFA(p, u, mfa); text != "" {
		return text, nil
	}
	for _, a := range list {
		for _, address := range []string{userpool.Email, userpool.Phone} {
			if _, has := u.Get(address); a.Name == address+"_verified" && *a.Value == "true" && !has {
				return "", userpool.Unproven(address)
			}
		}
	}
	login, text := loginOf(p, u, name)
	if text != "" {
		return text, nil
	}
	if err := p.NameUser(u, login); err != nil {
		return "", err
	}
	if err := p.CheckRequired(u); err != nil {
		return "", err
	}
	if auto := p.Settings.AutoVerifiedAttributes; len(auto) > 0 { // nothing to prove where nothing is verified (inferred)
		for _, address := range auto {
			if u.Verified(address) {
				return "", nil
			}
		}
		return textUnproved, nil
	}
	return "", nil
}

// loginOf is the text that names the user: the column, or the address that serves as name, with the column empty.
func loginOf(p *userpool.Pool, u *userpool.User, name string) (login, text string) {
	if !p.UsesAttributes() {
		switch {
		case name == "":
			return "", textNameless
		case !username.MatchString(name):
			return "", textName
		}
		return name, ""
	}
	if name != "" {
		return "", textNamed
	}
	for _, address := range []string{userpool.Email, userpool.Phone} {
		if v, ok := u.Get(address); ok && p.SignsInWith(address) {
			return v, ""
		}
	}
	return "", textNoLogin
}

// setMFA takes the column, which is demanded where the pool asks for a second factor: true switches SMS on, the factor there was
// when the column was made. A row that cannot have it fails, since its user would be let in too easily. [Cognito: importing users
// from a CSV file]
func setMFA(p *userpool.Pool, u *userpool.User, v string) string {
	on := p.Settings.MfaConfiguration != nil && *p.Settings.MfaConfiguration != "OFF"
	_, phone := u.Get(userpool.Phone)
	switch {
	case v != "" && v != "true" && v != "false", v == "" && on:
		return textMFA
	case v == "true" && on && (!phone || !p.Factors.Has(userpool.SMSFactor)):
		return textMFAOn
	case v == "true" && phone:
		u.Factors.Switch(userpool.SMSFactor, true)
	}
	return ""
}
