package device

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func notTracked() *schema.Error {
	return cognitoidp.InvalidUserPoolConfigurationException("Device tracking is not enabled for the user pool.") // (inferred)
}

func notIssued() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid device key given.")
}

func badVerifier() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid DeviceSecretVerifierConfig.") // (inferred)
}

func confirmedBefore() *schema.Error {
	return cognitoidp.DeviceKeyExistsException("Device key already exists.") // (inferred)
}

func badPageToken() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid pagination token.") // (inferred)
}
