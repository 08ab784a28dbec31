package client_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func TestCreateUserPoolClient_defaults(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	out := pooltest.Must(w, w.S.Client.CreateUserPoolClient, &cognitoidp.CreateUserPoolClientInput{UserPoolId: pool, ClientName: "c"}).UserPoolClient
	if !regexp.MustCompile(`^[0-9a-z]{26}$`).MatchString(*out.ClientId) {
		t.Errorf("client id is %s", *out.ClientId)
	}
	got := strings.NewReplacer(*out.ClientId, "ID", pool, "POOL").Replace(optest.JSON(t, out))
	want := `{"AllowedOAuthFlowsUserPoolClient":false,"AuthSessionValidity":3,"ClientId":"ID","ClientName":"c","CreationDate":"2026-03-03T07:05:09.25Z",` +
		`"EnablePropagateAdditionalUserContextData":false,"EnableTokenRevocation":true,"LastModifiedDate":"2026-03-03T07:05:09.25Z",` +
		`"RefreshTokenValidity":30,"TokenValidityUnits":{},"UserPoolId":"POOL"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	again := pooltest.Must(w, w.S.Client.DescribeUserPoolClient, &cognitoidp.DescribeUserPoolClientInput{UserPoolId: pool, ClientId: *out.ClientId}).UserPoolClient
	if optest.JSON(t, again) != optest.JSON(t, out) {
		t.Error("DescribeUserPoolClient answers something else than CreateUserPoolClient")
	}
}

func TestCreateUserPoolClient_roundTrip(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	in := &cognitoidp.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: "full", GenerateSecret: new(true), RefreshTokenValidity: new(int64(90)), AccessTokenValidity: new(int64(10)), IdTokenValidity: new(int64(20)),
		TokenValidityUnits: &cognitoidp.TokenValidityUnitsType{AccessToken: new("minutes"), IdToken: new("minutes"), RefreshToken: new("minutes")},
		ReadAttributes:     []string{"email", "name"}, WriteAttributes: []string{"email"}, ExplicitAuthFlows: []string{"ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
		SupportedIdentityProviders: []string{"COGNITO"}, CallbackURLs: []string{"https://a.example/cb", "http://localhost:3000/cb", "myapp://cb"},
		LogoutURLs: []string{"https://a.example/out"}, DefaultRedirectURI: new("https://a.example/cb"), AllowedOAuthFlows: []string{"code"},
		AllowedOAuthScopes: []string{"openid", "email"}, AllowedOAuthFlowsUserPoolClient: new(true), PreventUserExistenceErrors: new("ENABLED"),
		EnableTokenRevocation: new(false), EnablePropagateAdditionalUserContextData: new(true), AuthSessionValidity: new(int64(10)),
		RefreshTokenRotation: &cognitoidp.RefreshTokenRotationType{Feature: "DISABLED"},
	}
	id := *pooltest.Must(w, w.S.Client.CreateUserPoolClient, in).UserPoolClient.ClientId
	out := pooltest.Must(w, w.S.Client.DescribeUserPoolClient, &cognitoidp.DescribeUserPoolClientInput{UserPoolId: pool, ClientId: id}).UserPoolClient
	if !regexp.MustCompile(`^[0-9a-z]{51}$`).MatchString(*out.ClientSecret) {
		t.Errorf("secret is %s", *out.ClientSecret)
	}
	sent := optest.JSON(t, in)
	secretless := *out
	secretless.ClientSecret, secretless.ClientId, secretless.CreationDate, secretless.LastModifiedDate = nil, nil, nil, nil
	if got := optest.JSON(t, secretless); got != strings.Replace(sent, `"GenerateSecret":true,`, "", 1) {
		t.Errorf("got  %s\nsent %s", got, sent)
	}
}

func TestCreateUserPoolClient_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{{Name: new("email"), AttributeDataType: new("String"), Required: new(true)}}
	})
	for _, c := range []struct {
		name          string
		set           func(*cognitoidp.CreateUserPoolClientInput)
		code, message string
	}{
		{"two secrets", func(in *cognitoidp.CreateUserPoolClientInput) {
			in.GenerateSecret, in.ClientSecret = new(true), new("abcdefghijklmnopqrstuvwxyz")
		}, "", "GenerateSecret and ClientSecret cannot be given together."},
		{"rotation", func(in *cognitoidp.CreateUserPoolClientInput) {
			in.RefreshTokenRotation = &cognitoidp.RefreshTokenRotationType{Feature: "ENABLED"}
			in.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
		}, "", "ALLOW_REFRESH_TOKEN_AUTH cannot be used with refresh token rotation."},
		{"unknown read attribute", func(in *cognitoidp.CreateUserPoolClientInput) { in.ReadAttributes = []string{"custom:x"} }, "", "Invalid read attributes specified while creating a client"},
		{"unknown write attribute", func(in *cognitoidp.CreateUserPoolClientInput) { in.WriteAttributes = []string{"email", "x"} }, "", "Invalid write attributes specified while creating a client"},
		{"required attribute not writable", func(in *cognitoidp.CreateUserPoolClientInput) { in.WriteAttributes = []string{"name"} }, "", "Invalid write attributes specified while creating a client"},
		{"verified flag writable", func(in *cognitoidp.CreateUserPoolClientInput) {
			in.WriteAttributes = []string{"email", "email_verified"}
		}, "", "Invalid write attributes specified while creating a client"},
		{"access token of two days", func(in *cognitoidp.CreateUserPoolClientInput) { in.AccessTokenValidity = new(int64(48)) }, "", "Invalid range for token validity."},
		{"ID token of a minute", func(in *cognitoidp.CreateUserPoolClientInput) {
			in.IdTokenValidity, in.TokenValidityUnits = new(int64(1)), &cognitoidp.TokenValidityUnitsType{IdToken: new("minutes")}
		}, "", "Invalid range for token validity."},
		{"refresh token of eleven years", func(in *cognitoidp.CreateUserPoolClientInput) { in.RefreshTokenValidity = new(int64(4000)) }, "", "Invalid range for token validity."},
		{"refresh token beyond all time", func(in *cognitoidp.CreateUserPoolClientInput) { in.RefreshTokenValidity = new(int64(315360000)) }, "", "Invalid range for token validity."},
		{"old and new flows", func(in *cognitoidp.CreateUserPoolClientInput) {
			in.ExplicitAuthFlows = []string{"ADMIN_NO_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
		}, "", "Use of ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY or USER_PASSWORD_AUTH together with ALLOW_ flows is not allowed."},
		{"provider", func(in *cognitoidp.CreateUserPoolClientInput) { in.SupportedIdentityProviders = []string{"Google"} }, "", "The provider Google does not exist for User Pool " + pool + "."},
		{"http elsewhere", func(in *cognitoidp.CreateUserPoolClientInput) { in.CallbackURLs = []string{"http://a.example/"} }, "", "Invalid redirect URI: http://a.example/"},
		{"fragment", func(in *cognitoidp.CreateUserPoolClientInput) { in.LogoutURLs = []string{"https://a.example/#x"} }, "", "Invalid redirect URI: https://a.example/#x"},
		{"script", func(in *cognitoidp.CreateUserPoolClientInput) { in.CallbackURLs = []string{"javascript:alert(1)"} }, "", "Invalid redirect URI: javascript:alert(1)"},
		{"default redirect", func(in *cognitoidp.CreateUserPoolClientInput) { in.DefaultRedirectURI = new("https://a.example/") }, "", "DefaultRedirectURI must be in CallbackURLs."},
		{"machine without secret", func(in *cognitoidp.CreateUserPoolClientInput) { in.AllowedOAuthFlows = []string{"client_credentials"} }, "InvalidOAuthFlowException",
			"client_credentials flow can not be selected if client does not have a client secret."},
		{"unknown scope", func(in *cognitoidp.CreateUserPoolClientInput) { in.AllowedOAuthScopes = []string{"rs/read"} }, "ScopeDoesNotExistException", "Scope rs/read does not exist."},
		{"propagation without secret", func(in *cognitoidp.CreateUserPoolClientInput) {
			in.EnablePropagateAdditionalUserContextData = new(true)
		}, "",
			"EnablePropagateAdditionalUserContextData requires a client with a secret."},
		{"unknown pool", func(in *cognitoidp.CreateUserPoolClientInput) { in.UserPoolId = "us-east-1_nothing00" }, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &cognitoidp.CreateUserPoolClientInput{UserPoolId: pool, ClientName: "c"}
			c.set(in)
			_, res := pooltest.Do(w, w.S.Client.CreateUserPoolClient, in)
			if c.code == "" {
				c.code = "InvalidParameterException"
			}
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
}

func TestDescribeUserPoolClient_unknown(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	id := *w.Client(pool, nil).ClientId
	for _, in := range []*cognitoidp.DescribeUserPoolClientInput{{UserPoolId: pool, ClientId: "nothing"}, {UserPoolId: other, ClientId: id}} {
		_, res := pooltest.Do(w, w.S.Client.DescribeUserPoolClient, in)
		w.Refused(res, "ResourceNotFoundException", "User pool client "+in.ClientId+" does not exist.")
	}
}
