package client

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/provider"
	"github.com/cogtrail/cogtrail/internal/userpool/resourceserver"
)

// settings checks a call's settings and fills in the defaults. doing is creating or updating.
func settings(tx store.Tx, p *userpool.Pool, in *cognitoidp.CreateUserPoolClientInput, secret bool, doing string) (*cognitoidp.UserPoolClientType, error) {
	if r := in.RefreshTokenRotation; r != nil && r.Feature == "ENABLED" && slices.Contains(in.ExplicitAuthFlows, "ALLOW_REFRESH_TOKEN_AUTH") {
		return nil, rotationAndFlow()
	}
	for _, check := range []func() error{
		func() error { return flows(p, in.ExplicitAuthFlows) },
		func() error { return attributes(p, in, doing) },
		func() error { return validities(in) },
		func() error { return oauth(tx, p, in, secret) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	if in.EnablePropagateAdditionalUserContextData != nil && *in.EnablePropagateAdditionalUserContextData && !secret {
		return nil, propagateNeedsSecret()
	}
	return &cognitoidp.UserPoolClientType{
		UserPoolId: &in.UserPoolId, ClientName: &in.ClientName,
		RefreshTokenValidity: orNumber(in.RefreshTokenValidity, 30), AccessTokenValidity: in.AccessTokenValidity, IdTokenValidity: in.IdTokenValidity,
		TokenValidityUnits: orUnits(in.TokenValidityUnits), ReadAttributes: in.ReadAttributes, WriteAttributes: in.WriteAttributes,
		ExplicitAuthFlows: in.ExplicitAuthFlows, SupportedIdentityProviders: in.SupportedIdentityProviders, CallbackURLs: in.CallbackURLs,
		LogoutURLs: in.LogoutURLs, DefaultRedirectURI: in.DefaultRedirectURI, AllowedOAuthFlows: in.AllowedOAuthFlows,
		AllowedOAuthScopes: in.AllowedOAuthScopes, AllowedOAuthFlowsUserPoolClient: orFlag(in.AllowedOAuthFlowsUserPoolClient, false),
		AnalyticsConfiguration: in.AnalyticsConfiguration, PreventUserExistenceErrors: in.PreventUserExistenceErrors,
		EnableTokenRevocation:                    orFlag(in.EnableTokenRevocation, true),
		EnablePropagateAdditionalUserContextData: orFlag(in.EnablePropagateAdditionalUserContextData, false),
		AuthSessionValidity:                      orNumber(in.AuthSessionValidity, 3), RefreshTokenRotation: in.RefreshTokenRotation,
	}, nil
}

func orFlag(b *bool, fallback bool) *bool {
	if b == nil {
		return &fallback
	}
	return b
}

func orNumber(n *int64, fallback int64) *int64 {
	if n == nil || *n == 0 {
		return &fallback
	}
	return n
}

func orUnits(u *cognitoidp.TokenValidityUnitsType) *cognitoidp.TokenValidityUnitsType {
	if u == nil {
		return &cognitoidp.TokenValidityUnitsType{}
	}
	return u
}

func flows(p *userpool.Pool, list []string) error {
	allow := slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "ALLOW_") })
	old := slices.ContainsFunc(list, func(s string) bool { return !strings.HasPrefix(s, "ALLOW_") })
	if allow && old {
		return mixedFlows()
	}
	if slices.Contains(list, "ALLOW_USER_AUTH") && *p.Settings.UserPoolTier == "LITE" {
		return choiceTier()
	}
	return nil
}

// attributes checks that both lists name attributes of the pool, and that users can set what the pool requires of them.
func attributes(p *userpool.Pool, in *cognitoidp.CreateUserPoolClientInput, doing string) error {
	for _, name := range in.ReadAttributes {
		if p.Schema(name) == nil {
			return badAttributes("read", doing)
		}
	}
	for _, name := range in.WriteAttributes {
		if p.Schema(name) == nil || userpool.Guarded(name) {
			return badAttributes("write", doing)
		}
	}
	if len(in.WriteAttributes) == 0 {
		return nil
	}
	for i := range p.Settings.SchemaAttributes {
		a := &p.Settings.SchemaAttributes[i]
		if a.Required != nil && *a.Required && *a.Name != "sub" && !slices.Contains(in.WriteAttributes, *a.Name) {
			return badAttributes("write", doing)
		}
	}
	return nil
}

