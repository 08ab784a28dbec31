package service_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// A user of another directory who takes an alias keeps it where his sign-in is refused, as one who has to reset his password is.
func TestTriggers_migrationTakesAlias(t *testing.T) {
	t.Parallel()
	for _, force := range []string{"true", "false"} {
		w := pooltest.New(t)
		pool, client := triggered(w, "V1_0", false, func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
		w.User(pool, "old", "jo@example.com")
		w.ChangeUser(pool, "old", func(u *userpool.User) { u.Set("email_verified", "true") })
		w.Program(func(source string, _ gjson.Result) (string, error) {
			if strings.HasPrefix(source, "UserMigration") {
				return `{"userAttributes":{"email":"jo@example.com","email_verified":"true"},"finalUserStatus":"RESET_REQUIRED","messageAction":"SUPPRESS","forceAliasCreation":` + force + `}`, nil
			}
			return "", nil
		})
		_, res := w.SignIn(client, "jo", pooltest.Password)
		if force == "true" {
			w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
			if u := w.Stored(pool, "jo"); u == nil || !u.Verified("email") || w.Stored(pool, "old").Verified("email") {
				t.Errorf("%+v", u)
			}
			continue
		}
		w.Refused(res, "AliasExistsException", "An account with the given email already exists.")
		if _, res := pooltest.Do(w, w.S.User.AdminGetUser, &cognitoidp.AdminGetUserInput{UserPoolId: pool, Username: "jo"}); res.Code != "UserNotFoundException" || !w.Stored(pool, "old").Verified("email") {
			t.Error(res.Err)
		}
	}
}

// Functions see of a user what belongs to him beside his attributes.
func TestTriggers_attributes(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := triggered(w, "V1_0", false, func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} })
	w.User(pool, "jo@example.com", "jo@example.com")
	w.ChangeUser(pool, "jo@example.com", func(u *userpool.User) {
		u.Set("email_verified", "true")
		u.Factors.Switch(userpool.SMSFactor, true)
	})
	pooltest.Must(w, w.S.Provider.CreateIdentityProvider, &cognitoidp.CreateIdentityProviderInput{UserPoolId: pool, ProviderName: "Corp", ProviderType: "OIDC",
		ProviderDetails: map[string]string{"client_id": "id", "authorize_scopes": "openid", "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET"}})
	pooltest.Must(w, w.S.Provider.AdminLinkProviderForUser, &cognitoidp.AdminLinkProviderForUserInput{UserPoolId: pool,
		DestinationUser: &cognitoidp.ProviderUserIdentifierType{ProviderName: new("Cognito"), ProviderAttributeValue: new("jo@example.com")},
		SourceUser:      &cognitoidp.ProviderUserIdentifierType{ProviderName: new("Corp"), ProviderAttributeName: new("Cognito_Subject"), ProviderAttributeValue: new("jo-7")}})
	w.Events()
	w.Tokens(client, "jo@example.com")
	e := w.Events()[0].Get("request.userAttributes")
	for name, want := range map[string]string{
		"cognito:email_alias": "jo@example.com", "cognito:user_status": "CONFIRMED", "cognito:mfa_enabled": "true",
		"identities": `[{"userId":"jo-7","providerName":"Corp","providerType":"OIDC","issuer":null,"primary":false,"dateCreated":1772521509250}]`,
	} {
		if got := e.Get(strings.ReplaceAll(name, ":", `\:`)).Str; got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
