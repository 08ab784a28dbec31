package service_test

import (
	"encoding/json"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// configured are calls on what hangs on a pool or a client, each of which succeeds once on a pool that was furnished. style and
// document are ids of its own.
func configured(pool, client, secret, style, document string) map[string]any {
	second := []cognitoidp.SchemaAttributeType{{Name: new("second"), AttributeDataType: new("String")}}
	scopes := []cognitoidp.ResourceServerScopeType{{ScopeName: "read", ScopeDescription: "reads"}}
	google := map[string]string{"client_id": "a", "client_secret": "b", "authorize_scopes": "openid"}
	links := map[string]string{"cognito:default": "https://a.example/"}
	return map[string]any{
		"AddCustomAttributes":        &cognitoidp.AddCustomAttributesInput{UserPoolId: pool, CustomAttributes: second},
		"GetSigningCertificate":      &cognitoidp.GetSigningCertificateInput{UserPoolId: pool},
		"AddUserPoolClientSecret":    &cognitoidp.AddUserPoolClientSecretInput{UserPoolId: pool, ClientId: secret},
		"ListUserPoolClientSecrets":  &cognitoidp.ListUserPoolClientSecretsInput{UserPoolId: pool, ClientId: secret},
		"CreateResourceServer":       &cognitoidp.CreateResourceServerInput{UserPoolId: pool, Identifier: "new", Name: "new", Scopes: scopes},
		"DescribeResourceServer":     &cognitoidp.DescribeResourceServerInput{UserPoolId: pool, Identifier: "rs"},
		"UpdateResourceServer":       &cognitoidp.UpdateResourceServerInput{UserPoolId: pool, Identifier: "rs", Name: "rs"},
		"ListResourceServers":        &cognitoidp.ListResourceServersInput{UserPoolId: pool},
		"CreateIdentityProvider":     &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "Facebook", ProviderType: "Facebook", ProviderDetails: google},
		"DescribeIdentityProvider":   &cognitoidp.DescribeIdentityProviderInput{UserPoolId: pool, ProviderName: "Google"},
		"UpdateIdentityProvider":     &cognitoidp.UpdateIdentityProviderInput{UserPoolId: pool, ProviderName: "Google", ProviderDetails: google},
		"ListIdentityProviders":      &cognitoidp.ListIdentityProvidersInput{UserPoolId: pool},
		"CreateUserPoolDomain":       &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: "auth.example.com", CustomDomainConfig: &cognitoidp.CustomDomainConfigType{CertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"}},
		"GetUICustomization":         &cognitoidp.GetUICustomizationInput{UserPoolId: pool, ClientId: &client},
		"SetUICustomization":         &cognitoidp.SetUICustomizationInput{UserPoolId: pool, CSS: new(".logo-customizable{color:red}"), ImageFile: []byte("\xff\xd8\xff\xe0")},
		"CreateManagedLoginBranding": &cognitoidp.CreateManagedLoginBrandingInput{UserPoolId: pool, ClientId: secret, Settings: json.RawMessage(`{"components":{}}`)},
		"UpdateManagedLoginBranding": &cognitoidp.UpdateManagedLoginBrandingInput{UserPoolId: &pool, ManagedLoginBrandingId: &style, UseCognitoProvidedValues: new(true)},
		"CreateTerms":                &cognitoidp.CreateTermsInput{UserPoolId: pool, ClientId: secret, TermsName: "terms-of-use", TermsSource: "LINK", Enforcement: "NONE", Links: links},
		"UpdateTerms":                &cognitoidp.UpdateTermsInput{UserPoolId: pool, TermsId: document, Links: links},
		"DescribeTerms":              &cognitoidp.DescribeTermsInput{UserPoolId: pool, TermsId: document},
		"ListTerms":                  &cognitoidp.ListTermsInput{UserPoolId: pool},
		"DescribeRiskConfiguration":  &cognitoidp.DescribeRiskConfigurationInput{UserPoolId: pool, ClientId: &client},
		"SetRiskConfiguration": &cognitoidp.SetRiskConfigurationInput{UserPoolId: pool, CompromisedCredentialsRiskConfiguration: &cognitoidp.CompromisedCredentialsRiskConfigurationType{
			Actions: &cognitoidp.CompromisedCredentialsActionsType{EventAction: "NO_ACTION"}}},
		"GetLogDeliveryConfiguration": &cognitoidp.GetLogDeliveryConfigurationInput{UserPoolId: pool},
		"SetLogDeliveryConfiguration": &cognitoidp.SetLogDeliveryConfigurationInput{UserPoolId: pool, LogConfigurations: []cognitoidp.LogConfigurationType{}},
		"DescribeManagedLoginBranding": &cognitoidp.DescribeManagedLoginBrandingInput{
			UserPoolId: pool, ManagedLoginBrandingId: style},
		"DescribeManagedLoginBrandingByClient": &cognitoidp.DescribeManagedLoginBrandingByClientInput{UserPoolId: pool, ClientId: client},
		"GetIdentityProviderByIdentifier":      &cognitoidp.GetIdentityProviderByIdentifierInput{UserPoolId: pool, IdpIdentifier: "a.example"},
	}
}

// removing are the calls that take things away, run after the others.
func removing(pool, secret, secretID, style, document string) map[string]any {
	return map[string]any{
		"DeleteUserPoolClientSecret": &cognitoidp.DeleteUserPoolClientSecretInput{UserPoolId: pool, ClientId: secret, ClientSecretId: secretID},
		"DeleteResourceServer":       &cognitoidp.DeleteResourceServerInput{UserPoolId: pool, Identifier: "rs"},
		"DeleteIdentityProvider":     &cognitoidp.DeleteIdentityProviderInput{UserPoolId: pool, ProviderName: "Google"},
		"DeleteManagedLoginBranding": &cognitoidp.DeleteManagedLoginBrandingInput{UserPoolId: pool, ManagedLoginBrandingId: style},
		"DeleteTerms":                &cognitoidp.DeleteTermsInput{UserPoolId: pool, TermsId: document},
	}
}

// run turns an operation into the form pooltest takes.
func run(o *op.Operation) func(c *op.Call, in *any) (*any, error) {
	return func(c *op.Call, in *any) (*any, error) {
		out, err := o.Run(c, *in)
		return &out, err
	}
}

// Another account, or another Region of the same, has nothing of a pool: not to see, not to change, not to remove. For the owner
// the same calls succeed, and what they answer fits the model.
func TestAttack41_configuration(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	byName := map[string]*op.Operation{}
	for _, o := range w.S.Operations(load(t)) {
		byName[o.Name] = o
	}
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTier, in.UserPoolAddOns = new("PLUS"), &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "AUDIT"}
	})
	client := furnish(w, pool, "shop")
	secret := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) }).ClientId
	style := *pooltest.Must(w, w.S.Branding.DescribeManagedLoginBrandingByClient, &cognitoidp.DescribeManagedLoginBrandingByClientInput{UserPoolId: pool, ClientId: client}).ManagedLoginBranding.ManagedLoginBrandingId
	document := pooltest.Must(w, w.S.Terms.ListTerms, &cognitoidp.ListTermsInput{UserPoolId: pool}).Terms[0].TermsId
	id := *pooltest.Must(w, w.S.Client.ListUserPoolClientSecrets, &cognitoidp.ListUserPoolClientSecretsInput{UserPoolId: pool, ClientId: secret}).ClientSecrets[0].ClientSecretId
	for _, calls := range []map[string]any{configured(pool, client, secret, style, document), removing(pool, secret, id, style, document)} {
		for name, in := range calls {
			for _, who := range []struct{ account, region string }{{"999999999999", pooltest.Region}, {pooltest.Account, "eu-west-1"}} {
				_, res := pooltest.As(w, who.account, who.region, "AIDAOTHER", run(byName[name]), &in)
				if res.Code != "ResourceNotFoundException" || res.Message != "User pool "+pool+" does not exist." {
					t.Errorf("%s from %v: got %v", name, who, res.Err)
				}
			}
		}
		for name, in := range calls {
			out := pooltest.Must(w, run(byName[name]), &in)
			if byName[name].Output == nil || *out == nil {
				continue
			}
			tree, err := schema.Unbind(*out, byName[name].Output)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			for _, v := range schema.Validate(tree) {
				t.Errorf("%s answers against its model: %s", name, v)
			}
		}
	}
}

