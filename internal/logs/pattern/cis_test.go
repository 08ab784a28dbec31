package pattern_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

// names writes one condition per event name, as the CIS benchmark does.
func names(format string, list ...string) string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strings.ReplaceAll(format, "%", n)
	}
	return strings.Join(parts, " || ")
}

// TestPattern_Match_benchmarks has the filters of the CIS AWS Foundations Benchmark and of the CloudTrail guide, each with an event
// that it must see and one that it must not.
func TestPattern_Match_benchmarks(t *testing.T) {
	t.Parallel()
	const plain, quoted, spaced = "($.eventName=%)", `($.eventName = "%")`, "($.eventName = %)"
	for _, c := range []struct{ name, pattern, yes, no string }{
		{"unauthorised calls", `{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}`,
			`{"errorCode":"AccessDeniedException"}`, `{"eventName":"GetUser"}`},
		{"unauthorised calls, prefix", `{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}`,
			`{"errorCode":"Client.UnauthorizedOperation"}`, `{"errorCode":"NotFound"}`},
		{"console without second factor", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`,
			`{"eventName":"ConsoleLogin","additionalEventData":{"MFAUsed":"No"},"userIdentity":{"type":"IAMUser"},"responseElements":{"ConsoleLogin":"Success"}}`,
			`{"eventName":"ConsoleLogin","additionalEventData":{"MFAUsed":"Yes"},"userIdentity":{"type":"IAMUser"},"responseElements":{"ConsoleLogin":"Success"}}`},
		{"console without any word of a second factor", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }`,
			`{"eventName":"ConsoleLogin"}`, `{"eventName":"SwitchRole"}`},
		{"root use", `{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}`,
			`{"userIdentity":{"type":"Root"},"eventType":"AwsApiCall"}`,
			`{"userIdentity":{"type":"Root","invokedBy":"s3.amazonaws.com"},"eventType":"AwsApiCall"}`},
		{"policy changes", "{" + names(plain, "DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy",
			"CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy",
			"DetachUserPolicy", "AttachGroupPolicy", "DetachGroupPolicy") + "}",
			`{"eventName":"DetachGroupPolicy"}`, `{"eventName":"GetPolicy"}`},
		{"trail configuration", "{" + names(plain, "CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging") + "}",
			`{"eventName":"StopLogging"}`, `{"eventName":"GetTrail"}`},
		{"console failures", `{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}`,
			`{"eventName":"ConsoleLogin","errorMessage":"Failed authentication"}`, `{"eventName":"ConsoleLogin"}`},
		{"keys", `{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}`,
			`{"eventSource":"kms.amazonaws.com","eventName":"ScheduleKeyDeletion"}`, `{"eventSource":"s3.amazonaws.com","eventName":"DisableKey"}`},
		{"bucket policies", "{($.eventSource=s3.amazonaws.com) && (" + names(plain, "PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle",
			"PutBucketReplication", "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication") + ")}",
			`{"eventSource":"s3.amazonaws.com","eventName":"DeleteBucketReplication"}`, `{"eventSource":"s3.amazonaws.com","eventName":"GetObject"}`},
		{"config", "{($.eventSource=config.amazonaws.com) && (" + names(plain, "StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder") + ")}",
			`{"eventSource":"config.amazonaws.com","eventName":"PutDeliveryChannel"}`, `{"eventName":"PutDeliveryChannel"}`},
		{"security groups", "{ " + names(spaced, "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup") + " }",
			`{"eventName":"CreateSecurityGroup"}`, `{"eventName":"DescribeSecurityGroups"}`},
		{"network ACL", "{" + names(plain, "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation") + "}",
			`{"eventName":"CreateNetworkAcl"}`, `{"eventName":"CreateNetworkAclX"}`},
		{"gateways", "{" + names(plain, "CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway") + "}",
			`{"eventName":"DetachInternetGateway"}`, `{"eventName":"X"}`},
		{"route tables", "{" + names(plain, "CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable") + "}",
			`{"eventName":"DeleteRoute"}`, `{"eventName":"X"}`},
		{"VPC", "{" + names(plain, "CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection", "DeleteVpcPeeringConnection",
			"RejectVpcPeeringConnection", "AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink") + "}",
			`{"eventName":"EnableVpcClassicLink"}`, `{"eventName":"X"}`},
		{"organisations", "{ ($.eventSource = organizations.amazonaws.com) && (" + names(quoted, "AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy",
			"DeclineHandshake", "DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "EnablePolicyType",
			"InviteAccountToOrganization", "LeaveOrganization", "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit") + ") }",
			`{"eventSource":"organizations.amazonaws.com","eventName":"UpdateOrganizationalUnit"}`, `{"eventSource":"iam.amazonaws.com","eventName":"UpdatePolicy"}`},
		{"Cognito refusals", `{ ($.eventSource = "cognito-idp.amazonaws.com") && ($.errorCode = "NotAuthorizedException") }`,
			`{"eventSource":"cognito-idp.amazonaws.com","errorCode":"NotAuthorizedException"}`, `{"eventSource":"cognito-idp.amazonaws.com"}`},
		{"identity pool configuration", `{ ($.eventSource = "cognito-identity.amazonaws.com") && (($.eventName = "UpdateIdentityPool") || ($.eventName = "DeleteIdentityPool") || ($.eventName = "SetIdentityPoolRoles")) }`,
			`{"eventSource":"cognito-identity.amazonaws.com","eventName":"SetIdentityPoolRoles"}`, `{"eventSource":"cognito-identity.amazonaws.com","eventName":"GetId"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := pattern.Parse(c.pattern)
			if err != nil {
				t.Fatal(err)
			}
			if !p.Match([]byte(c.yes)) {
				t.Errorf("does not match %s", c.yes)
			}
			if p.Match([]byte(c.no)) {
				t.Errorf("matches %s", c.no)
			}
		})
	}
}
