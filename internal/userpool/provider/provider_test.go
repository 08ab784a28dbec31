package provider_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const metadata = `<?xml version="1.0"?><md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://idp.example.com/">` +
	`<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>MIIB</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>` +
	`<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/out"/>` +
	`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>` +
	`<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/in"/></md:IDPSSODescriptor></md:EntityDescriptor>`

func social() map[string]string {
	return map[string]string{"client_id": "id", "client_secret": "CANARY-secret", "authorize_scopes": "openid email"}
}

func openID() map[string]string {
	return map[string]string{"client_id": "id", "client_secret": "CANARY-secret", "authorize_scopes": "openid", "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET"}
}

func apple() map[string]string {
	return map[string]string{"client_id": "id", "team_id": "team", "key_id": "key", "private_key": "CANARY-key", "authorize_scopes": "email"}
}

func input(pool, name, kind string, details map[string]string) *cognitoidp.CreateIdentityProviderInput {
	return &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: name, ProviderType: kind, ProviderDetails: details}
}

func describe(w *pooltest.World, pool, name string) (*cognitoidp.IdentityProviderType, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Provider.DescribeIdentityProvider, &cognitoidp.DescribeIdentityProviderInput{UserPoolId: pool, ProviderName: name})
	if res.Err != nil {
		return nil, res
	}
	return out.IdentityProvider, res
}

// Every type: what comes back, what is derived, where secrets are and are not.
func TestCreateIdentityProvider_types(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind string
		given, add map[string]string
		mapped     string
		secret     string
	}{
		{"Google", "Google", social(), map[string]string{"attributes_url": "https://people.googleapis.com/v1/people/me?personFields=", "attributes_url_add_attributes": "true",
			"authorize_url": "https://accounts.google.com/o/oauth2/v2/auth", "oidc_issuer": "https://accounts.google.com", "token_request_method": "POST",
			"token_url": "https://www.googleapis.com/oauth2/v4/token"}, "sub", "client_secret"},
		{"Facebook", "Facebook", social(), map[string]string{"attributes_url": "https://graph.facebook.com/v17.0/me?fields=", "attributes_url_add_attributes": "true",
			"authorize_url": "https://www.facebook.com/v17.0/dialog/oauth", "token_request_method": "GET", "token_url": "https://graph.facebook.com/v17.0/oauth/access_token"}, "id", "client_secret"},
		{"LoginWithAmazon", "LoginWithAmazon", social(), map[string]string{"attributes_url": "https://api.amazon.com/user/profile", "attributes_url_add_attributes": "false",
			"authorize_url": "https://www.amazon.com/ap/oa", "token_request_method": "POST", "token_url": "https://api.amazon.com/auth/o2/token"}, "user_id", "client_secret"},
		{"SignInWithApple", "SignInWithApple", apple(), map[string]string{"attributes_url_add_attributes": "false", "authorize_url": "https://appleid.apple.com/auth/authorize",
			"oidc_issuer": "https://appleid.apple.com", "token_request_method": "POST", "token_url": "https://appleid.apple.com/auth/token"}, "sub", "private_key"},
		{"corp", "OIDC", openID(), map[string]string{"attributes_url_add_attributes": "false"}, "sub", "client_secret"},
		{"corp", "SAML", map[string]string{"MetadataFile": metadata, "IDPSignout": "true", "unheard": "CANARY"}, map[string]string{"SSORedirectBindingURI": "https://idp.example.com/in",
			"SLORedirectBindingURI": "https://idp.example.com/out"}, "", "unheard"},
		{"corp", "SAML", map[string]string{"MetadataURL": "https://idp.example.com/metadata"}, nil, "", ""},
	} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(nil)
			in := input(pool, c.name, c.kind, c.given)
			in.AttributeMapping, in.IdpIdentifiers = map[string]string{"email": "mail"}, []string{"example.com"}
			made := pooltest.Must(w, w.S.Provider.CreateIdentityProvider, in)
			want := cognitoidp.IdentityProviderType{UserPoolId: &pool, ProviderName: &c.name, ProviderType: &c.kind, ProviderDetails: maps.Clone(c.given),
				AttributeMapping: map[string]string{"email": "mail"}, IdpIdentifiers: []string{"example.com"}, CreationDate: new(w.Now()), LastModifiedDate: new(w.Now())}
			maps.Copy(want.ProviderDetails, c.add)
			delete(want.ProviderDetails, "private_key")
			if c.mapped != "" {
				want.AttributeMapping["username"] = c.mapped
			}
			if a, b := optest.JSON(t, made.IdentityProvider), optest.JSON(t, want); a != b {
				t.Errorf("got  %s\nwant %s", a, b)
			}
			if got, res := describe(w, pool, c.name); optest.JSON(t, got) != optest.JSON(t, want) {
				t.Errorf("described as %s, %v", optest.JSON(t, got), res.Err)
			}
			found := pooltest.Must(w, w.S.Provider.GetIdentityProviderByIdentifier, &cognitoidp.GetIdentityProviderByIdentifierInput{UserPoolId: pool, IdpIdentifier: "example.com"})
			if optest.JSON(t, found.IdentityProvider) != optest.JSON(t, want) {
				t.Error("found by identifier is something else")
			}
			request, response := w.Recorded("CreateIdentityProvider", in, made)
			if strings.Contains(request+response, "CANARY") {
				t.Errorf("the record has a secret: %s %s", request, response)
			}
			if c.secret != "" && !strings.Contains(request, `"`+c.secret+`":"HIDDEN_FOR_SECURITY_REASONS"`) {
				t.Errorf("the record is %s", request)
			}
			if id := c.given["client_id"]; id != "" && (!strings.Contains(request, `"client_id":"id"`) || !strings.Contains(response, `"client_id":"id"`)) {
				t.Errorf("the record lacks the client id: %s %s", request, response)
			}
			w.View(func(tx store.Tx) error {
				for kv, err := range tx.Scan("userpool.providers", nil, nil, false) {
					if err != nil || bytes.Contains(kv.Value, []byte("CANARY")) {
						t.Errorf("stored as %s, %v", kv.Value, err)
					}
				}
				return nil
			})
		})
	}
}

