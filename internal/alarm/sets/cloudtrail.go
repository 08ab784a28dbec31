package sets

// policyEvents change what IAM allows.
const policyEvents = "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy DeletePolicy " +
	"CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy"

// groupEvents change security groups.
const groupEvents = "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup"

// cloudTrail has the names of the guide. Missing data are left as they are there: the alarms are in INSUFFICIENT_DATA between events.
// [CloudTrail: Creating CloudWatch alarms for CloudTrail events: examples]
func cloudTrail() Set {
	const namespace = "CloudTrailMetrics"
	return Set{Name: "cloudtrail", About: "the examples of CloudTrail's user guide", Alarms: []Alarm{
		{
			Filter: "SecurityGroupEvents", Pattern: "{ " + names("($.eventName = %)", groupEvents) + " }", Metric: "SecurityGroupEventCount", Namespace: namespace,
			Threshold: 1, Period: period, Name: "Security group configuration changes", About: "Raises alarms if security group configuration changes occur",
		},
		{
			Filter: "ConsoleSignInFailures", Pattern: `{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }`,
			Metric: "ConsoleSigninFailureCount", Namespace: namespace, Threshold: 3, Period: period,
			Name: "Console sign-in failures", About: "Raises alarms if more than 3 console sign-in failures occur in 5 minutes",
		},
		{
			Filter: "IAMPolicyChanges", Pattern: "{" + names("($.eventName=%)", policyEvents) + "}", Metric: "IAMPolicyEventCount", Namespace: namespace,
			Threshold: 1, Period: period, Name: "IAM Policy Changes", About: "Raises alarms if IAM policy changes occur",
		},
	}}
}
