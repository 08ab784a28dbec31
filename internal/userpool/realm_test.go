package userpool_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func TestRealm_documents(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	w.View(func(tx store.Tx) error {
		raw, err := w.S.Realm.Discovery(tx, pool)
		if err != nil {
			return err
		}
		base := "http://localhost:4700/" + pool
		want := `{"authorization_endpoint":"` + base + `/authorize","id_token_signing_alg_values_supported":["RS256"],"issuer":"` + base + `","jwks_uri":"` + base +
			`/.well-known/jwks.json","response_types_supported":["code","token"],"scopes_supported":["openid","email","phone","profile"],` +
			`"subject_types_supported":["public"],"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]}`
		if string(raw) != want {
			t.Errorf("got %s", raw)
		}
		raw, err = w.S.Realm.JWKS(tx, pool)
		if err != nil {
			return err
		}
		var set struct{ Keys []struct{ Kid string } }
		if err := json.Unmarshal(raw, &set); err != nil {
			return err
		}
		if len(set.Keys) != 2 || set.Keys[0].Kid == set.Keys[1].Kid {
			t.Errorf("keys %s", raw)
		}
		for _, f := range []func(store.Tx, string) ([]byte, error){w.S.Realm.JWKS, w.S.Realm.Discovery} {
			if _, err := f(tx, "us-east-1_nothing00"); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("documents of an unknown pool: %v", err)
			}
		}
		return nil
	})
	if a.IdToken == nil {
		t.Fatal("no token")
	}
}

func TestRealm_Owner(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	out, res := pooltest.As(w, "999999999999", "eu-west-1", "AIDAX", w.S.Pool.CreateUserPool, &cognitoidp.CreateUserPoolInput{PoolName: "p"})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	made, res := pooltest.As(w, "999999999999", "eu-west-1", "AIDAX", w.S.Client.CreateUserPoolClient, &cognitoidp.CreateUserPoolClientInput{
		UserPoolId: *out.UserPool.Id, ClientName: "c", ExplicitAuthFlows: []string{"ALLOW_USER_PASSWORD_AUTH"},
	})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	client := *made.UserPoolClient.ClientId
	pooltest.As(w, "999999999999", "eu-west-1", "AIDAX", w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: *out.UserPool.Id, Username: "jo", MessageAction: new("SUPPRESS"), TemporaryPassword: new(pooltest.Password),
	})
	first, res := w.SignIn(client, "jo", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	done, res := w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: first.Session,
		ChallengeResponses: map[string]string{"USERNAME": "jo", "NEW_PASSWORD": "An0ther-one!"}})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	access := *done.AuthenticationResult.AccessToken
	w.View(func(tx store.Tx) error {
		for name, in := range map[string]any{
			"SignUp": &cognitoidp.SignUpInput{ClientId: client}, "ConfirmSignUp": &cognitoidp.ConfirmSignUpInput{ClientId: client},
			"ResendConfirmationCode": &cognitoidp.ResendConfirmationCodeInput{ClientId: client}, "InitiateAuth": &cognitoidp.InitiateAuthInput{ClientId: client},
			"RespondToAuthChallenge": &cognitoidp.RespondToAuthChallengeInput{ClientId: client}, "RevokeToken": &cognitoidp.RevokeTokenInput{ClientId: client},
			"GetUser": &cognitoidp.GetUserInput{AccessToken: access}, "GlobalSignOut": &cognitoidp.GlobalSignOutInput{AccessToken: access},
		} {
			account, region, ok := w.S.Realm.Owner(tx, in)
			if account != "999999999999" || region != "eu-west-1" || !ok {
				t.Errorf("%s belongs to %s in %s", name, account, region)
			}
		}
		for name, in := range map[string]any{
			"unknown client": &cognitoidp.SignUpInput{ClientId: "x"}, "garbage token": &cognitoidp.GetUserInput{AccessToken: "a.b.c"},
			"signed operation": &cognitoidp.ListUsersInput{UserPoolId: *out.UserPool.Id},
		} {
			if _, _, ok := w.S.Realm.Owner(tx, in); ok {
				t.Errorf("%s has an owner", name)
			}
		}
		return nil
	})
}

// Secrets stand sealed or hashed in the rows: none of them is found there in clear.
func TestRealm_atRest(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	c := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ClientSecret = new("canarysecretcanarysecret") })
	open := *w.Client(pool, nil).ClientId
	hash := func(name string) *string {
		return new(userpool.SecretHash(*c.ClientSecret, name, userpool.ClientID(*c.ClientId)))
	}
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: *c.ClientId, SecretHash: hash("jo"), Username: "jo", Password: new("Canary-pass0"),
		UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("jo@example.com")}}})
	code := w.Code()
	w.User(pool, "bo", "")
	a := w.Tokens(open, "bo")
	_, srp, _ := w.StartSRP(open, "bo")
	// A password typed where the name belongs, at a client that tells nobody who exists.
	discreet := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }).ClientId
	if _, _, res := w.StartSRP(discreet, "Canary-name0"); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.View(func(tx store.Tx) error {
		for _, table := range []string{"pools", "clients", "users", "keys", "sessions", "families", "codes", "attempts", "limits"} {
			for kv := range tx.Scan("userpool."+table, nil, nil, false) {
				row := string(kv.Value)
				for _, s := range []string{*c.ClientSecret, "Canary-pass0", "Canary-name0", pooltest.Password, *a.RefreshToken, srp.ChallengeParameters["SECRET_BLOCK"], `"` + code + `"`, "PRIVATE"} {
					if strings.Contains(row, s) {
						t.Errorf("a row of %s holds %s", table, s)
					}
				}
			}
		}
		return nil
	})
}

// A changed row is never served from memory: here the keys of a pool are replaced below a warm cache.
func TestRealm_Keys_changed(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "")
	before := w.Tokens(client, "jo")
	err := w.State.Update(t.Context(), func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		return w.S.Realm.PutKeys(tx, p, pooltest.Keys()[1])
	})
	if err != nil {
		t.Fatal(err)
	}
	_, res := w.GetUser(*before.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")
	if _, res := w.GetUser(*w.Tokens(client, "jo").AccessToken); res.Err != nil {
		t.Error(res.Err)
	}
}
