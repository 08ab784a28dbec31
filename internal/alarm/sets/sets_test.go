package sets_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/alarm/sets"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

// idp is the record of an operation of user pools, iam the like of another service.
func idp(name string) string { return record("cognito-idp", name) }

func record(source, name string) string {
	return `{"eventVersion":"1.08","eventType":"AwsApiCall","eventSource":"` + source + `.amazonaws.com","eventName":"` + name + `","userIdentity":{"type":"IAMUser"}}`
}

// failed is a record with an error.
func failed(source, name, code, message string) string {
	return strings.TrimSuffix(record(source, name), "}") + `,"errorCode":"` + code + `","errorMessage":"` + message + `"}`
}

func console(mfa, outcome, message string) string {
	return `{"eventType":"AwsConsoleSignIn","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":{"type":"IAMUser"},` +
		`"additionalEventData":{"MFAUsed":"` + mfa + `"},"responseElements":{"ConsoleLogin":"` + outcome + `"}` + message + `}`
}

// samples has for every alarm a record that it is about, and a neighbour's.
var samples = map[string][2]string{
	"Security group configuration changes": {record("ec2", "RevokeSecurityGroupEgress"), record("ec2", "DescribeSecurityGroups")},
	"Console sign-in failures":             {console("No", "Failure", `,"errorMessage":"Failed authentication"`), console("No", "Success", "")},
	"IAM Policy Changes":                   {record("iam", "AttachRolePolicy"), record("iam", "ListRolePolicies")},

	"CIS-4.1-UnauthorizedAPICalls":         {failed("ec2", "RunInstances", "Client.UnauthorizedOperation", ""), failed("ec2", "RunInstances", "NotAuthorizedException", "")},
	"CIS-4.2-ConsoleSigninWithoutMFA":      {console("No", "Success", ""), console("Yes", "Success", "")},
	"CIS-4.3-RootAccountUsage":             {`{"eventType":"AwsApiCall","eventName":"CreateUser","userIdentity":{"type":"Root"}}`, `{"eventType":"AwsApiCall","eventName":"CreateUser","userIdentity":{"type":"Root","invokedBy":"signin.amazonaws.com"}}`},
	"CIS-4.4-IAMPolicyChanges":             {record("iam", "CreatePolicyVersion"), record("iam", "GetPolicyVersion")},
	"CIS-4.5-CloudTrailChanges":            {record("cloudtrail", "StopLogging"), record("cloudtrail", "GetTrailStatus")},
	"CIS-4.6-ConsoleAuthenticationFailure": {console("No", "Failure", `,"errorMessage":"Failed authentication"`), failed("iam", "CreateUser", "AccessDenied", "Failed authentication")},
	"CIS-4.7-DisableOrDeleteCMK":           {record("kms", "ScheduleKeyDeletion"), record("secretsmanager", "DisableKey")},
	"CIS-4.8-S3BucketPolicyChanges":        {record("s3", "PutBucketPolicy"), record("s3", "GetBucketPolicy")},
	"CIS-4.9-AWSConfigChanges":             {record("config", "StopConfigurationRecorder"), record("config", "StartConfigurationRecorder")},
	"CIS-4.10-SecurityGroupChanges":        {record("ec2", "DeleteSecurityGroup"), record("ec2", "DeleteNetworkAcl")},
	"CIS-4.11-NetworkACLChanges":           {record("ec2", "ReplaceNetworkAclEntry"), record("ec2", "DeleteSecurityGroup")},
	"CIS-4.12-NetworkGatewayChanges":       {record("ec2", "DetachInternetGateway"), record("ec2", "DeleteRoute")},
	"CIS-4.13-RouteTableChanges":           {record("ec2", "DeleteRoute"), record("ec2", "DetachInternetGateway")},
	"CIS-4.14-VPCChanges":                  {record("ec2", "ModifyVpcAttribute"), record("ec2", "DescribeVpcAttribute")},
	"CIS-4.15-OrganizationsChanges":        {record("organizations", "LeaveOrganization"), record("iam", "CreatePolicy")},

	"Cognito-SignInFailures":          {failed("cognito-idp", "InitiateAuth", "NotAuthorizedException", "Incorrect username or password."), failed("cognito-idp", "InitiateAuth", "InvalidParameterException", "")},
	"Cognito-LockedOut":               {failed("cognito-idp", "InitiateAuth", "NotAuthorizedException", "Password attempts exceeded"), failed("cognito-idp", "InitiateAuth", "NotAuthorizedException", "Incorrect username or password.")},
	"Cognito-Throttled":               {failed("cognito-idp", "InitiateAuth", "TooManyRequestsException", ""), failed("iam", "CreateUser", "LimitExceededException", "")},
	"Cognito-PasswordResets":          {idp("ForgotPassword"), idp("ConfirmForgotPassword")},
	"Cognito-PasswordsSet":            {idp("AdminSetUserPassword"), idp("ChangePassword")},
	"Cognito-MFAChanges":              {idp("SetUserPoolMfaConfig"), idp("GetUserPoolMfaConfig")},
	"Cognito-UserPoolChanges":         {idp("UpdateUserPool"), idp("UpdateUserPoolClient")},
	"Cognito-AppClientChanges":        {idp("UpdateUserPoolClient"), idp("UpdateUserPool")},
	"Cognito-FederationChanges":       {idp("UpdateIdentityProvider"), idp("DescribeIdentityProvider")},
	"Cognito-ThreatProtectionChanges": {idp("SetRiskConfiguration"), idp("DescribeRiskConfiguration")},
	"Cognito-GroupMembership":         {idp("AdminAddUserToGroup"), record("iam", "UpdateGroup")},
	"Cognito-UserImports":             {idp("StartUserImportJob"), idp("StopUserImportJob")},
	"Cognito-IdentityPoolChanges":     {record("cognito-identity", "SetIdentityPoolRoles"), record("cognito-identity", "GetIdentityPoolRoles")},
	"Cognito-DeniedCalls":             {failed("cognito-idp", "ListUsers", "AccessDeniedException", ""), failed("iam", "ListUsers", "AccessDenied", "")},
}

func TestAll(t *testing.T) {
	t.Parallel()
	filters, count := map[string]bool{}, 0
	for _, s := range sets.All() {
		if got, ok := sets.Find(s.Name); !ok || len(got.Alarms) != len(s.Alarms) || s.About == "" {
			t.Errorf("set %s", s.Name)
		}
		for _, a := range s.Alarms {
			count++
			p, err := pattern.Parse(a.Pattern)
			if err != nil {
				t.Errorf("%s: %v", a.Name, err)
				continue
			}
			c, ok := samples[a.Name]
			if !ok {
				t.Errorf("%s has no samples", a.Name)
				continue
			}
			if !p.Match([]byte(c[0])) {
				t.Errorf("%s does not fire on %s", a.Name, c[0])
			}
			if p.Match([]byte(c[1])) {
				t.Errorf("%s fires on its neighbour's %s", a.Name, c[1])
			}
			if filters[a.Filter] || len(a.Pattern) > 1024 || a.Threshold < 1 || a.Period <= 0 || a.About == "" {
				t.Errorf("%+v (%d characters)", a, len(a.Pattern))
			}
			filters[a.Filter] = true
		}
	}
	if count != len(samples) {
		t.Errorf("%d alarms, %d samples", count, len(samples))
	}
}
