package sets

// cis is the CIS AWS Foundations Benchmark, section 4 of version 1.4 and later; the patterns are those that Security Hub looks for, to
// the letter. Names of filters and alarms are this server's own: the benchmark leaves them free. [Security Hub: CloudWatch controls]
func cis() Set {
	event := func(list string) string { return "{" + names("($.eventName=%)", list) + "}" }
	of := func(source, list string) string {
		return "{($.eventSource=" + source + ".amazonaws.com) && (" + names("($.eventName=%)", list) + ")}"
	}
	s := Set{Name: "cis", About: "the CIS AWS Foundations Benchmark, 4.1 to 4.15"}
	for _, c := range []struct{ id, name, about, pattern string }{
		{"4.1", "UnauthorizedAPICalls", "Unauthorised API calls", `{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}`},
		{"4.2", "ConsoleSigninWithoutMFA", "Sign-in to the console without MFA",
			`{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`},
		{"4.3", "RootAccountUsage", "Use of the root user", `{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}`},
		{"4.4", "IAMPolicyChanges", "Changes of IAM policies", event(policyEvents)},
		{"4.5", "CloudTrailChanges", "Changes of the configuration of CloudTrail", event("CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging")},
		{"4.6", "ConsoleAuthenticationFailure", "Failed sign-in to the console", `{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}`},
		{"4.7", "DisableOrDeleteCMK", "Keys of KMS disabled or to be deleted", of("kms", "DisableKey ScheduleKeyDeletion")},
		{"4.8", "S3BucketPolicyChanges", "Changes of bucket policies", of("s3", "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle "+
			"PutBucketReplication DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication")},
		{"4.9", "AWSConfigChanges", "Changes of the configuration of AWS Config",
			of("config", "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder")},
		{"4.10", "SecurityGroupChanges", "Changes of security groups", event(groupEvents)},
		{"4.11", "NetworkACLChanges", "Changes of network access control lists", event("CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl " +
			"DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation")},
		{"4.12", "NetworkGatewayChanges", "Changes of network gateways", event("CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway " +
			"CreateInternetGateway DeleteInternetGateway DetachInternetGateway")},
		{"4.13", "RouteTableChanges", "Changes of route tables", event("CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation " +
			"DeleteRouteTable DeleteRoute DisassociateRouteTable")},
		{"4.14", "VPCChanges", "Changes of VPCs", event("CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection " +
			"DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink")},
		{"4.15", "OrganizationsChanges", "Changes of AWS Organizations", "{ ($.eventSource = organizations.amazonaws.com) && (" +
			names(`($.eventName = "%")`, "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy DeclineHandshake "+
				"DeleteOrganization DeleteOrganizationalUnit DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization "+
				"LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy UpdateOrganizationalUnit") + ") }"},
	} {
		name := "CIS-" + c.id + "-" + c.name
		s.Alarms = append(s.Alarms, Alarm{
			Filter: name, Pattern: c.pattern, Metric: name, Namespace: "LogMetrics", Threshold: 1, Period: period, Name: name,
			About: "CIS AWS Foundations Benchmark " + c.id + ": " + c.about, TreatMissing: "notBreaching",
		})
	}
	return s
}
