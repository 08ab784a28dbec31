package gateway

import (
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// internalError is the service's own word for a failure of ours. It tells the
// caller nothing but the request id in the headers.
func internalError(s *schema.Service) *schema.Error {
	code, message := "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."
	if s != nil {
		switch s.Name {
		case "cognito-idp", "cognito-identity", "cognito-sync":
			code, message = "InternalErrorException", "Internal server error"
		case "s3":
			code, message = "InternalError", "We encountered an internal error. Please try again."
		case "sns":
			code = "InternalError"
		case "cloudwatch":
			code = "InternalServiceFault"
		}
	}
	return &schema.Error{Code: code, Message: message, Status: 500, Server: true}
}

// tooLarge refuses a body over the limit.
func tooLarge(p wire.Protocol) *schema.Error {
	if p != nil && p.Name() == "rest-xml" {
		return &schema.Error{Code: "EntityTooLarge", Message: "Your proposed upload exceeds the maximum allowed size", Status: 400}
	}
	return &schema.Error{Code: "RequestEntityTooLargeException", Message: "Request size exceeded the limit.", Status: 413}
}

// unknownOperation refuses what no model names.
func unknownOperation(m wire.Match) *schema.Error {
	if m.Protocol != nil {
		switch m.Protocol.Name() {
		case "query":
			return &schema.Error{Code: "InvalidAction", Message: "Could not find operation " + m.Target + " for version " + m.Service.APIVersion, Status: 400}
		case "rest-xml":
			return &schema.Error{Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource.", Status: 405}
		}
	}
	return &schema.Error{Code: "UnknownOperationException", Status: 400}
}
