package pool_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func describe(w *pooltest.World, id string) *cognitoidp.UserPoolType {
	w.T.Helper()
	return pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: id}).UserPool
}

func TestUpdateUserPool_resetsWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	fixed := func(in *cognitoidp.CreateUserPoolInput) {
		in.PoolName, in.AutoVerifiedAttributes = "full", nil
		in.UserPoolTier, in.AliasAttributes = new("PLUS"), []string{"email", "preferred_username"}
		in.UsernameConfiguration = &cognitoidp.UsernameConfigurationType{CaseSensitive: false}
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("tenant"), AttributeDataType: new("String"), Mutable: new(true)}}
	}
	plain := describe(w, w.Pool(fixed))
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		fixed(in)
		in.DeletionProtection, in.AutoVerifiedAttributes, in.UserPoolTags = new("ACTIVE"), []string{"email"}, map[string]string{"a": "b"}
		in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"email"}}
		in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{MinimumLength: new(int64(20)), TemporaryPasswordValidityDays: new(int64(2))}}
		in.AdminCreateUserConfig = &cognitoidp.AdminCreateUserConfigType{AllowAdminCreateUserOnly: new(true)}
		in.EmailVerificationMessage, in.SmsAuthenticationMessage = new("code {####}"), new("auth {####}")
		in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Priority: 1, Name: "verified_email"}}}
	})
	w.Advance(time.Minute)
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id})
	got := describe(w, id)
	if !got.LastModifiedDate.Equal(w.Now()) || !got.CreationDate.Equal(w.Now().Add(-time.Minute)) {
		t.Errorf("dates %v, %v", got.CreationDate, got.LastModifiedDate)
	}
	same := *got
	same.LastModifiedDate = plain.LastModifiedDate
	if a, b := strings.ReplaceAll(optest.JSON(t, same), id, "ID"), strings.ReplaceAll(optest.JSON(t, plain), *plain.Id, "ID"); a != b {
		t.Errorf("updated with nothing\n%s\nmade with nothing\n%s", a, b)
	}
}

func TestUpdateUserPool_roundTrip(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(nil)
	in := &cognitoidp.UpdateUserPoolInput{
		UserPoolId: id, PoolName: new("other"), DeletionProtection: new("ACTIVE"), AutoVerifiedAttributes: []string{"phone_number"},
		UserAttributeUpdateSettings: &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"phone_number"}},
		SmsConfiguration:            &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"},
		EmailConfiguration:          &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("COGNITO_DEFAULT"), ReplyToEmailAddress: new("r@y.z")},
		UserPoolTags:                map[string]string{"c": "d"}, UserPoolTier: new("LITE"), MfaConfiguration: new("OFF"), LambdaConfig: &cognitoidp.LambdaConfigType{},
		AccountRecoverySetting: &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Priority: 1, Name: "admin_only"}}},
		Policies:               &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{MinimumLength: new(int64(6))}},
	}
	pooltest.Must(w, w.S.Pool.UpdateUserPool, in)
	out := describe(w, id)
	for name, pair := range map[string][2]any{
		"Name": {in.PoolName, out.Name}, "DeletionProtection": {in.DeletionProtection, out.DeletionProtection},
		"AutoVerifiedAttributes":      {in.AutoVerifiedAttributes, out.AutoVerifiedAttributes},
		"UserAttributeUpdateSettings": {in.UserAttributeUpdateSettings, out.UserAttributeUpdateSettings},
		"SmsConfiguration":            {in.SmsConfiguration, out.SmsConfiguration}, "EmailConfiguration": {in.EmailConfiguration, out.EmailConfiguration},
		"UserPoolTags": {in.UserPoolTags, out.UserPoolTags}, "UserPoolTier": {in.UserPoolTier, out.UserPoolTier},
		"AccountRecoverySetting": {in.AccountRecoverySetting, out.AccountRecoverySetting},
	} {
		if a, b := optest.JSON(t, pair[0]), optest.JSON(t, pair[1]); a != b {
			t.Errorf("%s: sent %s, described %s", name, a, b)
		}
	}
	// The new policy holds at once.
	create := &cognitoidp.AdminCreateUserInput{UserPoolId: id, Username: "jo", TemporaryPassword: new("abcdef"), MessageAction: new("SUPPRESS")}
	pooltest.Must(w, w.S.User.AdminCreateUser, create)
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id})
	create.Username = "bo"
	_, res := pooltest.Do(w, w.S.User.AdminCreateUser, create)
	if res.Code != "InvalidPasswordException" {
		t.Errorf("a weak password is answered %v", res.Err)
	}
	out = describe(w, id)
	if *out.Name != "other" || *out.UserPoolTier != "LITE" || *out.DeletionProtection != "INACTIVE" {
		t.Errorf("after an empty update: %s %s %s", *out.Name, *out.UserPoolTier, *out.DeletionProtection)
	}
	pooltest.Must(w, pooltest.Nothing(w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: id})
}

