package signin

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

func missing(parameter string) *schema.Error {
	return cognitoidp.InvalidParameterException("Missing required parameter " + parameter)
}

// longUsername is what the model would say of a member; the parameters of a sign-in are a map of free texts. (inferred)
func longUsername() *schema.Error {
	return cognitoidp.InvalidParameterException("1 validation error detected: Value at 'username' failed to satisfy constraint: Member must have length less than or equal to 128")
}

func flowNotEnabled(flow string) *schema.Error {
	return cognitoidp.InvalidParameterException(flow + " flow not enabled for this client")
}

func methodNotSupported() *schema.Error {
	return cognitoidp.InvalidParameterException("Initiate Auth method not supported")
}

func adminFlowNotEnabled() *schema.Error {
	return cognitoidp.InvalidParameterException("Auth flow not enabled for this client")
}

func noCustomAuth() *schema.Error {
	return cognitoidp.InvalidParameterException("Custom auth lambda trigger is not configured for the user pool.") // (inferred)
}

func badSRPA() *schema.Error {
	return cognitoidp.InvalidParameterException("SRP_A is not valid.") // (inferred)
}

func badTimestamp() *schema.Error {
	// (inferred) from public reports
	return cognitoidp.InvalidParameterException("TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.")
}

func notConfirmed() *schema.Error {
	return cognitoidp.UserNotConfirmedException("User is not confirmed.")
}

// resetRequired tells less where users are hidden, since only existing users can be in that state.
func resetRequired(c *userpool.Client) *schema.Error {
	if c.HidesUsers() {
		return userpool.Incorrect()
	}
	return cognitoidp.PasswordResetRequiredException("Password reset required for the user")
}

func temporaryExpired() *schema.Error {
	return cognitoidp.NotAuthorizedException("Temporary password has expired and must be reset by an administrator.")
}

func nonMutable(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("Cannot modify the non-mutable attribute " + attribute)
}

func alreadyProvided(attribute string) *schema.Error {
	return cognitoidp.InvalidParameterException("Cannot modify an already provided " + attribute)
}

func noFactor() *schema.Error {
	return cognitoidp.MFAMethodNotFoundException("User does not have a usable MFA method.") // (inferred)
}

func badChoice() *schema.Error {
	return cognitoidp.InvalidParameterException("ANSWER is not one of the MFA methods that can be chosen.") // (inferred)
}

func wrongCode() *schema.Error {
	return cognitoidp.CodeMismatchException("Invalid code or auth state for the user.")
}

func usedTOTP() *schema.Error {
	return cognitoidp.ExpiredCodeException("Your software token has already been used once.")
}

func invalidRefresh() *schema.Error {
	return cognitoidp.NotAuthorizedException("Invalid Refresh Token.")
}

func refreshExpired() *schema.Error {
	return cognitoidp.NotAuthorizedException("Refresh Token has expired")
}

func refreshRevoked() *schema.Error {
	return cognitoidp.NotAuthorizedException("Refresh Token has been revoked")
}

func refreshHashWrong(id userpool.ClientID) *schema.Error {
	return cognitoidp.NotAuthorizedException("SecretHash does not match for the client: " + string(id))
}

func refreshReused() *schema.Error {
	return cognitoidp.RefreshTokenReuseException("Refresh token has been invalidated by rotation")
}

func refreshSecretWrong(id userpool.ClientID) *schema.Error {
	return cognitoidp.NotAuthorizedException("Unable to verify secret hash for client " + string(id)) // (inferred)
}

func foreignToken() *schema.Error {
	return cognitoidp.UnauthorizedException("Invalid token") // (inferred)
}

func clientSecretWrong() *schema.Error {
	return cognitoidp.UnauthorizedException("Invalid client secret") // (inferred)
}

func notRevocable() *schema.Error {
	return cognitoidp.UnsupportedOperationException("Token revocation is not enabled for this client") // (inferred)
}

func notRefreshToken() *schema.Error {
	return cognitoidp.UnsupportedTokenTypeException("Unsupported token type") // (inferred)
}

func badPreference() *schema.Error {
	return cognitoidp.InvalidParameterException("PREFERRED_CHALLENGE is not a challenge that can be preferred.") // (inferred)
}

func badLevels() *schema.Error {
	return cognitoidp.InvalidParameterException("TARGET_ACR_VALUES has no known value.") // (inferred)
}

func badAge() *schema.Error {
	return cognitoidp.InvalidParameterException("MAX_AGE must be a number of seconds.") // (inferred)
}

func tokenWithoutLevel() *schema.Error {
	return cognitoidp.InvalidParameterException("ACCESS_TOKEN requires TARGET_ACR_VALUES.") // (inferred)
}

func foreignAccessToken() *schema.Error {
	return cognitoidp.NotAuthorizedException("Access Token does not belong to the user and the client.") // (inferred)
}

func levelReached() *schema.Error {
	return cognitoidp.InvalidParameterException("The authentication level of the access token is sufficient already.") // (inferred)
}

func levelOutOfReach() *schema.Error {
	return cognitoidp.InvalidParameterException("The user has no factors that lead to the requested authentication level.") // (inferred)
}

func levelTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Authentication levels are not available in the user pool's feature plan.") // (inferred)
}

func badAnswer() *schema.Error {
	return cognitoidp.InvalidParameterException("ANSWER is not one of the available challenges.") // (inferred)
}

func badCredential() *schema.Error {
	return cognitoidp.InvalidParameterException("Credential data is not valid")
}
