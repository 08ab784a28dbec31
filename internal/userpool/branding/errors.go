package branding

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func noStyle(id string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("Managed login branding " + id + " does not exist.") // (inferred)
}

func noStyleOf(client string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("Managed login branding for user pool client " + client + " does not exist.") // (inferred)
}

func exists(client string) *schema.Error {
	return cognitoidp.ManagedLoginBrandingExistsException("Managed login branding already exists for user pool client " + client + ".") // (inferred)
}

func tooMany() *schema.Error {
	return cognitoidp.LimitExceededException("User pool cannot have more than 20 managed login branding styles.") // (inferred)
}

func providedValues() *schema.Error {
	return invalid("Settings and Assets cannot be given when UseCognitoProvidedValues is true.") // (inferred)
}

func badSettings() *schema.Error {
	return invalid("Settings is not a valid managed login branding document.") // (inferred)
}

func twoAssets(category string) *schema.Error {
	return invalid("More than one asset of category " + category + " is given for a color mode.") // (inferred)
}

func badAsset(category string) *schema.Error {
	return invalid("The asset of category " + category + " is not a valid file of its extension.") // (inferred)
}

func noID() *schema.Error {
	return invalid("UserPoolId and ManagedLoginBrandingId are required.") // (inferred)
}