func TestCreateIdentityProvider_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("name"), AttributeDataType: new("String"), Required: new(true)}}
	})
	named := map[string]string{"name": "n"}
	first := input(pool, "first", "OIDC", openID())
	first.AttributeMapping, first.IdpIdentifiers = named, []string{"a.example"}
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, first)
	without := func(d map[string]string, name string) map[string]string { delete(d, name); return d }
	with := func(d map[string]string, name, value string) map[string]string { d[name] = value; return d }
	const notMetadata = "The MetadataFile is not the metadata of one SAML identity provider."
	for _, c := range []struct {
		name    string
		in      *cognitoidp.CreateIdentityProviderInput
		message string
	}{
		{"name of Google", input(pool, "NameOfGP", "Google", social()), "Provider NameOfGP cannot be of type Google."},
		{"OIDC as Google", input(pool, "google", "OIDC", openID()), "Provider google cannot be of type OIDC."},
		{"the pool itself", input(pool, "COGNITO", "SAML", map[string]string{"MetadataFile": metadata}), "Provider COGNITO cannot be of type SAML."},
		{"Google without secret", input(pool, "Google", "Google", without(social(), "client_secret")), "client_id, client_secret and authorize_scopes are all required idp details"},
		{"Facebook with empty id", input(pool, "Facebook", "Facebook", with(social(), "client_id", "")), "client_id, client_secret and authorize_scopes are all required idp details"},
		{"Apple without key", input(pool, "SignInWithApple", "SignInWithApple", without(apple(), "private_key")), "client_id, team_id, key_id, private_key and authorize_scopes are all required idp details"},
		{"OIDC without issuer", input(pool, "x12", "OIDC", without(openID(), "oidc_issuer")), "client_id, attributes_request_method, oidc_issuer and authorize_scopes are all required idp details"},
		{"OIDC method", input(pool, "x12", "OIDC", with(openID(), "attributes_request_method", "PUT")), "Invalid value of idp detail attributes_request_method."},
		{"OIDC without openid", input(pool, "x12", "OIDC", with(openID(), "authorize_scopes", "email")), "Invalid value of idp detail authorize_scopes."},
		{"OIDC in clear", input(pool, "x12", "OIDC", with(openID(), "oidc_issuer", "http://idp.example.com")), "Invalid value of idp detail oidc_issuer."},
		{"OIDC with credentials", input(pool, "x12", "OIDC", with(openID(), "token_url", "https://a:b@idp.example.com")), "Invalid value of idp detail token_url."},
		{"OIDC with a file", input(pool, "x12", "OIDC", with(openID(), "jwks_uri", "file:///etc/passwd")), "Invalid value of idp detail jwks_uri."},
		{"SAML without metadata", input(pool, "x12", "SAML", map[string]string{"IDPInit": "true"}), "At least one of the MetadataURL or MetadataFile should be provided."},
		{"SAML with a flag", input(pool, "x12", "SAML", map[string]string{"MetadataFile": metadata, "IDPInit": "yes"}), "Invalid value of idp detail IDPInit."},
		{"SAML algorithm", input(pool, "x12", "SAML", map[string]string{"MetadataFile": metadata, "RequestSigningAlgorithm": "rsa-sha1"}), "Invalid value of idp detail RequestSigningAlgorithm."},
		{"SAML with another file", input(pool, "x12", "SAML", map[string]string{"MetadataFile": "<a/>"}), notMetadata},
		{"attack 27: SAML with a document type", input(pool, "x12", "SAML", map[string]string{"MetadataFile": `<!DOCTYPE a [<!ENTITY b "c">]>` + metadata}), notMetadata},
		{"attack 27: SAML too deep", input(pool, "x12", "SAML", map[string]string{"MetadataFile": strings.Repeat("<a>", 100) + metadata + strings.Repeat("</a>", 100)}), notMetadata},
		{"SAML of two", input(pool, "x12", "SAML", map[string]string{"MetadataFile": "<a>" + strings.ReplaceAll(metadata, `<?xml version="1.0"?>`, "") + strings.ReplaceAll(metadata, `<?xml version="1.0"?>`, "") + "</a>"}), notMetadata},
		{"SAML to a script", input(pool, "x12", "SAML", map[string]string{"MetadataFile": strings.ReplaceAll(metadata, "https://idp.example.com/in", "javascript:alert(1)")}), notMetadata},
		{"unknown attribute", &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "x12", ProviderType: "OIDC", ProviderDetails: openID(),
			AttributeMapping: map[string]string{"name": "n", "custom:z": "z", "custom:a": "a"}}, "AttributeMapping contains invalid mapping: [custom:a, custom:z]"},
		{"attack 45: sub", &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "x12", ProviderType: "OIDC", ProviderDetails: openID(),
			AttributeMapping: map[string]string{"name": "n", "sub": "z"}}, "AttributeMapping contains invalid mapping: [sub]"},
		{"required attribute", &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "x12", ProviderType: "OIDC", ProviderDetails: openID()},
			"The attribute mapping is missing required attributes [name]"},
		{"identifier of another", &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "x12", ProviderType: "OIDC", ProviderDetails: openID(),
			AttributeMapping: named, IdpIdentifiers: []string{"b.example", "a.example"}}, "An identifier of the identity provider is in use."},
		{"identifier twice", &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "x12", ProviderType: "OIDC", ProviderDetails: openID(),
			AttributeMapping: named, IdpIdentifiers: []string{"b.example", "b.example"}}, "An identifier of the identity provider is in use."},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, res := pooltest.Do(w, w.S.Provider.CreateIdentityProvider, c.in)
			if res.Code != "InvalidParameterException" || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	_, res := pooltest.Do(w, w.S.Provider.CreateIdentityProvider, first)
	w.Refused(res, "DuplicateProviderException", "first already exists in user pool "+pool+".")
	_, res = pooltest.Do(w, w.S.Provider.CreateIdentityProvider, input("us-east-1_nothing00", "Google", "Google", social()))
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
	if got := pooltest.Must(w, w.S.Provider.ListIdentityProviders, &cognitoidp.ListIdentityProvidersInput{UserPoolId: pool}).Providers; len(got) != 1 {
		t.Errorf("a refused call left %d providers", len(got))
	}
}

