package usersession

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func notTracked() *schema.Error {
	return cognitoidp.InvalidParameterException("User session tracking is not enabled for the user pool.") // (inferred)
}

func noSession() *schema.Error {
	return cognitoidp.ResourceNotFoundException("Session does not exist.") // (inferred)
}

func currentSession() *schema.Error {
	return cognitoidp.InvalidParameterException("The current session cannot be revoked.") // (inferred)
}

func badPageToken() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid pagination token.") // (inferred)
}

func trackingTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("User session tracking is not available in the user pool's feature plan.") // (inferred)
}
