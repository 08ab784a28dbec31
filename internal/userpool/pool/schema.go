package pool

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

const (
	customPrefix    = "custom:"
	developerPrefix = "dev:"
	// maxCustom is Cognito's quota of custom attributes.
	maxCustom = 50
	maxLength = 2048
)

// standardSchema are the attributes every pool has, in Cognito's order.
func standardSchema() []cognitoidp.SchemaAttributeType {
	text := func(name, least, most string) cognitoidp.SchemaAttributeType {
		return cognitoidp.SchemaAttributeType{
			Name: &name, AttributeDataType: new("String"), DeveloperOnlyAttribute: new(false), Mutable: new(true), Required: new(false),
			StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MinLength: &least, MaxLength: &most},
		}
	}
	flag := func(name string) cognitoidp.SchemaAttributeType {
		a := text(name, "", "")
		a.AttributeDataType, a.StringAttributeConstraints = new("Boolean"), nil
		return a
	}
	sub := text("sub", "1", "2048")
	sub.Mutable, sub.Required = new(false), new(true)
	updated := text("updated_at", "", "")
	updated.AttributeDataType, updated.StringAttributeConstraints = new("Number"), nil
	updated.NumberAttributeConstraints = &cognitoidp.NumberAttributeConstraintsType{MinValue: new("0")}
	out := []cognitoidp.SchemaAttributeType{sub}
	for _, name := range []string{
		"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "email",
		"email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number", "phone_number_verified", "address", "updated_at",
	} {
		switch name {
		case "email_verified", "phone_number_verified":
			out = append(out, flag(name))
		case "birthdate":
			out = append(out, text(name, "10", "10"))
		case "updated_at":
			out = append(out, updated)
		default:
			out = append(out, text(name, "0", "2048"))
		}
	}
	return out
}

// buildSchema merges what a call says about attributes into the standard ones.
func buildSchema(given []cognitoidp.SchemaAttributeType) ([]cognitoidp.SchemaAttributeType, error) {
	out := standardSchema()
	var customs []cognitoidp.SchemaAttributeType
	for _, a := range given {
		name := ""
		if a.Name != nil {
			name = *a.Name
		}
		i := slices.IndexFunc(out, func(s cognitoidp.SchemaAttributeType) bool { return *s.Name == name })
		if i >= 0 {
			if err := mergeStandard(&out[i], a); err != nil {
				return nil, err
			}
			continue
		}
		customs = append(customs, a)
	}
	return extendSchema(out, customs)
}

func mergeStandard(s *cognitoidp.SchemaAttributeType, a cognitoidp.SchemaAttributeType) error {
	name := *s.Name
	if a.AttributeDataType != nil && *a.AttributeDataType != *s.AttributeDataType || a.DeveloperOnlyAttribute != nil && *a.DeveloperOnlyAttribute {
		return standardType(name)
	}
	if name == "sub" {
		if a.Required != nil && !*a.Required || a.Mutable != nil && *a.Mutable {
			return subTouched()
		}
		return nil
	}
	if a.Required != nil {
		s.Required = a.Required
	}
	if a.Mutable != nil {
		s.Mutable = a.Mutable
	}
	return constrain(s, a)
}

func custom(name string, a cognitoidp.SchemaAttributeType) (*cognitoidp.SchemaAttributeType, error) {
	if a.AttributeDataType == nil {
		return nil, noType()
	}
	if name == "" || name == customPrefix {
		return nil, noName()
	}
	if a.Required != nil && *a.Required {
		return nil, requiredCustom()
	}
	if !strings.HasPrefix(name, customPrefix) {
		name = customPrefix + name
	}
	s := &cognitoidp.SchemaAttributeType{
		Name: &name, AttributeDataType: a.AttributeDataType, DeveloperOnlyAttribute: new(false), Mutable: a.Mutable, Required: new(false),
	}
	if s.Mutable == nil {
		s.Mutable = new(false) // (inferred)
	}
	if a.DeveloperOnlyAttribute != nil && *a.DeveloperOnlyAttribute {
		s.DeveloperOnlyAttribute = new(true)
		name = developerPrefix + name
	}
	switch *a.AttributeDataType {
	case "String":
		s.StringAttributeConstraints = &cognitoidp.StringAttributeConstraintsType{}
	case "Number":
		s.NumberAttributeConstraints = &cognitoidp.NumberAttributeConstraintsType{}
	}
	return s, constrain(s, a)
}

// constrain takes over limits that fit the attribute's type and make sense.
func constrain(s *cognitoidp.SchemaAttributeType, a cognitoidp.SchemaAttributeType) error {
	name := *s.Name
	if c := a.StringAttributeConstraints; c != nil {
		if *s.AttributeDataType != "String" {
			return stringConstraints(name)
		}
		least, ok1 := natural(c.MinLength)
		most, ok2 := natural(c.MaxLength)
		switch {
		case !ok1 || !ok2:
			return stringConstraints(name)
		case least > maxLength || most > maxLength:
			return lengthLimit(name)
		case c.MinLength != nil && c.MaxLength != nil && most < least:
			return lengthOrder(name)
		}
		s.StringAttributeConstraints = c
	}
	if c := a.NumberAttributeConstraints; c != nil {
		if *s.AttributeDataType != "Number" {
			return numberConstraints(name)
		}
		least, ok1 := whole(c.MinValue)
		most, ok2 := whole(c.MaxValue)
		switch {
		case !ok1 || !ok2:
			return numberConstraints(name)
		case c.MinValue != nil && c.MaxValue != nil && most.Cmp(least) < 0:
			return valueOrder(name)
		}
		s.NumberAttributeConstraints = c
	}
	return nil
}

func natural(s *string) (int, bool) {
	if s == nil {
		return 0, true
	}
	n, err := strconv.Atoi(*s)
	return n, err == nil && n >= 0
}

func whole(s *string) (*big.Int, bool) {
	if s == nil {
		return new(big.Int), true
	}
	if len(*s) > 64 {
		return nil, false
	}
	return new(big.Int).SetString(*s, 10)
}
