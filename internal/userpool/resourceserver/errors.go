package resourceserver

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

func noServer(identifier string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("Resource server " + identifier + " does not exist.")
}

func exists(identifier string, pool userpool.PoolID) *schema.Error {
	return cognitoidp.InvalidParameterException(identifier + " already exists in user pool " + string(pool) + ".")
}

func tooMany() *schema.Error {
	return cognitoidp.LimitExceededException("User pool cannot have more than 25 resource servers.") // (inferred)
}

func scopeTwice(name string) *schema.Error {
	return cognitoidp.InvalidParameterException("Scope " + name + " is given more than once.") // (inferred)
}