func TestUpdateIdentityProvider(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	in := input(pool, "SignInWithApple", "SignInWithApple", apple())
	in.IdpIdentifiers = []string{"a.example", "b.example"}
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, in)
	before, _ := describe(w, pool, "SignInWithApple")
	w.Advance(time.Hour)
	// Apple's key cannot be read back, so it need not be sent again.
	details := apple()
	delete(details, "private_key")
	details["client_id"] = "other"
	update := &cognitoidp.UpdateIdentityProviderInput{UserPoolId: pool, ProviderName: "SignInWithApple", ProviderDetails: details, IdpIdentifiers: []string{"b.example", "c.example"}}
	out := pooltest.Must(w, w.S.Provider.UpdateIdentityProvider, update)
	want := *before
	want.ProviderDetails = maps.Clone(before.ProviderDetails)
	want.ProviderDetails["client_id"], want.IdpIdentifiers, want.LastModifiedDate = "other", update.IdpIdentifiers, new(w.Now())
	if a, b := optest.JSON(t, out.IdentityProvider), optest.JSON(t, want); a != b {
		t.Errorf("got  %s\nwant %s", a, b)
	}
	by := func(id string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Provider.GetIdentityProviderByIdentifier, &cognitoidp.GetIdentityProviderByIdentifierInput{UserPoolId: pool, IdpIdentifier: id})
		return res
	}
	w.Refused(by("a.example"), "ResourceNotFoundException", "Identity provider a.example does not exist.")
	if res := by("c.example"); res.Err != nil {
		t.Error(res.Err)
	}
	// Nothing given, nothing changed.
	same := pooltest.Must(w, w.S.Provider.UpdateIdentityProvider, &cognitoidp.UpdateIdentityProviderInput{UserPoolId: pool, ProviderName: "SignInWithApple"})
	if optest.JSON(t, same.IdentityProvider) != optest.JSON(t, want) {
		t.Error("an empty update changed something")
	}
	_, res := pooltest.Do(w, w.S.Provider.UpdateIdentityProvider, &cognitoidp.UpdateIdentityProviderInput{
		UserPoolId: pool, ProviderName: "SignInWithApple", ProviderDetails: map[string]string{"client_id": "x"},
	})
	w.Refused(res, "InvalidParameterException", "client_id, team_id, key_id, private_key and authorize_scopes are all required idp details")
	_, res = pooltest.Do(w, w.S.Provider.UpdateIdentityProvider, &cognitoidp.UpdateIdentityProviderInput{UserPoolId: pool, ProviderName: "Google"})
	w.Refused(res, "ResourceNotFoundException", "Identity provider Google does not exist.")
}

