package webauthn

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// The texts but the first are not known. (inferred)

func badCredential() *schema.Error {
	return cognitoidp.InvalidParameterException("Credential data is not valid")
}

func notEnabled() *schema.Error {
	return cognitoidp.WebAuthnNotEnabledException("Passkeys are not enabled for this user pool.")
}

func noConfiguration() *schema.Error {
	return cognitoidp.WebAuthnConfigurationMissingException("The user pool has no relying party ID and no domain.")
}

func noChallenge() *schema.Error {
	return cognitoidp.WebAuthnChallengeNotFoundException("The challenge of the credential was not found or has expired.")
}

func otherClient() *schema.Error {
	return cognitoidp.WebAuthnClientMismatchException("The registration was started by another client.")
}

func badOrigin() *schema.Error {
	return cognitoidp.WebAuthnOriginNotAllowedException("The origin of the credential is not allowed for the relying party.")
}

func otherParty() *schema.Error {
	return cognitoidp.WebAuthnRelyingPartyMismatchException("The credential is of another relying party.")
}

func notSupported() *schema.Error {
	return cognitoidp.WebAuthnCredentialNotSupportedException("The credential is not supported.")
}

func notVerified() *schema.Error {
	return cognitoidp.WebAuthnCredentialNotSupportedException("The credential does not verify its user.")
}

func registered() *schema.Error {
	return cognitoidp.WebAuthnCredentialNotSupportedException("The credential is registered already.")
}

func tooMany() *schema.Error {
	return cognitoidp.LimitExceededException("A user cannot have more than 20 passkeys.")
}

func noCredential() *schema.Error {
	return cognitoidp.ResourceNotFoundException("Credential does not exist.")
}
