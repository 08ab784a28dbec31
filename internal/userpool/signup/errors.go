package signup

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

func notPermitted() *schema.Error {
	return cognitoidp.NotAuthorizedException("SignUp is not permitted for this user pool")
}

func passwordMissing() *schema.Error {
	return cognitoidp.InvalidParameterException("Missing required parameter PASSWORD") // (inferred)
}

func userExists() *schema.Error { return cognitoidp.UsernameExistsException("User already exists") }

func noCombination() *schema.Error {
	return cognitoidp.UserNotFoundException("Username/client id combination not found.")
}

func wrongStatus(s userpool.Status) *schema.Error {
	return cognitoidp.NotAuthorizedException("User cannot be confirmed. Current status is " + string(s))
}

func alreadyConfirmed() *schema.Error {
	return cognitoidp.InvalidParameterException("User is already confirmed.")
}

func nothingVerified() *schema.Error {
	return cognitoidp.InvalidParameterException("Auto verification not turned on.")
}

func codeExpired() *schema.Error {
	return cognitoidp.ExpiredCodeException("Invalid code provided, please request a code again.")
}

func codeWrong() *schema.Error {
	return cognitoidp.CodeMismatchException("Invalid verification code provided, please try again.")
}
