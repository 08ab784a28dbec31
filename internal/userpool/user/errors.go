package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func userExists() *schema.Error {
	return cognitoidp.UsernameExistsException("User account already exists")
}

func cannotResend() *schema.Error {
	return cognitoidp.UnsupportedUserStateException("Resend not possible. User status is not FORCE_CHANGE_PASSWORD") // (inferred)
}

// disabled has no full stop here, unlike at sign-in.
func disabled() *schema.Error { return cognitoidp.NotAuthorizedException("User is disabled") }

func badFlag(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException(attribute + " must be true or false.") // (inferred)
}

func badFilter() *schema.Error {
	return cognitoidp.InvalidParameterException("Error while parsing filter.")
}

func badSearch(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid search attribute: " + attribute)
}

func badAttribute(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("Attributes did not conform to the schema: The attribute " + attribute + " is not defined in schema.")
}

func badPageToken() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid pagination token.") // (inferred)
}

func noPolicyReason(err error) *schema.Error {
	return cognitoidp.InvalidPasswordException(err.Error())
}
