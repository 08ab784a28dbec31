package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// unsupported refuses settings that would change what the served operations do in ways this server does not follow yet. The list
// is part of docs/compat.
func unsupported(in *cognitoidp.CreateUserPoolInput) error {
	if l := in.LambdaConfig; l != nil && l.InboundFederation != nil {
		return userpool.Unsupported("LambdaConfig InboundFederation")
	}
	if a := in.UserPoolAddOns; a != nil && a.AdvancedSecurityMode != "OFF" {
		if in.UserPoolTier == nil || *in.UserPoolTier != "PLUS" {
			return plusOnly()
		}
	}
	if in.Policies == nil {
		return nil
	}
	if p := in.Policies.PasswordPolicy; p != nil && p.PasswordHistorySize != nil && *p.PasswordHistorySize > 0 && in.UserPoolTier != nil && *in.UserPoolTier == "LITE" {
		return noHistory()
	}
	return nil
}
