package pool_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func TestCreateUserPool_defaults(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	out := pooltest.Must(w, w.S.Pool.CreateUserPool, &cognitoidp.CreateUserPoolInput{PoolName: "p"}).UserPool
	id := *out.Id
	if len(id) != len("us-east-1_AbCdEfGhI") || !strings.HasPrefix(id, "us-east-1_") {
		t.Errorf("id is %s", id)
	}
	names := []string{}
	for _, a := range out.SchemaAttributes {
		names = append(names, *a.Name)
	}
	want := "sub name given_name family_name middle_name nickname preferred_username profile picture website email email_verified gender " +
		"birthdate zoneinfo locale phone_number phone_number_verified address updated_at"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("attributes are %s", got)
	}
	for i, w := range map[int]string{
		0:  `{"AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":false,"Name":"sub","Required":true,"StringAttributeConstraints":{"MaxLength":"2048","MinLength":"1"}}`,
		11: `{"AttributeDataType":"Boolean","DeveloperOnlyAttribute":false,"Mutable":true,"Name":"email_verified","Required":false}`,
		13: `{"AttributeDataType":"String","DeveloperOnlyAttribute":false,"Mutable":true,"Name":"birthdate","Required":false,"StringAttributeConstraints":{"MaxLength":"10","MinLength":"10"}}`,
		19: `{"AttributeDataType":"Number","DeveloperOnlyAttribute":false,"Mutable":true,"Name":"updated_at","NumberAttributeConstraints":{"MinValue":"0"},"Required":false}`,
	} {
		if got := optest.JSON(t, out.SchemaAttributes[i]); got != w {
			t.Errorf("attribute %d is %s", i, got)
		}
	}
	shown := *out
	shown.SchemaAttributes = nil
	text := strings.ReplaceAll(optest.JSON(t, shown), id, "ID")
	wantText := `{"AdminCreateUserConfig":{"AllowAdminCreateUserOnly":false,"UnusedAccountValidityDays":7},` +
		`"Arn":"arn:aws:cognito-idp:us-east-1:123456789012:userpool/ID","CreationDate":"2026-03-03T07:05:09.25Z","DeletionProtection":"INACTIVE",` +
		`"EmailConfiguration":{"EmailSendingAccount":"COGNITO_DEFAULT"},"EstimatedNumberOfUsers":0,"Id":"ID","LambdaConfig":{},` +
		`"LastModifiedDate":"2026-03-03T07:05:09.25Z","MfaConfiguration":"OFF","Name":"p","Policies":{"PasswordPolicy":{"MinimumLength":8,` +
		`"RequireLowercase":true,"RequireNumbers":true,"RequireSymbols":true,"RequireUppercase":true,"TemporaryPasswordValidityDays":7},` +
		`"SignInPolicy":{"AllowedFirstAuthFactors":["PASSWORD"]}},"UserPoolTags":{},"UserPoolTier":"ESSENTIALS",` +
		`"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_CODE"}}`
	if text != wantText {
		t.Errorf("got  %s\nwant %s", text, wantText)
	}
	again := pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: id}).UserPool
	if optest.JSON(t, again) != optest.JSON(t, out) {
		t.Error("DescribeUserPool answers something else than CreateUserPool")
	}
}

