package logs

import (
	"github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// NoGroup refuses a name that is no log group.
func NoGroup() *schema.Error {
	return logs.ResourceNotFoundException("The specified log group does not exist.")
}

// NoStream refuses a name that is no stream of the group.
func NoStream() *schema.Error {
	return logs.ResourceNotFoundException("The specified log stream does not exist.")
}

// BadToken refuses a page token that was not given out for this request.
func BadToken() *schema.Error {
	return logs.InvalidParameterException("The specified nextToken is invalid.")
}

// Invalid is the service's refusal of a parameter.
func Invalid(message string) *schema.Error { return logs.InvalidParameterException(message) }
