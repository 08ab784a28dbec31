package client

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// UpdateUserPoolClient replaces a client's settings: what a call leaves out goes back to its default. The name stays if none is
// given, and the secrets always do.
func (s *Service) UpdateUserPoolClient(c *op.Call, in *cognitoidp.UpdateUserPoolClientInput) (*cognitoidp.UpdateUserPoolClientOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	old, err := s.Realm.ClientOf(c.Tx, p, in.ClientId)
	if err != nil {
		return nil, err
	}
	whole := &cognitoidp.CreateUserPoolClientInput{
		UserPoolId: in.UserPoolId, ClientName: *old.Settings.ClientName, RefreshTokenValidity: in.RefreshTokenValidity,
		AccessTokenValidity: in.AccessTokenValidity, IdTokenValidity: in.IdTokenValidity, TokenValidityUnits: in.TokenValidityUnits,
		ReadAttributes: in.ReadAttributes, WriteAttributes: in.WriteAttributes, ExplicitAuthFlows: in.ExplicitAuthFlows,
		SupportedIdentityProviders: in.SupportedIdentityProviders, CallbackURLs: in.CallbackURLs, LogoutURLs: in.LogoutURLs,
		DefaultRedirectURI: in.DefaultRedirectURI, AllowedOAuthFlows: in.AllowedOAuthFlows, AllowedOAuthScopes: in.AllowedOAuthScopes,
		AllowedOAuthFlowsUserPoolClient: in.AllowedOAuthFlowsUserPoolClient, AnalyticsConfiguration: in.AnalyticsConfiguration,
		PreventUserExistenceErrors: in.PreventUserExistenceErrors, EnableTokenRevocation: in.EnableTokenRevocation,
		EnablePropagateAdditionalUserContextData: in.EnablePropagateAdditionalUserContextData, AuthSessionValidity: in.AuthSessionValidity,
		RefreshTokenRotation: in.RefreshTokenRotation,
	}
	if in.ClientName != nil {
		whole.ClientName = *in.ClientName
	}
	set, err := settings(c.Tx, p, whole, old.HasSecret(), "updating")
	if err != nil {
		return nil, err
	}
	set.ClientId, set.CreationDate, set.LastModifiedDate = old.Settings.ClientId, old.Settings.CreationDate, new(c.Now)
	row := *old
	row.Settings = *set
	if err := userpool.Clients.Put(c.Tx, &row); err != nil {
		return nil, fmt.Errorf("write app client: %w", err)
	}
	out, err := s.described(&row)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateUserPoolClientOutput{UserPoolClient: out}, nil
}
