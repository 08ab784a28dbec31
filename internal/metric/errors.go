package metric

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// validation is the error of a broken rule that CloudWatch's newer operations give.
func validation(format string, args ...any) *schema.Error {
	return &schema.Error{Code: "ValidationError", Message: fmt.Sprintf(format, args...), Status: 400}
}

func value(format string, args ...any) *schema.Error {
	return cloudwatch.InvalidParameterValueException(fmt.Sprintf(format, args...))
}

func combination(format string, args ...any) *schema.Error {
	return cloudwatch.InvalidParameterCombinationException(fmt.Sprintf(format, args...))
}

func missing(format string, args ...any) *schema.Error {
	return cloudwatch.MissingRequiredParameterException(fmt.Sprintf(format, args...))
}

func backwards() *schema.Error {
	return value("The parameter StartTime must be less than the parameter EndTime.")
}
