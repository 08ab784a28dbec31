package userimport

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// The CompletionMessage of a job.
const (
	messageDone    = "Import Job Completed Successfully."
	messageStopped = "The Import Job was stopped by the developer."
	messageExpired = "The user import job has expired."
	messageTooMany = "Too many users have failed or been skipped during the import."

	messageHeader  = "The header of the file is not the one of the user pool."                // (inferred)
	messageRows    = "The file holds more than 500,000 users."                                // (inferred)
	messageNoFile  = "The file could not be read."                                            // (inferred)
	messageGivenUp = "The import did not move on for a day and was given up."                 // (inferred)
	badRole        = "Role does not have a trust relationship allowing Cognito to assume it." // (inferred)
	weakRole       = "Role does not have permission to write the log of the user import job." // (inferred)
	noUpload       = "The CSV file of the user import job has not been uploaded."             // (inferred)
	otherRuns      = "Another user import job of the account is in progress."                 // (inferred)
	tooManyJobs    = "The maximum number of user import jobs for this pool has been reached." // (inferred)
	badARN         = "Invalid CloudWatchLogsRoleArn."                                         // (inferred)
	badPage        = "Invalid pagination token."                                              // (inferred)
	notStartable   = "The user import job cannot be started. Current status is "              // (inferred)
	notStoppable   = "The user import job cannot be stopped. Current status is "              // (inferred)
)

func noJob(id string) *schema.Error {
	return cognitoidp.ResourceNotFoundException("User import job " + id + " does not exist.") // (inferred)
}

func denied(c *op.Call, role string) *schema.Error {
	return &schema.Error{Code: "AccessDeniedException", Status: 400, Message: "User: " + c.Caller.ARN +
		" is not authorized to perform: iam:PassRole on resource: " + role + " because no identity-based policy allows the iam:PassRole action"}
}
