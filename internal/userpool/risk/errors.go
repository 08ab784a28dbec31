package risk

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func notEnabled() *schema.Error {
	return cognitoidp.UserPoolAddOnNotEnabledException("Threat Protection is not enabled for this user pool.") // (inferred)
}

func noNotices() *schema.Error {
	return invalid("NotifyConfiguration is required when an action notifies the user.") // (inferred)
}

func noBody() *schema.Error {
	return invalid("A notification must have an HtmlBody or a TextBody.") // (inferred)
}

func badRange(text string) *schema.Error {
	return invalid("Invalid IP range: " + text) // (inferred)
}
