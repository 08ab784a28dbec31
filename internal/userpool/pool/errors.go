package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func protected() *schema.Error {
	return invalid("The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
}

func hasDomain() *schema.Error {
	return invalid("User pool cannot be deleted. It has a domain configured that should be deleted first.")
}

func aliasesAndNames() *schema.Error {
	return invalid("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.") // (inferred)
}

func updatesUnverified() *schema.Error {
	return invalid("All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes")
}

func twoValidities() *schema.Error {
	return invalid("Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays")
}

func requiredCustom() *schema.Error {
	return invalid("Required custom attributes are not supported currently.")
}

func standardType(attribute string) *schema.Error {
	return invalid("You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute " + attribute)
}

func noName() *schema.Error {
	return invalid("Custom attributes must have a name.") // (inferred)
}

func noType() *schema.Error {
	return invalid("Invalid AttributeDataType input, consider using the provided AttributeDataType enum.")
}

func stringConstraints(attribute string) *schema.Error {
	return invalid("Invalid StringAttributeConstraints for schema attribute " + attribute)
}

func numberConstraints(attribute string) *schema.Error {
	return invalid("Invalid NumberAttributeConstraints for schema attribute " + attribute)
}

func lengthOrder(attribute string) *schema.Error {
	return invalid("user." + attribute + ": Max length cannot be less than min length.")
}

func lengthLimit(attribute string) *schema.Error {
	return invalid("user." + attribute + ": String attributes cannot have a length of more than 2048")
}

func valueOrder(attribute string) *schema.Error {
	return invalid("user." + attribute + ": Max value cannot be less than min value.")
}

func twice(attribute string) *schema.Error {
	return invalid(attribute + ": Existing attribute already has name " + attribute + ".")
}

func subTouched() *schema.Error {
	return invalid("Existing schema attributes cannot be modified or deleted.") // (inferred)
}

func tooManyCustom() *schema.Error {
	return cognitoidp.LimitExceededException("User pool cannot have more than 50 custom attributes.") // (inferred)
}

func tooManyTags() *schema.Error {
	return cognitoidp.UserPoolTaggingException("Too many tags.") // (inferred)
}

func badCredentialTag() *schema.Error {
	return invalid("The tag cogtrail:credential must be srp or argon2id.")
}

func credentialTagFixed() *schema.Error {
	return invalid("The tag cogtrail:credential cannot be changed once the user pool exists.")
}

func reservedTag() *schema.Error {
	return cognitoidp.UserPoolTaggingException("aws: prefixed tag key names are not allowed for external use.") // (inferred)
}

func badResource() *schema.Error {
	return invalid("Invalid resource ARN.") // (inferred)
}

func adminOnlyAlone() *schema.Error {
	return invalid("Invalid account recovery setting parameter. Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.") // (inferred)
}

func recoveryTwice(what string) *schema.Error {
	return invalid("Invalid account recovery setting parameter. Account Recovery Setting cannot have the same " + what + " twice.") // (inferred)
}

func noHistory() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Password history is not available in the user pool's feature plan.") // (inferred)
}

func developerSource() *schema.Error {
	return invalid("SourceArn is required when EmailSendingAccount is DEVELOPER.") // (inferred)
}

func plusOnly() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Threat protection is not available in the user pool's feature plan.") // (inferred)
}

func factorsWhileOff() *schema.Error {
	return invalid("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.")
}

func noFactors() *schema.Error {
	return invalid("Invalid MFA configuration given, can't disable all MFAs with a required or optional configuration.")
}

func noSmsConfiguration() *schema.Error {
	return invalid("[SmsConfiguration] is a required member of [SoftwareTokenMfaConfiguration].")
}

func smsForFactors() *schema.Error {
	return invalid("SMS configuration and Auto verification for phone_number are required when MFA is required/optional")
}

func emailSender() *schema.Error {
	return invalid("EmailMfaConfiguration requires EmailSendingAccount DEVELOPER.") // (inferred)
}

func emailTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Email MFA is not available in the user pool's feature plan.") // (inferred)
}

func tierInUse() *schema.Error {
	return cognitoidp.TierChangeNotAllowedException("The user pool uses features that the feature plan does not have.") // (inferred)
}

func inviteTemplate() *schema.Error {
	return invalid("Invitation messages must contain {username} and {####}.") // (inferred)
}

func badPageToken() *schema.Error {
	return invalid("Invalid pagination token.") // (inferred)
}

// The texts about first factors and passkeys are not known. (inferred)

func badFirstFactor(f string) *schema.Error {
	return invalid("Invalid AllowedFirstAuthFactors: " + f)
}

func passwordFirst() *schema.Error {
	return invalid("AllowedFirstAuthFactors must contain PASSWORD.")
}

func smsForSignIn() *schema.Error {
	return invalid("SMS configuration is required when SMS_OTP is an allowed first authentication factor.")
}

func codeWithMFA(f string) *schema.Error {
	return invalid(f + " cannot be an allowed first authentication factor when MFA is required.")
}

func passkeyWithMFA() *schema.Error {
	return invalid("WEB_AUTHN can be an allowed first authentication factor when MFA is required only with FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION.")
}

func firstFactorTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Passwordless sign-in is not available in the user pool's feature plan.")
}

func passkeyTier() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Passkeys are not available in the user pool's feature plan.")
}

func badRelyingParty() *schema.Error {
	return invalid("RelyingPartyId must be a domain that is not a public suffix.")
}

func senderWithoutKey() *schema.Error {
	return invalid("KMSKeyID is required with CustomEmailSender and CustomSMSSender.") // (inferred)
}

func twoTokenFunctions() *schema.Error {
	return invalid("PreTokenGeneration and PreTokenGenerationConfig.LambdaArn must be the same.") // (inferred)
}

func noTokenVersion() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Versions of PreTokenGeneration events after V1_0 are not available in the user pool's feature plan.") // (inferred)
}