func TestCreateUserPool_roundTrip(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	in := &cognitoidp.CreateUserPoolInput{
		PoolName: "full", DeletionProtection: new("ACTIVE"), AutoVerifiedAttributes: []string{"email", "phone_number"}, AliasAttributes: []string{"email"},
		Policies: &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{
			MinimumLength: new(int64(12)), RequireUppercase: new(true), TemporaryPasswordValidityDays: new(int64(3)),
		}},
		VerificationMessageTemplate: &cognitoidp.VerificationMessageTemplateType{EmailMessage: new("code {####}"), EmailSubject: new("s"), SmsMessage: new("sms {####}")},
		SmsAuthenticationMessage:    new("auth {####}"),
		UserAttributeUpdateSettings: &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"email"}},
		EmailConfiguration: &cognitoidp.EmailConfigurationType{
			EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/x@y.z"), ReplyToEmailAddress: new("r@y.z"),
		},
		SmsConfiguration: &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms", ExternalId: new("e")},
		UserPoolTags:     map[string]string{"a": "b"},
		AdminCreateUserConfig: &cognitoidp.AdminCreateUserConfigType{
			AllowAdminCreateUserOnly: new(true), InviteMessageTemplate: &cognitoidp.MessageTemplateType{EmailMessage: new("{username} {####}")},
		},
		Schema: []cognitoidp.SchemaAttributeType{
			{Name: new("email"), AttributeDataType: new("String"), Required: new(true), Mutable: new(true), StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MinLength: new("3"), MaxLength: new("100")}},
			{Name: new("tenant"), AttributeDataType: new("Number"), Mutable: new(false), NumberAttributeConstraints: &cognitoidp.NumberAttributeConstraintsType{MinValue: new("1"), MaxValue: new("9")}},
			{Name: new("note"), AttributeDataType: new("String"), Mutable: new(true), DeveloperOnlyAttribute: new(true)},
		},
		UsernameConfiguration:  &cognitoidp.UsernameConfigurationType{CaseSensitive: false},
		AccountRecoverySetting: &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Priority: 1, Name: "verified_email"}}},
		UserPoolAddOns:         &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT", AdvancedSecurityAdditionalFlows: &cognitoidp.AdvancedSecurityAdditionalFlowsType{CustomAuthMode: new("AUDIT")}}, UserPoolTier: new("PLUS"),
	}
	id := *pooltest.Must(w, w.S.Pool.CreateUserPool, in).UserPool.Id
	out := pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: id}).UserPool
	for name, pair := range map[string][2]any{
		"DeletionProtection":          {in.DeletionProtection, out.DeletionProtection},
		"AutoVerifiedAttributes":      {in.AutoVerifiedAttributes, out.AutoVerifiedAttributes},
		"AliasAttributes":             {in.AliasAttributes, out.AliasAttributes},
		"SmsAuthenticationMessage":    {in.SmsAuthenticationMessage, out.SmsAuthenticationMessage},
		"UserAttributeUpdateSettings": {in.UserAttributeUpdateSettings, out.UserAttributeUpdateSettings},
		"EmailConfiguration":          {in.EmailConfiguration, out.EmailConfiguration},
		"SmsConfiguration":            {in.SmsConfiguration, out.SmsConfiguration},
		"UserPoolTags":                {in.UserPoolTags, out.UserPoolTags},
		"InviteMessageTemplate":       {in.AdminCreateUserConfig.InviteMessageTemplate, out.AdminCreateUserConfig.InviteMessageTemplate},
		"UsernameConfiguration":       {in.UsernameConfiguration, out.UsernameConfiguration},
		"AccountRecoverySetting":      {in.AccountRecoverySetting, out.AccountRecoverySetting},
		"UserPoolAddOns":              {in.UserPoolAddOns, out.UserPoolAddOns},
		"UserPoolTier":                {in.UserPoolTier, out.UserPoolTier},
		"legacy e-mail message":       {in.VerificationMessageTemplate.EmailMessage, out.EmailVerificationMessage},
		"legacy SMS message":          {in.VerificationMessageTemplate.SmsMessage, out.SmsVerificationMessage},
	} {
		if a, b := optest.JSON(t, pair[0]), optest.JSON(t, pair[1]); a != b {
			t.Errorf("%s: sent %s, described %s", name, a, b)
		}
	}
	if got := optest.JSON(t, out.Policies.PasswordPolicy); got != `{"MinimumLength":12,"RequireLowercase":false,"RequireNumbers":false,"RequireSymbols":false,"RequireUppercase":true,"TemporaryPasswordValidityDays":3}` {
		t.Errorf("policy %s", got)
	}
	custom := optest.JSON(t, out.SchemaAttributes[20:])
	want := `[{"AttributeDataType":"Number","DeveloperOnlyAttribute":false,"Mutable":false,"Name":"custom:tenant","NumberAttributeConstraints":{"MaxValue":"9","MinValue":"1"},"Required":false},` +
		`{"AttributeDataType":"String","DeveloperOnlyAttribute":true,"Mutable":true,"Name":"dev:custom:note","Required":false,"StringAttributeConstraints":{}}]`
	if custom != want {
		t.Errorf("custom attributes %s", custom)
	}
}

func recovers(first string, p int64, second string, q int64) func(*cognitoidp.CreateUserPoolInput) {
	return func(in *cognitoidp.CreateUserPoolInput) {
		in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{
			{Name: first, Priority: p}, {Name: second, Priority: q},
		}}
	}
}

