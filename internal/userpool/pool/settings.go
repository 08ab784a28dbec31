package pool

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// settings checks a call's settings against one another and fills in the defaults.
func settings(in *cognitoidp.CreateUserPoolInput) (*cognitoidp.UserPoolType, error) {
	if err := unsupported(in); err != nil {
		return nil, err
	}
	if err := consistent(in); err != nil {
		return nil, err
	}
	functions, err := lambdaConfig(in)
	if err != nil {
		return nil, err
	}
	attributes, err := buildSchema(in.Schema)
	if err != nil {
		return nil, err
	}
	policies, err := policies(in)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.UserPoolType{
		Name: &in.PoolName, Policies: policies, DeletionProtection: or(in.DeletionProtection, "INACTIVE"),
		LambdaConfig: functions, SchemaAttributes: attributes,
		AutoVerifiedAttributes: in.AutoVerifiedAttributes, AliasAttributes: in.AliasAttributes, UsernameAttributes: in.UsernameAttributes,
		SmsVerificationMessage: in.SmsVerificationMessage, EmailVerificationMessage: in.EmailVerificationMessage,
		EmailVerificationSubject: in.EmailVerificationSubject, SmsAuthenticationMessage: in.SmsAuthenticationMessage,
		UserAttributeUpdateSettings: in.UserAttributeUpdateSettings, MfaConfiguration: or(in.MfaConfiguration, "OFF"), EmailConfiguration: in.EmailConfiguration,
		SmsConfiguration: in.SmsConfiguration, UserPoolTags: in.UserPoolTags, UserPoolAddOns: in.UserPoolAddOns,
		UsernameConfiguration: in.UsernameConfiguration, AccountRecoverySetting: in.AccountRecoverySetting,
		UserPoolTier: or(in.UserPoolTier, "ESSENTIALS"),
	}
	if d := in.DeviceConfiguration; d != nil && *d != (cognitoidp.DeviceConfigurationType{}) {
		out.DeviceConfiguration = d // any member switches tracking on
	}
	if out.UserPoolTags == nil {
		out.UserPoolTags = map[string]string{}
	}
	mail := cognitoidp.EmailConfigurationType{}
	if in.EmailConfiguration != nil {
		mail = *in.EmailConfiguration
	}
	mail.EmailSendingAccount = or(mail.EmailSendingAccount, "COGNITO_DEFAULT")
	out.EmailConfiguration = &mail
	verification(out, in.VerificationMessageTemplate)
	invitation := cognitoidp.AdminCreateUserConfigType{}
	if in.AdminCreateUserConfig != nil {
		invitation = *in.AdminCreateUserConfig
	}
	if invitation.AllowAdminCreateUserOnly == nil {
		invitation.AllowAdminCreateUserOnly = new(false)
	}
	// The older value mirrors the newer one (inferred).
	invitation.UnusedAccountValidityDays = policies.PasswordPolicy.TemporaryPasswordValidityDays
	out.AdminCreateUserConfig = &invitation
	return out, nil
}

// verification fills the template and its older members from one another, as Cognito answers with both. (inferred)
func verification(out *cognitoidp.UserPoolType, given *cognitoidp.VerificationMessageTemplateType) {
	t := cognitoidp.VerificationMessageTemplateType{}
	if given != nil {
		t = *given
	}
	t.DefaultEmailOption = or(t.DefaultEmailOption, "CONFIRM_WITH_CODE")
	mirror(&t.SmsMessage, &out.SmsVerificationMessage)
	mirror(&t.EmailMessage, &out.EmailVerificationMessage)
	mirror(&t.EmailSubject, &out.EmailVerificationSubject)
	out.VerificationMessageTemplate = &t
}

func mirror(a, b **string) {
	if *a == nil {
		*a = *b
	} else {
		*b = *a
	}
}

func or(s *string, fallback string) *string {
	if s == nil {
		return &fallback
	}
	return s
}

func policies(in *cognitoidp.CreateUserPoolInput) (*cognitoidp.UserPoolPolicyType, error) {
	var given cognitoidp.UserPoolPolicyType
	if in.Policies != nil {
		given = *in.Policies
	}
	// A pool made without a policy asks for everything; one made with a policy asks for what that says.
	p := cognitoidp.PasswordPolicyType{RequireUppercase: new(true), RequireLowercase: new(true), RequireNumbers: new(true), RequireSymbols: new(true)}
	if g := given.PasswordPolicy; g != nil {
		p = *g
		for _, b := range []**bool{&p.RequireUppercase, &p.RequireLowercase, &p.RequireNumbers, &p.RequireSymbols} {
			if *b == nil {
				*b = new(false)
			}
		}
		if p.PasswordHistorySize != nil && *p.PasswordHistorySize == 0 {
			p.PasswordHistorySize = nil // 0 is not shown
		}
	}
	if p.MinimumLength == nil {
		p.MinimumLength = new(int64(8))
	}
	var unused *int64
	if in.AdminCreateUserConfig != nil {
		unused = in.AdminCreateUserConfig.UnusedAccountValidityDays
	}
	if days := p.TemporaryPasswordValidityDays; days == nil || *days == 0 {
		p.TemporaryPasswordValidityDays = new(int64(7))
		if unused != nil && *unused > 0 {
			p.TemporaryPasswordValidityDays = unused
		}
	} else if unused != nil && *unused != *days {
		return nil, twoValidities()
	}
	out := &cognitoidp.UserPoolPolicyType{PasswordPolicy: &p, SignInPolicy: given.SignInPolicy}
	if out.SignInPolicy == nil || len(out.SignInPolicy.AllowedFirstAuthFactors) == 0 {
		out.SignInPolicy = &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: []string{"PASSWORD"}}
	}
	return out, nil
}

// consistent checks what members say about one another.
func consistent(in *cognitoidp.CreateUserPoolInput) error {
	if len(in.AliasAttributes) > 0 && len(in.UsernameAttributes) > 0 {
		return aliasesAndNames()
	}
	if u := in.UserAttributeUpdateSettings; u != nil {
		for _, a := range u.AttributesRequireVerificationBeforeUpdate {
			if !slices.Contains(in.AutoVerifiedAttributes, a) {
				return updatesUnverified()
			}
		}
	}
	if err := recovery(in.AccountRecoverySetting); err != nil {
		return err
	}
	if e := in.EmailConfiguration; e != nil && e.EmailSendingAccount != nil && *e.EmailSendingAccount == "DEVELOPER" && e.SourceArn == nil {
		return developerSource()
	}
	if c := in.AdminCreateUserConfig; c != nil && c.InviteMessageTemplate != nil {
		for _, m := range []*string{c.InviteMessageTemplate.EmailMessage, c.InviteMessageTemplate.SMSMessage} {
			if m != nil && !(strings.Contains(*m, "{username}") && strings.Contains(*m, "{####}")) {
				return inviteTemplate()
			}
		}
	}
	return checkTags(in.UserPoolTags)
}
