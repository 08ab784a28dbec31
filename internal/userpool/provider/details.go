package provider

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// Types of providers, as ProviderType names them.
const (
	google   = "Google"
	facebook = "Facebook"
	amazon   = "LoginWithAmazon"
	apple    = "SignInWithApple"
	oidc     = "OIDC"
	saml     = "SAML"
)

// public are the details that are no secrets. The overlay's shownKeys are the same.
var public = map[string]bool{
	"client_id": true, "team_id": true, "key_id": true, "api_version": true, "authorize_scopes": true, "oidc_issuer": true,
	"attributes_request_method": true, "attributes_url": true, "attributes_url_add_attributes": true, "authorize_url": true,
	"token_url": true, "token_request_method": true, "jwks_uri": true, "MetadataURL": true, "IDPSignout": true, "IDPInit": true,
	"EncryptedResponses": true, "RequestSigningAlgorithm": true, "SSORedirectBindingURI": true, "SLORedirectBindingURI": true,
}

// facebookVersion is used when none is given. (inferred)
const facebookVersion = "v17.0"

// nameFits checks that social providers have the name of their type, and that no other provider has such a name or that of the
// pool's own users.
func nameFits(name, kind string) error {
	switch kind {
	case google, facebook, amazon, apple:
		if name != kind {
			return wrongName(name, kind)
		}
		return nil
	}
	for _, taken := range []string{google, facebook, amazon, apple, "COGNITO"} {
		if strings.EqualFold(name, taken) {
			return wrongName(name, kind)
		}
	}
	return nil
}

// complete checks details by the provider's type and returns them with the derived ones.
func complete(kind string, given map[string]string) (map[string]string, error) {
	d := make(map[string]string, len(given)+8)
	for k, v := range given {
		if v != "" {
			d[k] = v
		}
	}
	switch kind {
	case google, facebook, amazon:
		if lacks(d, "client_id", "client_secret", "authorize_scopes") {
			return nil, missing("client_id, client_secret and authorize_scopes")
		}
	case apple:
		if lacks(d, "client_id", "team_id", "key_id", "private_key", "authorize_scopes") {
			return nil, missing("client_id, team_id, key_id, private_key and authorize_scopes")
		}
	case oidc:
		return d, openID(d)
	case saml:
		return d, samlDetails(d)
	}
	derive(kind, d)
	return d, nil
}

func lacks(d map[string]string, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return d[n] == "" })
}

// derive adds what is known of social providers. Where their endpoints are is not the caller's to say.
func derive(kind string, d map[string]string) {
	add := map[string]string{}
	switch kind {
	case google:
		add = map[string]string{
			"attributes_url": "https://people.googleapis.com/v1/people/me?personFields=", "attributes_url_add_attributes": "true",
			"authorize_url": "https://accounts.google.com/o/oauth2/v2/auth", "oidc_issuer": "https://accounts.google.com",
			"token_request_method": "POST", "token_url": "https://www.googleapis.com/oauth2/v4/token",
		}
	case facebook:
		v := d["api_version"]
		if v == "" {
			v = facebookVersion
		}
		v = url.PathEscape(v)
		add = map[string]string{
			"attributes_url": "https://graph.facebook.com/" + v + "/me?fields=", "attributes_url_add_attributes": "true",
			"authorize_url": "https://www.facebook.com/" + v + "/dialog/oauth", "token_request_method": "GET",
			"token_url": "https://graph.facebook.com/" + v + "/oauth/access_token",
		}
	case amazon:
		add = map[string]string{
			"attributes_url": "https://api.amazon.com/user/profile", "attributes_url_add_attributes": "false",
			"authorize_url": "https://www.amazon.com/ap/oa", "token_request_method": "POST", "token_url": "https://api.amazon.com/auth/o2/token",
		}
	case apple:
		add = map[string]string{
			"attributes_url_add_attributes": "false", "authorize_url": "https://appleid.apple.com/auth/authorize",
			"oidc_issuer": "https://appleid.apple.com", "token_request_method": "POST", "token_url": "https://appleid.apple.com/auth/token",
		}
	}
	for k, v := range add {
		d[k] = v
	}
}