// Ranges of validities once the unit is applied. [Cognito: using tokens]
const (
	leastToken, mostToken     = 5 * time.Minute, 24 * time.Hour
	leastRefresh, mostRefresh = time.Hour, 3650 * 24 * time.Hour
)

func validities(in *cognitoidp.CreateUserPoolClientInput) error {
	c := userpool.Client{Settings: cognitoidp.UserPoolClientType{
		RefreshTokenValidity: in.RefreshTokenValidity, AccessTokenValidity: in.AccessTokenValidity, IdTokenValidity: in.IdTokenValidity,
		TokenValidityUnits: in.TokenValidityUnits,
	}}
	// Numbers the multiplication could overflow with are out of range in every unit.
	for _, n := range []*int64{in.RefreshTokenValidity, in.AccessTokenValidity, in.IdTokenValidity} {
		if n != nil && (*n < 0 || *n > int64(mostRefresh/time.Second)) {
			return validityRange()
		}
	}
	if n, u := in.RefreshTokenValidity, in.TokenValidityUnits; n != nil && *n > 3650 && (u == nil || u.RefreshToken == nil || *u.RefreshToken == "days") {
		return validityRange()
	}
	id, access, refresh := c.Life()
	for _, d := range []time.Duration{id, access} {
		if d < leastToken || d > mostToken {
			return validityRange()
		}
	}
	if refresh < leastRefresh || refresh > mostRefresh {
		return validityRange()
	}
	return nil
}

var standardScopes = []string{"phone", "email", "openid", "profile", userpool.AdminScope}

// oauth checks the settings of the web endpoints. They are stored for clients to read back; the endpoints themselves are not served.
func oauth(tx store.Tx, p *userpool.Pool, in *cognitoidp.CreateUserPoolClientInput, secret bool) error {
	for _, name := range in.SupportedIdentityProviders {
		if name == "COGNITO" {
			continue
		}
		if has, err := provider.Has(tx, p, name); err != nil {
			return err
		} else if !has {
			return noProvider(name, string(p.ID))
		}
	}
	for _, u := range slices.Concat(in.CallbackURLs, in.LogoutURLs) {
		if !redirectable(u) {
			return badRedirect(u)
		}
	}
	if d := in.DefaultRedirectURI; d != nil && *d != "" && !slices.Contains(in.CallbackURLs, *d) {
		return defaultRedirect()
	}
	if in.AllowedOAuthFlowsUserPoolClient != nil && *in.AllowedOAuthFlowsUserPoolClient && (len(in.AllowedOAuthFlows) == 0 || len(in.AllowedOAuthScopes) == 0) {
		return oauthMembers()
	}
	machine := slices.Contains(in.AllowedOAuthFlows, "client_credentials")
	switch {
	case machine && len(in.AllowedOAuthFlows) > 1:
		return clientCredentials("client_credentials flow can not be selected along with code flow or implicit flow.") // (inferred)
	case machine && !secret:
		return clientCredentials("client_credentials flow can not be selected if client does not have a client secret.") // (inferred)
	}
	for _, s := range in.AllowedOAuthScopes {
		if !slices.Contains(standardScopes, s) {
			ok, err := resourceserver.HasScope(tx, p, s)
			if err != nil {
				return err
			}
			if !ok {
				return noScope(s)
			}
			continue
		}
		if machine {
			return clientCredentials(s + " is not supported with client_credentials flow.") // (inferred)
		}
	}
	return nil
}

// redirectable tells whether a client may be redirected to a URL: https, an app's own scheme, http on this machine only, and never
// with a fragment.
func redirectable(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Fragment != "" || strings.Contains(s, "#") {
		return false
	}
	if u.Scheme == "http" {
		h := u.Hostname()
		return h == "localhost" || h == "127.0.0.1" || h == "::1"
	}
	if u.Scheme == "https" {
		return u.Host != ""
	}
	return u.Scheme != "javascript" && u.Scheme != "data" && u.Scheme != "vbscript"
}
