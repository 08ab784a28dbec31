package group

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func exists() *schema.Error {
	return cognitoidp.GroupExistsException("A group with the name already exists")
}

func tooManyGroups() *schema.Error {
	return cognitoidp.LimitExceededException("The maximum number of groups in this user pool has been reached.") // (inferred)
}

func tooManyMemberships() *schema.Error {
	return cognitoidp.InvalidParameterException("The maximum number of groups for this user has been reached.") // (inferred); the operation declares no limit
}

func badPrecedence() *schema.Error {
	return cognitoidp.InvalidParameterException("Precedence must be less than or equal to 2147483647.") // (inferred)
}

func badRole() *schema.Error {
	return cognitoidp.InvalidParameterException("Invalid role ARN.") // (inferred)
}