func TestCreateUserPool_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	attribute := func(a cognitoidp.SchemaAttributeType) func(*cognitoidp.CreateUserPoolInput) {
		return func(in *cognitoidp.CreateUserPoolInput) { in.Schema = []cognitoidp.SchemaAttributeType{a} }
	}
	for _, c := range []struct {
		name    string
		set     func(*cognitoidp.CreateUserPoolInput)
		code    string
		message string
	}{
		{"two functions for tokens", func(in *cognitoidp.CreateUserPoolInput) {
			in.LambdaConfig = &cognitoidp.LambdaConfigType{PreTokenGeneration: new("arn:aws:lambda:us-east-1:123456789012:function:f"), PreTokenGenerationConfig: &cognitoidp.PreTokenGenerationVersionConfigType{
				LambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:g", LambdaVersion: "V2_0",
			}}
		}, "InvalidParameterException", "PreTokenGeneration and PreTokenGenerationConfig.LambdaArn must be the same."},
		{"access tokens in LITE", func(in *cognitoidp.CreateUserPoolInput) {
			in.UserPoolTier, in.LambdaConfig = new("LITE"), &cognitoidp.LambdaConfigType{PreTokenGenerationConfig: &cognitoidp.PreTokenGenerationVersionConfigType{
				LambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:g", LambdaVersion: "V2_0",
			}}
		}, "FeatureUnavailableInTierException", "Versions of PreTokenGeneration events after V1_0 are not available in the user pool's feature plan."},
		{"sender", func(in *cognitoidp.CreateUserPoolInput) {
			in.LambdaConfig = &cognitoidp.LambdaConfigType{CustomSMSSender: &cognitoidp.CustomSMSLambdaVersionConfigType{LambdaVersion: "V1_0", LambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:g"}}
		}, "", "KMSKeyID is required with CustomEmailSender and CustomSMSSender."},
		{"function of sign-ins elsewhere", func(in *cognitoidp.CreateUserPoolInput) {
			in.LambdaConfig = &cognitoidp.LambdaConfigType{InboundFederation: &cognitoidp.InboundFederationLambdaType{}}
		}, "", "LambdaConfig InboundFederation is not supported by this server."},
		{"MFA on", func(in *cognitoidp.CreateUserPoolInput) { in.MfaConfiguration = new("ON") }, "", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"},
		{"MFA optional", func(in *cognitoidp.CreateUserPoolInput) { in.MfaConfiguration = new("OPTIONAL") }, "", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"},
		{"threat protection below PLUS", func(in *cognitoidp.CreateUserPoolInput) {
			in.UserPoolAddOns = &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT"}
		}, "FeatureUnavailableInTierException", "Threat protection is not available in the user pool's feature plan."},
		{"no password", begins("EMAIL_OTP"), "", "AllowedFirstAuthFactors must contain PASSWORD."},
		{"an authenticator first", begins("PASSWORD", "SOFTWARE_TOKEN"), "", "Invalid AllowedFirstAuthFactors: SOFTWARE_TOKEN"},
		{"a factor twice", begins("PASSWORD", "EMAIL_OTP", "EMAIL_OTP"), "", "Invalid AllowedFirstAuthFactors: EMAIL_OTP"},
		{"codes by SMS without SMS", begins("PASSWORD", "SMS_OTP"), "", "SMS configuration is required when SMS_OTP is an allowed first authentication factor."},
		{"passkeys below ESSENTIALS", func(in *cognitoidp.CreateUserPoolInput) {
			begins("PASSWORD", "WEB_AUTHN")(in)
			in.UserPoolTier = new("LITE")
		}, "FeatureUnavailableInTierException", "Passwordless sign-in is not available in the user pool's feature plan."},
		{"codes where several factors are demanded", func(in *cognitoidp.CreateUserPoolInput) {
			begins("PASSWORD", "EMAIL_OTP")(in)
			in.MfaConfiguration, in.SmsConfiguration, in.AutoVerifiedAttributes = new("ON"), smsConfiguration, []string{"phone_number"}
		}, "", "EMAIL_OTP cannot be an allowed first authentication factor when MFA is required."},
		{"passkeys where several factors are demanded", func(in *cognitoidp.CreateUserPoolInput) {
			begins("PASSWORD", "WEB_AUTHN")(in)
			in.MfaConfiguration, in.SmsConfiguration, in.AutoVerifiedAttributes = new("ON"), smsConfiguration, []string{"phone_number"}
		}, "", "WEB_AUTHN can be an allowed first authentication factor when MFA is required only with FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION."},
		{"history below ESSENTIALS", func(in *cognitoidp.CreateUserPoolInput) {
			in.UserPoolTier = new("LITE")
			in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{PasswordHistorySize: new(int64(3))}}
		}, "FeatureUnavailableInTierException", "Password history is not available in the user pool's feature plan."},
		{"administrators and others recover", recovers("admin_only", 1, "verified_email", 2), "",
			"Invalid account recovery setting parameter. Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms."},
		{"one way to recover twice", recovers("verified_email", 1, "verified_email", 2), "",
			"Invalid account recovery setting parameter. Account Recovery Setting cannot have the same recovery mechanism verified_email twice."},
		{"one priority twice", recovers("verified_email", 1, "verified_phone_number", 1), "",
			"Invalid account recovery setting parameter. Account Recovery Setting cannot have the same priority twice."},
		{"aliases and names", func(in *cognitoidp.CreateUserPoolInput) {
			in.AliasAttributes, in.UsernameAttributes = []string{"email"}, []string{"email"}
		}, "", "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."},
		{"update of what is not verified", func(in *cognitoidp.CreateUserPoolInput) {
			in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"phone_number"}}
		}, "", "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes"},
		{"two validities", func(in *cognitoidp.CreateUserPoolInput) {
			in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{TemporaryPasswordValidityDays: new(int64(3))}}
			in.AdminCreateUserConfig = &cognitoidp.AdminCreateUserConfigType{UnusedAccountValidityDays: new(int64(4))}
		}, "", "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"},
		{"required custom attribute", attribute(cognitoidp.SchemaAttributeType{Name: new("x"), AttributeDataType: new("String"), Required: new(true)}), "",
			"Required custom attributes are not supported currently."},
		{"custom attribute without type", attribute(cognitoidp.SchemaAttributeType{Name: new("x")}), "",
			"Invalid AttributeDataType input, consider using the provided AttributeDataType enum."},
		{"other type of standard attribute", attribute(cognitoidp.SchemaAttributeType{Name: new("email"), AttributeDataType: new("Number")}), "",
			"You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email"},
		{"length order", attribute(cognitoidp.SchemaAttributeType{Name: new("x"), AttributeDataType: new("String"),
			StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MinLength: new("5"), MaxLength: new("4")}}), "",
			"user.custom:x: Max length cannot be less than min length."},
		{"length limit", attribute(cognitoidp.SchemaAttributeType{Name: new("x"), AttributeDataType: new("String"),
			StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MaxLength: new("2049")}}), "",
			"user.custom:x: String attributes cannot have a length of more than 2048"},
		{"length of a number", attribute(cognitoidp.SchemaAttributeType{Name: new("x"), AttributeDataType: new("Number"),
			StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MaxLength: new("4")}}), "",
			"Invalid StringAttributeConstraints for schema attribute custom:x"},
		{"value order", attribute(cognitoidp.SchemaAttributeType{Name: new("x"), AttributeDataType: new("Number"),
			NumberAttributeConstraints: &cognitoidp.NumberAttributeConstraintsType{MinValue: new("5"), MaxValue: new("4")}}), "",
			"user.custom:x: Max value cannot be less than min value."},
		{"no number", attribute(cognitoidp.SchemaAttributeType{Name: new("x"), AttributeDataType: new("Number"),
			NumberAttributeConstraints: &cognitoidp.NumberAttributeConstraintsType{MinValue: new("x")}}), "",
			"Invalid NumberAttributeConstraints for schema attribute custom:x"},
		{"credential tag", func(in *cognitoidp.CreateUserPoolInput) {
			in.UserPoolTags = map[string]string{userpool.CredentialTag: "md5"}
		}, "", "The tag cogtrail:credential must be srp or argon2id."},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &cognitoidp.CreateUserPoolInput{PoolName: "p"}
			c.set(in)
			_, res := pooltest.Do(w, w.S.Pool.CreateUserPool, in)
			if c.code == "" {
				c.code = "InvalidParameterException"
			}
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	if out := pooltest.Must(w, w.S.Pool.ListUserPools, &cognitoidp.ListUserPoolsInput{MaxResults: 60}); len(out.UserPools) != 0 {
		t.Errorf("refused pools exist: %d", len(out.UserPools))
	}
}

