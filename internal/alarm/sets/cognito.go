package sets

// cognito watches user and identity pools. The set is this server's own.
func cognito() Set {
	idp := func(rest string) string { return `{ ($.eventSource = "cognito-idp.amazonaws.com") && ` + rest + " }" }
	idpEvents := func(list string) string { return idp("(" + names(`($.eventName = "%")`, list) + ")") }
	s := Set{Name: "cognito", About: "user and identity pools: attacks on sign-in, and changes of what protects it"}
	for _, c := range []struct {
		name, about, pattern string
		threshold            float64
	}{
		{"SignInFailures", "10 or more calls with a wrong password, code or token in 5 minutes", idp(`($.errorCode = "NotAuthorizedException")`), 10},
		{"LockedOut", "Password attempts of a user exceeded", idp(`($.errorMessage = "Password attempts exceeded")`), 1},
		{"Throttled", "Calls refused because there were too many", idp(`(($.errorCode = "TooManyRequestsException") || ($.errorCode = "LimitExceededException"))`), 10},
		{"PasswordResets", "20 or more requests to reset a password in 5 minutes", idpEvents("ForgotPassword AdminResetUserPassword"), 20},
		{"PasswordsSet", "An administrator set a user's password", `{ $.eventName = "AdminSetUserPassword" }`, 1},
		{"MFAChanges", "Changes of multi-factor authentication, of a pool or by an administrator",
			idpEvents("SetUserPoolMfaConfig AdminSetUserMFAPreference AdminSetUserSettings"), 1},
		{"UserPoolChanges", "User pools created, changed or deleted", idpEvents("CreateUserPool UpdateUserPool DeleteUserPool AddCustomAttributes"), 1},
		{"AppClientChanges", "App clients created, changed or deleted",
			idpEvents("CreateUserPoolClient UpdateUserPoolClient DeleteUserPoolClient AddUserPoolClientSecret DeleteUserPoolClientSecret"), 1},
		{"FederationChanges", "Identity providers and resource servers created, changed or deleted",
			idpEvents("CreateIdentityProvider UpdateIdentityProvider DeleteIdentityProvider CreateResourceServer UpdateResourceServer DeleteResourceServer"), 1},
		{"ThreatProtectionChanges", "Changes of risk configuration or of where logs go", idpEvents("SetRiskConfiguration SetLogDeliveryConfiguration"), 1},
		{"GroupMembership", "Users put into groups, or groups changed: roles follow", idpEvents("AdminAddUserToGroup CreateGroup UpdateGroup DeleteGroup"), 1},
		{"UserImports", "Users imported", idpEvents("CreateUserImportJob StartUserImportJob"), 1},
		{"IdentityPoolChanges", "Identity pools or their roles changed", `{ ($.eventSource = "cognito-identity.amazonaws.com") && (($.eventName = "UpdateIdentityPool") || ` +
			`($.eventName = "DeleteIdentityPool") || ($.eventName = "SetIdentityPoolRoles")) }`, 1},
		{"DeniedCalls", "Calls of Cognito's API without permission",
			`{ ($.eventSource = "cognito*.amazonaws.com") && ($.errorCode = "AccessDenied*") }`, 1},
	} {
		name := "Cognito-" + c.name
		s.Alarms = append(s.Alarms, Alarm{
			Filter: name, Pattern: c.pattern, Metric: name, Namespace: "CognitoSecurity", Threshold: c.threshold, Period: period, Name: name,
			About: c.about, TreatMissing: "notBreaching",
		})
	}
	return s
}
