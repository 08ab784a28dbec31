package userpool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// The answers several areas share, letter for letter.

// NoPool answers a pool id that the account has not in this Region.
func NoPool(id string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("User pool " + id + " does not exist.")
}

// NoClient answers an unknown client id.
func NoClient(id string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("User pool client " + id + " does not exist.")
}

// NoUser answers an unknown user name where its existence is no secret.
func NoUser() *schema.Error { return cognitoidp.UserNotFoundException("User does not exist.") }

// Incorrect answers every wrong proof of a password.
func Incorrect() *schema.Error {
	return cognitoidp.NotAuthorizedException("Incorrect username or password.")
}

// AttemptsExceeded answers during a lock-out.
func AttemptsExceeded() *schema.Error {
	return cognitoidp.NotAuthorizedException("Password attempts exceeded")
}

// Disabled answers for a user whom an administrator switched off.
func Disabled() *schema.Error { return cognitoidp.NotAuthorizedException("User is disabled.") }

// LimitExceeded answers above the hourly limits of one user.
func LimitExceeded() *schema.Error {
	return cognitoidp.LimitExceededException("Attempt limit exceeded, please try after some time.")
}

// tooManyCodes answers above the hourly limit of codes for signing in. The operations that send them declare no
// LimitExceededException.
func tooManyCodes() *schema.Error {
	return cognitoidp.TooManyRequestsException("Attempt limit exceeded, please try after some time.") // (inferred)
}

// CodeExpired answers a code whose time has passed, and one where none is outstanding.
func CodeExpired() *schema.Error {
	return cognitoidp.ExpiredCodeException("Invalid code provided, please request a code again.")
}

// CodeWrong answers a code that is not the one sent.
func CodeWrong() *schema.Error {
	return cognitoidp.CodeMismatchException("Invalid verification code provided, please try again.")
}

// NoCombination answers an unknown user name to those who act through a client.
func NoCombination() *schema.Error {
	return cognitoidp.UserNotFoundException("Username/client id combination not found.")
}

// WrongStatus answers a confirmation of a user who is not to be confirmed.
func WrongStatus(s Status) *schema.Error {
	return cognitoidp.NotAuthorizedException("User cannot be confirmed. Current status is " + string(s))
}

// NothingVerified answers in pools that verify nothing.
func NothingVerified() *schema.Error {
	return cognitoidp.InvalidParameterException("Auto verification not turned on.")
}

// Unproven answers a flag that says an address is verified which the user does not have.
func Unproven(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException(attribute + " is required to verify/auto-verify the user's " + attribute) // (inferred)
}

// Unsupported refuses a setting whose effect this server does not have, so that nobody relies on it.
func Unsupported(what string) *schema.Error {
	return cognitoidp.InvalidParameterException(what + " is not supported by this server.")
}

func badPageToken() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid pagination token.") // (inferred)
}

// TooBusy answers when as many passwords are being hashed as may be.
func TooBusy() *schema.Error { return cognitoidp.TooManyRequestsException("Too many requests") }

func secretHashMissing(id ClientID) *schema.Error {
	return cognitoidp.NotAuthorizedException("Client " + string(id) + " is configured with secret but SECRET_HASH was not received")
}

func secretHashWrong(id ClientID) *schema.Error {
	return cognitoidp.NotAuthorizedException("Unable to verify secret hash for client " + string(id))
}

func invalidAccessToken() *schema.Error {
	return cognitoidp.NotAuthorizedException("Invalid Access Token")
}

func accessTokenExpired() *schema.Error {
	return cognitoidp.NotAuthorizedException("Access Token has expired")
}

func accessTokenRevoked() *schema.Error {
	return cognitoidp.NotAuthorizedException("Access Token has been revoked")
}

func accessTokenScopes() *schema.Error {
	return cognitoidp.NotAuthorizedException("Access Token does not have required scopes")
}

// InvalidSession answers a session that is unknown or of another client, user or challenge.
func InvalidSession() *schema.Error {
	return cognitoidp.NotAuthorizedException("Invalid session for the user.")
}

func sessionExpired() *schema.Error {
	return cognitoidp.NotAuthorizedException("Invalid session for the user, session is expired.")
}

func sessionUsed() *schema.Error {
	return cognitoidp.NotAuthorizedException("Invalid session for the user, session can only be used once.")
}

func aliasExists(attribute string) *schema.Error {
	return cognitoidp.AliasExistsException("An account with the given " + attribute + " already exists.")
}

func accountExists(attribute string) *schema.Error {
	return cognitoidp.UsernameExistsException("An account with the given " + attribute + " already exists.")
}

func nonconforming(text string) *schema.Error {
	return cognitoidp.InvalidParameterException("Attributes did not conform to the schema: " + text)
}

func nonMutable(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("Cannot modify the non-mutable attribute " + attribute)
}

func unauthorizedAttribute() *schema.Error {
	return cognitoidp.NotAuthorizedException("A client attempted to write unauthorized attribute")
}

func passwordUsed() *schema.Error {
	return cognitoidp.PasswordHistoryPolicyViolationException("Password has previously been used") // (inferred)
}

func invalidPassword(err error) *schema.Error {
	return cognitoidp.InvalidPasswordException(err.Error())
}
