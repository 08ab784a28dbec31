package policy

import "fmt"

// Error is a refused document. Message is AWS's text for the code MalformedPolicyDocument, or MalformedPolicy for a bucket policy.
type Error struct {
	Message string
	Offset  int64 // bytes from the start, near the fault; -1 if it is the whole document
	Cause   error // what exactly; for the operator's log, never for the caller. May be nil
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("policy: %s (%v)", e.Message, e.Cause)
	}
	return "policy: " + e.Message
}

func (e *Error) Unwrap() error { return e.Cause }

// The texts. Those without a mark are in AWS's answers; for the others only the code is certain.
const (
	textJSON         = "This policy contains invalid Json"
	textSyntax       = "Syntax errors in policy."                                                                                       // (inferred)
	textBucketJSON   = "Policies must be valid JSON and the first byte must be '{'"                                                     //
	textNoStatement  = "Missing required field Statement"                                                                               //
	textPrincipal    = "Invalid principal in policy"                                                                                    //
	textBucketRes    = "Policy has invalid resource"                                                                                    // (inferred)
	textBucketAction = "Policy has invalid action"                                                                                      // (inferred)
	textHasPrincipal = "Policy document should not specify a principal."                                                                // (inferred)
	textNoPrincipal  = "Missing required field Principal"                                                                               // (inferred)
	textNoAction     = "Policy statement must contain actions."                                                                         // (inferred)
	textNoResource   = "Policy statement must contain resources."                                                                       // (inferred)
	textHasResource  = "Has prohibited field Resource"                                                                                  // (inferred)
	textVendor       = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."                                     // (inferred)
	textSidUnique    = "Statement IDs (SID) in a single policy must be unique."                                                         // (inferred)
	textSidShape     = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*" // (inferred)
	textResourceARN  = "Resource %s must be in ARN format or \"*\"."                                                                    // (inferred)
	textServiceWild  = "Resource vendor must be fully qualified and cannot contain regexes."                                            // (inferred)
)
