package logdelivery

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func invalid(message string) *schema.Error { return cognitoidp.InvalidParameterException(message) }

func sourceTwice(source string) *schema.Error {
	return invalid("EventSource " + source + " is given more than once.") // (inferred)
}

func badLevel(source string) *schema.Error {
	level := notificationLevel
	if source == Events {
		level = eventLevel
	}
	return invalid("LogLevel must be " + level + " for EventSource " + source + ".") // (inferred)
}

func oneDestination() *schema.Error {
	return invalid("Exactly one of CloudWatchLogsConfiguration, S3Configuration or FirehoseConfiguration must be given.") // (inferred)
}

func logGroupOnly() *schema.Error {
	return invalid("EventSource userNotification can be delivered to CloudWatch Logs only.") // (inferred)
}

func badDestination(text string) *schema.Error {
	return invalid("Invalid log destination: " + text) // (inferred)
}

func closedBucket(name string) *schema.Error {
	return invalid("Bucket " + name + " does not exist or its policy does not allow delivery.logs.amazonaws.com to put log files.") // (inferred)
}

func unknownStream(text string) *schema.Error {
	return invalid("Invalid log destination: " + text + " has no address: logs.destinations of this server names none.")
}

func plusOnly() *schema.Error {
	return cognitoidp.FeatureUnavailableInTierException("Export of user activity logs is not available in the user pool's feature plan.") // (inferred)
}