// A page token is good for the caller, the pool and the list it was made for.
func TestAttack44_configuration(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	for _, p := range []string{pool, other} {
		for _, id := range []string{"a", "b"} {
			pooltest.Must(w, w.S.ResourceServer.CreateResourceServer, &cognitoidp.CreateResourceServerInput{UserPoolId: p, Identifier: id, Name: id})
		}
	}
	one := new(int64(1))
	list := func(caller, pool string, token *string) pooltest.Result {
		_, res := pooltest.As(w, pooltest.Account, pooltest.Region, caller, w.S.ResourceServer.ListResourceServers, &cognitoidp.ListResourceServersInput{UserPoolId: pool, MaxResults: one, NextToken: token})
		return res
	}
	token := pooltest.Must(w, w.S.ResourceServer.ListResourceServers, &cognitoidp.ListResourceServersInput{UserPoolId: pool, MaxResults: one}).NextToken
	if res := list("AIDAEXAMPLE", pool, token); res.Err != nil {
		t.Fatal(res.Err)
	}
	const invalid = "Invalid pagination token."
	w.Refused(list("AIDAOTHER", pool, token), "InvalidParameterException", invalid)
	w.Refused(list("AIDAEXAMPLE", other, token), "InvalidParameterException", invalid)
	_, res := pooltest.Do(w, w.S.Provider.ListIdentityProviders, &cognitoidp.ListIdentityProvidersInput{UserPoolId: pool, NextToken: token})
	w.Refused(res, "InvalidParameterException", invalid)
	_, res = pooltest.Do(w, w.S.Terms.ListTerms, &cognitoidp.ListTermsInput{UserPoolId: pool, NextToken: token})
	w.Refused(res, "InvalidParameterException", invalid)
	for i := range *token {
		forged := []byte(*token)
		forged[i] ^= 1
		if res := list("AIDAEXAMPLE", pool, new(string(forged))); res.Err == nil {
			t.Errorf("a token changed at %d is taken", i)
		}
	}
}