func TestDescribeUserPool_unknown(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(nil)
	_, res := pooltest.Do(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: "us-east-1_nothing00"})
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
	for name, who := range map[string][2]string{"other account": {"999999999999", pooltest.Region}, "other Region": {pooltest.Account, "eu-west-1"}} {
		t.Run(name, func(t *testing.T) {
			_, res := pooltest.As(w, who[0], who[1], "AIDAOTHER", w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: id})
			w.Refused(res, "ResourceNotFoundException", "User pool "+id+" does not exist.")
			_, res = pooltest.As(w, who[0], who[1], "AIDAOTHER", pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: id})
			w.Refused(res, "ResourceNotFoundException", "User pool "+id+" does not exist.")
		})
	}
}

func TestDeleteUserPool(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	kept := w.Pool(nil)
	keptClient := *w.Client(kept, nil).ClientId
	w.User(kept, "jo", "jo@example.com")
	id := w.Pool(nil)
	client := *w.Client(id, nil).ClientId
	w.User(id, "jo", "jo@example.com")
	tokens := w.Tokens(client, "jo")
	pooltest.Must(w, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: id})
	_, res := pooltest.Do(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: id})
	w.Refused(res, "ResourceNotFoundException", "User pool "+id+" does not exist.")
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "ResourceNotFoundException", "User pool client "+client+" does not exist.")
	_, res = w.GetUser(*tokens.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")

	purge := userpool.PurgeHandler(w.State)
	if err := purge(context.Background(), job.Job{Payload: []byte(`{"Account":"123456789012","Region":"us-east-1","Pool":"` + id + `"}`)}); err != nil {
		t.Fatal(err)
	}
	w.View(func(tx store.Tx) error {
		for _, space := range []string{"userpool.pools", "userpool.clients", "userpool.users", "userpool.users.login", "userpool.keys", "userpool.families"} {
			n := 0
			for range tx.Scan(space, nil, nil, false) {
				n++
			}
			want := map[string]int{"userpool.users.login": 3, "userpool.families": 0}
			if w, ok := want[space]; !ok && n != 1 || ok && space != "userpool.users.login" && n != w {
				t.Errorf("%s has %d rows", space, n)
			}
		}
		return nil
	})
	w.Tokens(keptClient, "jo")
	err := purge(context.Background(), job.Job{Payload: []byte(`{"Account":"123456789012","Region":"us-east-1","Pool":"` + kept + `"}`)})
	if err == nil {
		t.Error("a pool that exists was purged")
	}
}

