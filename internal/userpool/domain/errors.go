package domain

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func noDomain() *schema.Error { return invalid("No such domain or user pool exists.") }

func exists() *schema.Error { return invalid("Domain already exists.") }

func ofAnother() *schema.Error { return invalid("Domain already associated with another user pool.") }

func hasDomain() *schema.Error {
	return invalid("User pool already has a domain configured.") // (inferred)
}

func badPrefix() *schema.Error {
	return invalid("The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. " +
		`Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$`)
}

func badCustom() *schema.Error {
	return invalid("Custom domain is not a valid subdomain.") // (inferred)
}

func reservedWord(word string) *schema.Error {
	return invalid("Domain cannot contain reserved word: " + word)
}

func badVersion() *schema.Error {
	return invalid("ManagedLoginVersion must be 1 or 2.") // (inferred)
}

func managedLoginTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Managed login is not available in the user pool's feature plan.") // (inferred)
}

func badCertificate() *schema.Error {
	return invalid("CertificateArn must be the ARN of an ACM certificate in us-east-1.") // (inferred)
}

func notCustom() *schema.Error {
	return invalid("CustomDomainConfig is for custom domains only.") // (inferred)
}

func tooMany() *schema.Error {
	return cognitoidp.LimitExceededException("Account cannot have more than 4 custom domains.") // (inferred)
}
