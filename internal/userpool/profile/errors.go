package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func previousMissing() *schema.Error {
	return cognitoidp.InvalidParameterException("Missing required parameter PreviousPassword") // (inferred)
}

func notVerifiable(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("Attribute " + attribute + " cannot be verified.") // (inferred)
}

func noValue(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("User has no " + attribute + " to verify.") // (inferred)
}
