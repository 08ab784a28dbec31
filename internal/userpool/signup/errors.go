package signup

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func notPermitted() *schema.Error {
	return cognitoidp.NotAuthorizedException("SignUp is not permitted for this user pool")
}

func passwordMissing() *schema.Error {
	return cognitoidp.InvalidParameterException("Missing required parameter PASSWORD") // (inferred)
}

func userExists() *schema.Error { return cognitoidp.UsernameExistsException("User already exists") }

func alreadyConfirmed() *schema.Error {
	return cognitoidp.InvalidParameterException("User is already confirmed.")
}
