package mfa

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func notVerified() *schema.Error {
	return cognitoidp.InvalidParameterException("User has not verified software token mfa")
}

func noAddress(factor string) *schema.Error {
	return cognitoidp.InvalidParameterException("User does not have delivery config set to turn on " + factor)
}

func twoPreferred() *schema.Error {
	return cognitoidp.InvalidParameterException("Only one MFA method can be preferred.") // (inferred)
}

func preferredOff(factor string) *schema.Error {
	return cognitoidp.InvalidParameterException("Cannot prefer " + factor + " without enabling it.") // (inferred)
}

func lastFactor() *schema.Error {
	return cognitoidp.InvalidParameterException("MFA is required by the user pool and cannot be turned off.") // (inferred)
}

func onlySMS() *schema.Error {
	return cognitoidp.InvalidParameterException("MFAOptions may hold DeliveryMedium SMS with AttributeName phone_number only.") // (inferred)
}

func passkeysAlone() *schema.Error {
	return cognitoidp.InvalidParameterException("Passkey MFA requires FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION.") // (inferred)
}

func oneCredential() *schema.Error {
	return cognitoidp.InvalidParameterException("Exactly one of AccessToken and Session must be provided.") // (inferred)
}

func tokensOff() *schema.Error {
	return cognitoidp.SoftwareTokenMFANotFoundException("Software Token MFA has not been enabled by the userPool")
}

func notAssociated() *schema.Error {
	return cognitoidp.SoftwareTokenMFANotFoundException("Software token MFA has not been associated.") // (inferred)
}

func wrongWithToken() *schema.Error {
	return cognitoidp.EnableSoftwareTokenMFAException("Code mismatch")
}

func wrongWithSession() *schema.Error { return cognitoidp.CodeMismatchException("Code mismatch") }

func longDeviceName() *schema.Error {
	return cognitoidp.InvalidParameterException("FriendlyDeviceName must have length less than or equal to 256") // (inferred)
}
