package terms

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func noTerms(id string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("Terms " + id + " does not exist.") // (inferred)
}

func exists(name, client string) *schema.Error {
	return cognitoidp.TermsExistsException("Terms " + name + " already exists for user pool client " + client + ".") // (inferred)
}

func tooMany() *schema.Error {
	return cognitoidp.LimitExceededException("User pool cannot have more than 40 terms documents.") // (inferred)
}

func noDefault() *schema.Error {
	return cognitoidp.InvalidParameterException("Links must contain cognito:default.") // (inferred)
}

func badLink() *schema.Error {
	return cognitoidp.InvalidParameterException("Links must be http or https addresses.") // (inferred)
}
