package pool

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// AddCustomAttributes appends attributes to the pool's schema: all of a call or none. Users and clients may have them at once, and
// nothing removes or changes them.
func (s *Service) AddCustomAttributes(c *op.Call, in *cognitoidp.AddCustomAttributesInput) (*cognitoidp.AddCustomAttributesOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := userpool.NotImporting(c.Tx, p); err != nil {
		return nil, err
	}
	set := p.Settings
	set.SchemaAttributes, err = extendSchema(slices.Clone(p.Settings.SchemaAttributes), in.CustomAttributes)
	if err != nil {
		return nil, err
	}
	set.LastModifiedDate = new(c.Now)
	if err := s.change(c, p, set); err != nil {
		return nil, err
	}
	return &cognitoidp.AddCustomAttributesOutput{}, nil
}

// extendSchema appends custom attributes to a pool's.
func extendSchema(out, given []cognitoidp.SchemaAttributeType) ([]cognitoidp.SchemaAttributeType, error) {
	for _, a := range given {
		name := ""
		if a.Name != nil {
			name = *a.Name
		}
		c, err := custom(name, a)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(s cognitoidp.SchemaAttributeType) bool { return *s.Name == *c.Name }) {
			return nil, twice(*c.Name)
		}
		out = append(out, *c)
	}
	n := 0
	for _, a := range out {
		if strings.HasPrefix(*a.Name, customPrefix) || strings.HasPrefix(*a.Name, developerPrefix) {
			n++
		}
	}
	if n > maxCustom {
		return nil, tooManyCustom()
	}
	return out, nil
}
