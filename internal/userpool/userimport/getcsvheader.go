package userimport

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Columns that are no attributes.
const (
	columnMFA  = "cognito:mfa_enabled"
	columnName = "cognito:username"
)

// standard are the columns of standard attributes in the order GetCSVHeader gives them.
var standard = []string{
	"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "email",
	"email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
}

// GetCSVHeader returns the columns that a file for the pool has to have.
func (s *Service) GetCSVHeader(c *op.Call, in *cognitoidp.GetCSVHeaderInput) (*cognitoidp.GetCSVHeaderOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetCSVHeaderOutput{UserPoolId: &in.UserPoolId, CSVHeader: columns(p)}, nil
}

// columns of a pool's files: its standard attributes, its own in the order of the schema, and two about the user.
func columns(p *userpool.Pool) []string {
	var out []string
	for _, name := range standard {
		if p.Schema(name) != nil {
			out = append(out, name)
		}
	}
	for i := range p.Settings.SchemaAttributes {
		name := *p.Settings.SchemaAttributes[i].Name
		if name != "sub" && name != "identities" && !slices.Contains(standard, name) {
			out = append(out, name)
		}
	}
	return append(out, columnMFA, columnName)
}
