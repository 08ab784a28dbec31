package client

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func twoSecrets() *schema.Error {
	return invalid("GenerateSecret and ClientSecret cannot be given together.") // (inferred)
}

func badAttributes(kind, doing string) *schema.Error {
	return invalid("Invalid " + kind + " attributes specified while " + doing + " a client")
}

func validityRange() *schema.Error {
	return invalid("Invalid range for token validity.") // (inferred)
}

func mixedFlows() *schema.Error {
	return invalid("Use of ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY or USER_PASSWORD_AUTH together with ALLOW_ flows is not allowed.") // (inferred)
}

func choiceTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("ALLOW_USER_AUTH is not available in the user pool's feature plan.") // (inferred)
}

func rotationAndFlow() *schema.Error {
	return invalid("ALLOW_REFRESH_TOKEN_AUTH cannot be used with refresh token rotation.") // (inferred)
}

func noProvider(name, pool string) *schema.Error {
	return invalid("The provider " + name + " does not exist for User Pool " + pool + ".")
}

func badRedirect(url string) *schema.Error {
	return invalid("Invalid redirect URI: " + url) // (inferred)
}

func defaultRedirect() *schema.Error {
	return invalid("DefaultRedirectURI must be in CallbackURLs.") // (inferred)
}

func clientCredentials(message string) *schema.Error {
	return cognitoidp.InvalidOAuthFlowException(message)
}

func noScope(scope string) *schema.Error {
	return cognitoidp.ScopeDoesNotExistException("Scope " + scope + " does not exist.") // (inferred)
}

func oauthMembers() *schema.Error {
	return invalid("AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.") // (inferred)
}

func propagateNeedsSecret() *schema.Error {
	return invalid("EnablePropagateAdditionalUserContextData requires a client with a secret.") // (inferred)
}

func badPageToken() *schema.Error {
	return invalid("Invalid pagination token.") // (inferred)
}

func tooManySecrets() *schema.Error {
	return cognitoidp.LimitExceededException("Client secrets cannot exceed limit of 2 secrets.")
}

func noSecret() *schema.Error {
	return cognitoidp.ResourceNotFoundException("Client secret does not exist")
}

func onlySecret() *schema.Error {
	return invalid("Cannot delete the only client secret.") // (inferred) code; the operation does not declare NotAuthorizedException
}

func publicClient() *schema.Error {
	return invalid("Client secrets can only be added to a client that has one.") // (inferred)
}

func sameSecret() *schema.Error {
	return invalid("The client already has this secret.") // (inferred)
}