// openID checks details of an OpenID Connect provider. Whether its issuer has a discovery document shows at the first sign-in.
func openID(d map[string]string) error {
	if lacks(d, "client_id", "attributes_request_method", "oidc_issuer", "authorize_scopes") {
		return missing("client_id, attributes_request_method, oidc_issuer and authorize_scopes")
	}
	if m := d["attributes_request_method"]; m != "GET" && m != "POST" {
		return badDetail("attributes_request_method")
	}
	for _, name := range []string{"oidc_issuer", "authorize_url", "token_url", "attributes_url", "jwks_uri"} {
		if d[name] != "" && !reachable(d[name], name != "oidc_issuer") {
			return badDetail(name)
		}
	}
	if !slices.Contains(strings.Fields(d["authorize_scopes"]), "openid") {
		return badDetail("authorize_scopes") // [OpenID Connect Core section 3.1.2.1]
	}
	if d["attributes_url_add_attributes"] == "" {
		d["attributes_url_add_attributes"] = "false"
	}
	return flags(d, "attributes_url_add_attributes")
}

func samlDetails(d map[string]string) error {
	if d["MetadataURL"] == "" && d["MetadataFile"] == "" {
		return noMetadata()
	}
	if u := d["MetadataURL"]; u != "" && !reachable(u, true) {
		return badDetail("MetadataURL")
	}
	if a := d["RequestSigningAlgorithm"]; a != "" && a != "rsa-sha256" {
		return badDetail("RequestSigningAlgorithm")
	}
	if err := flags(d, "IDPSignout", "IDPInit", "EncryptedResponses"); err != nil {
		return err
	}
	// Derived: not the caller's to say.
	delete(d, "SSORedirectBindingURI")
	delete(d, "SLORedirectBindingURI")
	if d["MetadataFile"] == "" {
		return nil
	}
	m, err := parseMetadata(d["MetadataFile"])
	if err != nil {
		return badMetadata()
	}
	for name, at := range map[string]string{"SSORedirectBindingURI": m.signOn, "SLORedirectBindingURI": m.signOut} {
		if at != "" {
			d[name] = at
		}
	}
	return nil
}

func flags(d map[string]string, names ...string) error {
	for _, n := range names {
		if v := d[n]; v != "" && v != "true" && v != "false" {
			return badDetail(n)
		}
	}
	return nil
}

// maxURL is how long an address of a provider may be, in bytes.
const maxURL = 2048

// reachable tells whether a provider may be spoken to at an address: over TLS, or on this machine. What the name resolves to is
// looked at when the connection is made.
func reachable(s string, query bool) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || u.Host == "" || u.User != nil || u.Opaque != "" || strings.Contains(s, "#") || !query && strings.Contains(s, "?") {
		return false
	}
	if u.Scheme == "http" {
		h := u.Hostname()
		return h == "localhost" || h == "127.0.0.1" || h == "::1"
	}
	return u.Scheme == "https"
}

// identifiers checks that no identifier is given twice.
func identifiers(list []string) error {
	for i, id := range list {
		if slices.Contains(list[:i], id) {
			return identifierTaken()
		}
	}
	return nil
}

// mapping checks the attributes that claims are copied into, and adds where the user name comes from.
func mapping(attributes []cognitoidp.SchemaAttributeType, kind string, given map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(given)+1)
	known := map[string]bool{"username": true}
	var absent, unknown []string
	for _, a := range attributes {
		known[*a.Name] = *a.Name != "sub"
		if a.Required != nil && *a.Required && *a.Name != "sub" && given[*a.Name] == "" {
			absent = append(absent, *a.Name)
		}
	}
	for name, claim := range given {
		if !known[name] || claim == "" {
			unknown = append(unknown, name)
		}
		out[name] = claim
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return nil, badMapping(unknown)
	}
	if len(absent) > 0 {
		return nil, unmapped(absent)
	}
	if out["username"] == "" {
		switch kind {
		case facebook:
			out["username"] = "id"
		case amazon:
			out["username"] = "user_id"
		case google, apple, oidc:
			out["username"] = "sub"
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, nil
}
