package usage

import "strings"

// categories are the operations whose names do not tell their category. [Cognito: quotas]
var categories = map[string]string{
	"InitiateAuth": "UserAuthentication", "RespondToAuthChallenge": "UserAuthentication", "AdminInitiateAuth": "UserAuthentication",
	"AdminRespondToAuthChallenge": "UserAuthentication", "GetTokensFromRefreshToken": "UserAuthentication", // last inferred
	"SignUp": "UserCreation", "ConfirmSignUp": "UserCreation", "AdminCreateUser": "UserCreation", "AdminConfirmSignUp": "UserCreation",
	"ChangePassword": "UserAccountRecovery", "ConfirmForgotPassword": "UserAccountRecovery", "ForgotPassword": "UserAccountRecovery",
	"AdminResetUserPassword": "UserAccountRecovery", "AdminSetUserPassword": "UserAccountRecovery",
	"GetUser": "UserRead", "AdminGetUser": "UserRead", "AdminGetUserAuthFactors": "UserRead", "GetUserAuthFactors": "UserRead", // last inferred
	"RevokeToken": "UserToken", "ListUsers": "UserList", "ListUsersInGroup": "UserList",
	"AdminAddUserToGroup": "UserUpdate", "AdminRemoveUserFromGroup": "UserUpdate", "AdminUpdateUserAttributes": "UserUpdate",
	"AdminDeleteUserAttributes": "UserUpdate", "AdminDeleteUser": "UserUpdate", "AdminDisableUser": "UserUpdate", "AdminEnableUser": "UserUpdate",
	"AdminLinkProviderForUser": "UserUpdate", "AdminDisableProviderForUser": "UserUpdate", "AdminUserGlobalSignOut": "UserUpdate",
	"UpdateUserAttributes": "UserUpdate", "DeleteUserAttributes": "UserUpdate", "DeleteUser": "UserUpdate", "VerifyUserAttribute": "UserUpdate",
	"GlobalSignOut":  "UserUpdate",
	"AdminGetDevice": "UserResourceRead", "AdminListDevices": "UserResourceRead", "GetDevice": "UserResourceRead", "ListDevices": "UserResourceRead",
	"AdminListGroupsForUser": "UserResourceRead", "AdminListUserAuthEvents": "UserResourceRead", "GetUserAttributeVerificationCode": "UserResourceRead",
	"ResendConfirmationCode": "UserResourceRead", "ListWebAuthnCredentials": "UserResourceRead",
	"AdminForgetDevice": "UserResourceUpdate", "AdminUpdateDeviceStatus": "UserResourceUpdate", "ConfirmDevice": "UserResourceUpdate",
	"ForgetDevice": "UserResourceUpdate", "UpdateDeviceStatus": "UserResourceUpdate", "AdminSetUserMFAPreference": "UserResourceUpdate",
	"AdminSetUserSettings": "UserResourceUpdate", "SetUserMFAPreference": "UserResourceUpdate", "SetUserSettings": "UserResourceUpdate",
	"AssociateSoftwareToken": "UserResourceUpdate", "VerifySoftwareToken": "UserResourceUpdate", "AdminUpdateAuthEventFeedback": "UserResourceUpdate",
	"UpdateAuthEventFeedback": "UserResourceUpdate", "StartWebAuthnRegistration": "UserResourceUpdate",
	"CompleteWebAuthnRegistration": "UserResourceUpdate", "DeleteWebAuthnCredential": "UserResourceUpdate",
	"DescribeUserPool": "UserPoolRead", "ListUserPools": "UserPoolRead", "CreateUserPool": "UserPoolUpdate", "UpdateUserPool": "UserPoolUpdate",
	"DeleteUserPool":         "UserPoolUpdate",
	"DescribeUserPoolClient": "UserPoolClientRead", "ListUserPoolClients": "UserPoolClientRead", "ListUserPoolClientSecrets": "UserPoolClientRead",
	"CreateUserPoolClient": "UserPoolClientUpdate", "UpdateUserPoolClient": "UserPoolClientUpdate", "DeleteUserPoolClient": "UserPoolClientUpdate",
	"AddUserPoolClientSecret": "UserPoolClientUpdate", "DeleteUserPoolClientSecret": "UserPoolClientUpdate",
}

// category is that of a call. What the table does not name is told apart by the verb. Requests of pages, which are no calls of the
// API, have none.
func category(name, challenge string) string {
	if challenge == "NEW_PASSWORD_REQUIRED" {
		return "UserAccountRecovery"
	}
	if c := categories[name]; c != "" {
		return c
	}
	if strings.Contains(name, "_") || name == "Logout" {
		return ""
	}
	of := "UserPoolResource"
	if rest, ok := strings.CutPrefix(name, "Admin"); ok {
		name, of = rest, "UserResource"
	}
	for _, verb := range []string{"Get", "List", "Describe"} {
		if strings.HasPrefix(name, verb) {
			return of + "Read"
		}
	}
	return of + "Update"
}
