package authevent

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func notEnabled() *schema.Error {
	return cognitoidp.UserPoolAddOnNotEnabledException("Threat Protection is not enabled for this user pool.") // (inferred)
}

func noEvent(id string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("Event " + id + " does not exist.") // (inferred)
}

func badToken() *schema.Error {
	return cognitoidp.NotAuthorizedException("Invalid feedback token.") // (inferred)
}
