package provider

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateIdentityProvider replaces the details, the mapping and the identifiers a call gives; what it leaves out stays (inferred).
// Apple's private key stays too if the details lack it, since nobody can read it back (inferred).
func (s *Service) UpdateIdentityProvider(c *op.Call, in *cognitoidp.UpdateIdentityProviderInput) (*cognitoidp.UpdateIdentityProviderOutput, error) {
	p, row, err := s.provider(c, in.UserPoolId, in.ProviderName)
	if err != nil {
		return nil, err
	}
	kind := *row.Settings.ProviderType
	if in.ProviderDetails != nil {
		given := in.ProviderDetails
		if kind == apple && given["private_key"] == "" {
			old, err := Details(s.Realm, row)
			if err != nil {
				return nil, err
			}
			given = with(given, "private_key", old["private_key"])
		}
		details, err := complete(kind, given)
		if err != nil {
			return nil, err
		}
		s.setDetails(row, details)
	}
	if in.AttributeMapping != nil {
		if row.Settings.AttributeMapping, err = mapping(p.Settings.SchemaAttributes, kind, in.AttributeMapping); err != nil {
			return nil, err
		}
	}
	if in.IdpIdentifiers != nil {
		if err := identifiers(in.IdpIdentifiers); err != nil {
			return nil, err
		}
		row.Settings.IdpIdentifiers = in.IdpIdentifiers
	}
	row.Settings.LastModifiedDate = new(c.Now)
	if err := write(c.Tx, row); err != nil {
		return nil, err
	}
	out, err := s.described(row)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateIdentityProviderOutput{IdentityProvider: out}, nil
}

// with is a copy of m in which a name has a value: the input belongs to the caller, and the call may run again.
func with(m map[string]string, name, value string) map[string]string {
	out := map[string]string{name: value}
	for k, v := range m {
		if k != name {
			out[k] = v
		}
	}
	return out
}
