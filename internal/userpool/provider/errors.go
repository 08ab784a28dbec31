package provider

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func noProvider(name string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("Identity provider " + name + " does not exist.") // (inferred)
}

func exists(name string, pool userpool.PoolID) *schema.Error {
	return cognitoidp.DuplicateProviderException(name + " already exists in user pool " + string(pool) + ".") // (inferred)
}

func tooMany() *schema.Error {
	return cognitoidp.LimitExceededException("User pool cannot have more than 300 identity providers.") // (inferred)
}

func wrongName(name, kind string) *schema.Error {
	return invalid("Provider " + name + " cannot be of type " + kind + ".")
}

func missing(names string) *schema.Error {
	return invalid(names + " are all required idp details")
}

func badDetail(name string) *schema.Error {
	return invalid("Invalid value of idp detail " + name + ".") // (inferred)
}

func noMetadata() *schema.Error {
	return invalid("At least one of the MetadataURL or MetadataFile should be provided.")
}

func badMetadata() *schema.Error {
	return invalid("The MetadataFile is not the metadata of one SAML identity provider.") // (inferred)
}

func badMapping(names []string) *schema.Error {
	return invalid("AttributeMapping contains invalid mapping: [" + strings.Join(names, ", ") + "]")
}

func unmapped(names []string) *schema.Error {
	return invalid("The attribute mapping is missing required attributes [" + strings.Join(names, ", ") + "]")
}

func identifierTaken() *schema.Error {
	return invalid("An identifier of the identity provider is in use.") // (inferred)
}

func badSource(why string) *schema.Error { return invalid("Invalid SourceUser: " + why) }

func linked() *schema.Error { return invalid("SourceUser is already linked to DestinationUser") }

func linkedElsewhere() *schema.Error {
	return cognitoidp.AliasExistsException("SourceUser is already linked to another user.") // (inferred)
}

func merging() *schema.Error {
	return invalid("Merging is not currently supported, provide a SourceUser that has not been signed up in order to link")
}

func immutable(attribute string) *schema.Error {
	return invalid("Invalid DestinationUser: the attribute " + attribute + " is immutable") // (inferred)
}

func tooManyIdentities() *schema.Error {
	return cognitoidp.LimitExceededException("A user cannot have more than 5 linked identities.") // (inferred)
}