func TestUpdateUserPool_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTags = map[string]string{"a": "b"} })
	before := optest.JSON(t, describe(w, id))
	for _, c := range []struct {
		name          string
		set           func(*cognitoidp.UpdateUserPoolInput)
		code, message string
	}{
		{"sender", func(in *cognitoidp.UpdateUserPoolInput) {
			in.LambdaConfig = &cognitoidp.LambdaConfigType{CustomSMSSender: &cognitoidp.CustomSMSLambdaVersionConfigType{LambdaVersion: "V1_0", LambdaArn: "arn:aws:lambda:us-east-1:123456789012:function:g"}}
		}, "", "KMSKeyID is required with CustomEmailSender and CustomSMSSender."},
		{"MFA", func(in *cognitoidp.UpdateUserPoolInput) { in.MfaConfiguration = new("OPTIONAL") }, "", "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"},
		{"threat protection below PLUS", func(in *cognitoidp.UpdateUserPoolInput) {
			in.UserPoolAddOns = &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT"}
		}, "FeatureUnavailableInTierException", "Threat protection is not available in the user pool's feature plan."},
		{"passwordless", func(in *cognitoidp.UpdateUserPoolInput) {
			in.Policies = &cognitoidp.UserPoolPolicyType{SignInPolicy: &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: []string{"WEB_AUTHN"}}}
		}, "", "AllowedFirstAuthFactors must contain PASSWORD."},
		{"update of what is not verified", func(in *cognitoidp.UpdateUserPoolInput) {
			in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"email"}}
		}, "", "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes"},
		{"other credential", func(in *cognitoidp.UpdateUserPoolInput) {
			in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id"}
		}, "", "The tag cogtrail:credential cannot be changed once the user pool exists."},
		{"AWS's tag", func(in *cognitoidp.UpdateUserPoolInput) { in.UserPoolTags = map[string]string{"AWS:x": "1"} }, "UserPoolTaggingException",
			"aws: prefixed tag key names are not allowed for external use."},
		{"unknown pool", func(in *cognitoidp.UpdateUserPoolInput) { in.UserPoolId = "us-east-1_nothing00" }, "ResourceNotFoundException",
			"User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &cognitoidp.UpdateUserPoolInput{UserPoolId: id, PoolName: new("changed")}
			c.set(in)
			_, res := pooltest.Do(w, w.S.Pool.UpdateUserPool, in)
			if c.code == "" {
				c.code = "InvalidParameterException"
			}
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	_, res := pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id})
	w.Refused(res, "ResourceNotFoundException", "User pool "+id+" does not exist.")
	if after := optest.JSON(t, describe(w, id)); after != before {
		t.Errorf("a refused update changed\n%s\ninto\n%s", before, after)
	}
}

// A pool's way of keeping passwords stays through every operation that touches tags.
func TestCredentialTag_stays(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id", "a": "b"}
	})
	client := *w.Client(id, nil).ClientId
	w.User(id, "jo", "jo@example.com")
	arn := *describe(w, id).Arn
	const fixed = "The tag cogtrail:credential cannot be changed once the user pool exists."
	_, res := pooltest.Do(w, w.S.Pool.UntagResource, &cognitoidp.UntagResourceInput{ResourceArn: arn, TagKeys: []string{userpool.CredentialTag}})
	w.Refused(res, "InvalidParameterException", fixed)
	_, res = pooltest.Do(w, w.S.Pool.TagResource, &cognitoidp.TagResourceInput{ResourceArn: arn, Tags: map[string]string{userpool.CredentialTag: "srp"}})
	w.Refused(res, "InvalidParameterException", fixed)
	_, res = pooltest.Do(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id, UserPoolTags: map[string]string{"a": "b"}})
	w.Refused(res, "InvalidParameterException", fixed)
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: id})
	if got := optest.JSON(t, describe(w, id).UserPoolTags); got != `{"cogtrail:credential":"argon2id"}` {
		t.Errorf("tags after an update without any: %s", got)
	}
	w.Tokens(client, "jo")
}

func TestGetUserPoolMfaConfig(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	id := w.Pool(nil)
	out := pooltest.Must(w, w.S.Pool.GetUserPoolMfaConfig, &cognitoidp.GetUserPoolMfaConfigInput{UserPoolId: id})
	if got := optest.JSON(t, out); got != `{"MfaConfiguration":"OFF"}` {
		t.Errorf("answer %s", got)
	}
	_, res := pooltest.Do(w, w.S.Pool.GetUserPoolMfaConfig, &cognitoidp.GetUserPoolMfaConfigInput{UserPoolId: "us-east-1_nothing00"})
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
}