func TestDeleteUserPool_protected(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.DeletionProtection = new("ACTIVE") })
	_, res := pooltest.Do(w, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: id})
	w.Refused(res, "InvalidParameterException", "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.")
}

func TestListUserPools(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	var want []string
	for range 5 {
		want = append(want, w.Pool(nil))
	}
	slices.Sort(want)
	pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.Pool.CreateUserPool, &cognitoidp.CreateUserPoolInput{PoolName: "theirs"})
	var got []string
	in := &cognitoidp.ListUserPoolsInput{MaxResults: 2}
	for range 3 {
		out := pooltest.Must(w, w.S.Pool.ListUserPools, in)
		for _, p := range out.UserPools {
			got = append(got, *p.Id)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(got, want) || in.NextToken != nil {
		t.Errorf("listed %v, want %v", got, want)
	}
	out := pooltest.Must(w, w.S.Pool.ListUserPools, &cognitoidp.ListUserPoolsInput{MaxResults: 2})
	_, res := pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.Pool.ListUserPools, &cognitoidp.ListUserPoolsInput{MaxResults: 2, NextToken: out.NextToken})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
}

func TestDescribeUserPool_estimate(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	for _, users := range []int{0, 3, 255, 3000} {
		id := w.Pool(nil)
		err := w.State.Update(t.Context(), func(tx store.Tx) error {
			for i := range users {
				u := &userpool.User{Account: pooltest.Account, Region: pooltest.Region, Pool: userpool.PoolID(id), Sub: userpool.NewSub(), Username: strconv.Itoa(i)}
				if err := userpool.Users.Insert(tx, u); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := int(*pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: id}).UserPool.EstimatedNumberOfUsers)
		if users < 256 && got != users || got < users*2/3 || got > users*3/2 {
			t.Errorf("%d users are estimated as %d", users, got)
		}
	}
}

// The two ways to name the function of tokens mirror each other, and an update without functions takes them away.
func TestLambdaConfig(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	const f = pooltest.FunctionARN
	older := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.LambdaConfig = &cognitoidp.LambdaConfigType{PreSignUp: new(f), PreTokenGeneration: new(f)}
	})
	if got := optest.JSON(t, describe(w, older).LambdaConfig); got != `{"PreSignUp":"`+f+`","PreTokenGeneration":"`+f+`","PreTokenGenerationConfig":{"LambdaArn":"`+f+`","LambdaVersion":"V1_0"}}` {
		t.Error(got)
	}
	newer := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.LambdaConfig = &cognitoidp.LambdaConfigType{PreTokenGenerationConfig: &cognitoidp.PreTokenGenerationVersionConfigType{LambdaArn: f, LambdaVersion: "V3_0"}}
	})
	if got := optest.JSON(t, describe(w, newer).LambdaConfig); got != `{"PreTokenGeneration":"`+f+`","PreTokenGenerationConfig":{"LambdaArn":"`+f+`","LambdaVersion":"V3_0"}}` {
		t.Error(got)
	}
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: newer})
	if got := optest.JSON(t, describe(w, newer).LambdaConfig); got != `{}` {
		t.Error(got)
	}
}