// A client may have its pool's providers only.
func TestDeleteIdentityProvider(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	client := func(pool string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Client.CreateUserPoolClient, &cognitoidp.CreateUserPoolClientInput{UserPoolId: pool, ClientName: "c", SupportedIdentityProviders: []string{"COGNITO", "Google"}})
		return res
	}
	missing := "The provider Google does not exist for User Pool " + pool + "."
	w.Refused(client(pool), "InvalidParameterException", missing)
	in := input(pool, "Google", "Google", social())
	in.IdpIdentifiers = []string{"a.example"}
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, in)
	if res := client(pool); res.Err != nil {
		t.Error(res.Err)
	}
	w.Refused(client(other), "InvalidParameterException", "The provider Google does not exist for User Pool "+other+".")
	remove := pooltest.Nothing(w.S.Provider.DeleteIdentityProvider)
	_, res := pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", remove, &cognitoidp.DeleteIdentityProviderInput{UserPoolId: pool, ProviderName: "Google"})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
	pooltest.Must(w, remove, &cognitoidp.DeleteIdentityProviderInput{UserPoolId: pool, ProviderName: "Google"})
	_, res = pooltest.Do(w, remove, &cognitoidp.DeleteIdentityProviderInput{UserPoolId: pool, ProviderName: "Google"})
	w.Refused(res, "ResourceNotFoundException", "Identity provider Google does not exist.")
	_, res = describe(w, pool, "Google")
	w.Refused(res, "ResourceNotFoundException", "Identity provider Google does not exist.")
	w.Refused(client(pool), "InvalidParameterException", missing)
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, in) // name and identifier are free again
}

func TestListIdentityProviders(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	for i := range 7 {
		pooltest.Must(w, w.S.Provider.CreateIdentityProvider, input(pool, fmt.Sprintf("idp%d", i), "OIDC", openID()))
	}
	var got []string
	in := &cognitoidp.ListIdentityProvidersInput{UserPoolId: pool, MaxResults: new(int64(3))}
	for range 4 {
		out := pooltest.Must(w, w.S.Provider.ListIdentityProviders, in)
		for _, p := range out.Providers {
			got = append(got, *p.ProviderName+*p.ProviderType)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if want := "idp0OIDC idp1OIDC idp2OIDC idp3OIDC idp4OIDC idp5OIDC idp6OIDC"; strings.Join(got, " ") != want {
		t.Errorf("listed %v", got)
	}
	_, res := pooltest.Do(w, w.S.Provider.ListIdentityProviders, &cognitoidp.ListIdentityProvidersInput{UserPoolId: pool, NextToken: new("x")})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
}
