package pool

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// UpdateUserPool replaces a pool's settings: what a call leaves out goes back to its default. The name and the feature plan stay,
// and so does what is fixed when a pool is made: attributes, the rules of user names, and the way passwords are kept.
func (s *Service) UpdateUserPool(c *op.Call, in *cognitoidp.UpdateUserPoolInput) (*cognitoidp.UpdateUserPoolOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := userpool.NotImporting(c.Tx, p); err != nil {
		return nil, err
	}
	set, err := updated(&p.Settings, in)
	if err != nil {
		return nil, err
	}
	if err := tierFits(c.Tx, p, *set.UserPoolTier); err != nil {
		return nil, err
	}
	next := *p
	if next.Factors, err = factors(p.Factors, set); err != nil {
		return nil, err
	}
	if err := firstFactors(set, next.Factors); err != nil {
		return nil, err
	}
	set.LastModifiedDate = new(c.Now)
	if err := s.change(c, &next, *set); err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateUserPoolOutput{}, nil
}

// updated checks an update by the rules of creation and returns the settings that come of it.
func updated(old *cognitoidp.UserPoolType, in *cognitoidp.UpdateUserPoolInput) (*cognitoidp.UserPoolType, error) {
	tags := in.UserPoolTags
	if tags == nil {
		tags = keptTags(old.UserPoolTags)
	}
	name := old.Name
	if in.PoolName != nil {
		name = in.PoolName
	}
	whole := &cognitoidp.CreateUserPoolInput{
		PoolName: *name, Policies: in.Policies, DeletionProtection: in.DeletionProtection, LambdaConfig: in.LambdaConfig,
		AutoVerifiedAttributes: in.AutoVerifiedAttributes, AliasAttributes: old.AliasAttributes, UsernameAttributes: old.UsernameAttributes,
		SmsVerificationMessage: in.SmsVerificationMessage, EmailVerificationMessage: in.EmailVerificationMessage,
		EmailVerificationSubject: in.EmailVerificationSubject, VerificationMessageTemplate: in.VerificationMessageTemplate,
		SmsAuthenticationMessage: in.SmsAuthenticationMessage, MfaConfiguration: in.MfaConfiguration,
		UserAttributeUpdateSettings: in.UserAttributeUpdateSettings, DeviceConfiguration: in.DeviceConfiguration,
		EmailConfiguration: in.EmailConfiguration, SmsConfiguration: in.SmsConfiguration, UserPoolTags: tags,
		AdminCreateUserConfig: in.AdminCreateUserConfig, UserPoolAddOns: in.UserPoolAddOns, UsernameConfiguration: old.UsernameConfiguration,
		AccountRecoverySetting: in.AccountRecoverySetting, UserPoolTier: in.UserPoolTier,
	}
	if whole.UserPoolTier == nil {
		whole.UserPoolTier = old.UserPoolTier
	}
	set, err := settings(whole)
	if err != nil {
		return nil, err
	}
	if err := sameCredential(old.UserPoolTags, set.UserPoolTags); err != nil {
		return nil, err
	}
	set.Id, set.Arn, set.CreationDate, set.SchemaAttributes = old.Id, old.Arn, old.CreationDate, old.SchemaAttributes
	return set, nil
}

// change writes a pool with other settings. The row that p points to is shared and stays as it is.
func (s *Service) change(c *op.Call, p *userpool.Pool, set cognitoidp.UserPoolType) error {
	if err := s.Realm.KeepSenderKey(c.Tx, p.Account, set.LambdaConfig); err != nil {
		return err
	}
	row := &userpool.Pool{ID: p.ID, Account: p.Account, Region: p.Region, Settings: set, Factors: p.Factors, Sessions: p.Sessions}
	if err := userpool.Pools.Put(c.Tx, row); err != nil {
		return fmt.Errorf("write user pool: %w", err)
	}
	return nil
}
