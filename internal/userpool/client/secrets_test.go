package client_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func secretClient(w *pooltest.World, pool string) *cognitoidp.UserPoolClientType {
	w.T.Helper()
	return w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) })
}

// signIn tries a password with the hash of a secret.
func signIn(w *pooltest.World, client, secret string) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_PASSWORD_AUTH", ClientId: client, AuthParameters: map[string]string{
			"USERNAME": "jo", "PASSWORD": pooltest.Password, "SECRET_HASH": userpool.SecretHash(secret, "jo", userpool.ClientID(client)),
		},
	})
	return res
}

// A secret is changed over without a moment in which no secret works.
func TestClientSecrets_changedOver(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "jo@example.com")
	client := secretClient(w, pool)
	id, old := *client.ClientId, *client.ClientSecret
	list := func() []cognitoidp.ClientSecretDescriptorType {
		return pooltest.Must(w, w.S.Client.ListUserPoolClientSecrets, &cognitoidp.ListUserPoolClientSecretsInput{UserPoolId: pool, ClientId: id}).ClientSecrets
	}
	before := list()
	if len(before) != 1 || before[0].ClientSecretValue != nil || *before[0].ClientSecretId != id+"--1772521509" || !before[0].ClientSecretCreateDate.Equal(w.Now()) {
		t.Fatalf("listed %s", optest.JSON(t, before))
	}
	added := pooltest.Must(w, w.S.Client.AddUserPoolClientSecret, &cognitoidp.AddUserPoolClientSecretInput{UserPoolId: pool, ClientId: id}).ClientSecretDescriptor
	if !regexp.MustCompile(`^[0-9a-z]{51}$`).MatchString(*added.ClientSecretValue) || *added.ClientSecretValue == old {
		t.Errorf("second secret is %s", *added.ClientSecretValue)
	}
	// Both were made in one second; their ids differ all the same.
	if *added.ClientSecretId != id+"--1772521510" {
		t.Errorf("second id is %s", *added.ClientSecretId)
	}
	if got := list(); len(got) != 2 || *got[0].ClientSecretId != *before[0].ClientSecretId || *got[1].ClientSecretId != *added.ClientSecretId || got[1].ClientSecretValue != nil {
		t.Errorf("listed %s", optest.JSON(t, got))
	}
	for _, s := range []string{old, *added.ClientSecretValue} {
		if res := signIn(w, id, s); res.Err != nil {
			t.Errorf("sign-in: %v", res.Err)
		}
	}
	w.Refused(signIn(w, id, "neither"), "NotAuthorizedException", "Unable to verify secret hash for client "+id)
	_, res := pooltest.Do(w, w.S.Client.AddUserPoolClientSecret, &cognitoidp.AddUserPoolClientSecretInput{UserPoolId: pool, ClientId: id})
	w.Refused(res, "LimitExceededException", "Client secrets cannot exceed limit of 2 secrets.")

	// An update keeps both.
	pooltest.Must(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{
		UserPoolId: pool, ClientId: id, ExplicitAuthFlows: client.ExplicitAuthFlows,
	})
	remove := func(secret string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Client.DeleteUserPoolClientSecret, &cognitoidp.DeleteUserPoolClientSecretInput{UserPoolId: pool, ClientId: id, ClientSecretId: secret})
		return res
	}
	w.Refused(remove(id+"--1"), "ResourceNotFoundException", "Client secret does not exist")
	if res := remove(*before[0].ClientSecretId); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(signIn(w, id, old), "NotAuthorizedException", "Unable to verify secret hash for client "+id)
	if res := signIn(w, id, *added.ClientSecretValue); res.Err != nil {
		t.Errorf("sign-in with the secret that stays: %v", res.Err)
	}
	if got := *describe(w, pool, id).ClientSecret; got != *added.ClientSecretValue {
		t.Error("described is not the secret that stays")
	}
	w.Refused(remove(*added.ClientSecretId), "InvalidParameterException", "Cannot delete the only client secret.")
	w.Refused(remove(*before[0].ClientSecretId), "ResourceNotFoundException", "Client secret does not exist")

	// And once more, with a secret of the caller's, deleted again at once.
	w.Advance(time.Hour)
	own := "abcdefghijklmnopqrstuvwxyz0123"
	third := pooltest.Must(w, w.S.Client.AddUserPoolClientSecret, &cognitoidp.AddUserPoolClientSecretInput{UserPoolId: pool, ClientId: id, ClientSecret: &own}).ClientSecretDescriptor
	if third.ClientSecretValue != nil || !third.ClientSecretCreateDate.Equal(w.Now()) {
		t.Errorf("third is %s", optest.JSON(t, third))
	}
	if res := signIn(w, id, own); res.Err != nil {
		t.Error(res.Err)
	}
	if res := remove(*third.ClientSecretId); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(signIn(w, id, own), "NotAuthorizedException", "Unable to verify secret hash for client "+id)
	if res := signIn(w, id, *added.ClientSecretValue); res.Err != nil {
		t.Error(res.Err)
	}
}

// Both secrets revoke tokens too.
func TestClientSecrets_revoke(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := secretClient(w, pool)
	added := pooltest.Must(w, w.S.Client.AddUserPoolClientSecret, &cognitoidp.AddUserPoolClientSecretInput{UserPoolId: pool, ClientId: *client.ClientId}).ClientSecretDescriptor
	for _, s := range []*string{client.ClientSecret, added.ClientSecretValue} {
		if _, res := pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: "a.b.c.d.e", ClientId: *client.ClientId, ClientSecret: s}); res.Err != nil {
			t.Error(res.Err)
		}
	}
	for _, s := range []*string{nil, new(""), new("abcdefghijklmnopqrstuvwxyz")} {
		if _, res := pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: "a.b.c.d.e", ClientId: *client.ClientId, ClientSecret: s}); res.Err == nil {
			t.Error("revoked without a secret of the client")
		}
	}
}

func TestClientSecrets_refuse(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	public, client := *w.Client(pool, nil).ClientId, secretClient(w, pool)
	id := *client.ClientId
	add := func(pool, id string, secret *string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Client.AddUserPoolClientSecret, &cognitoidp.AddUserPoolClientSecretInput{UserPoolId: pool, ClientId: id, ClientSecret: secret})
		return res
	}
	w.Refused(add(pool, public, nil), "InvalidParameterException", "Client secrets can only be added to a client that has one.")
	w.Refused(add(pool, id, client.ClientSecret), "InvalidParameterException", "The client already has this secret.")
	w.Refused(add(other, id, nil), "ResourceNotFoundException", "User pool client "+id+" does not exist.")
	w.Refused(add("us-east-1_nothing00", id, nil), "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
	if got := pooltest.Must(w, w.S.Client.ListUserPoolClientSecrets, &cognitoidp.ListUserPoolClientSecretsInput{UserPoolId: pool, ClientId: public}).ClientSecrets; len(got) != 0 {
		t.Errorf("public client has %s", optest.JSON(t, got))
	}
	_, res := pooltest.Do(w, w.S.Client.ListUserPoolClientSecrets, &cognitoidp.ListUserPoolClientSecretsInput{UserPoolId: pool, ClientId: id, NextToken: new("x")})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
	_, res = pooltest.Do(w, w.S.Client.ListUserPoolClientSecrets, &cognitoidp.ListUserPoolClientSecretsInput{UserPoolId: other, ClientId: id})
	w.Refused(res, "ResourceNotFoundException", "User pool client "+id+" does not exist.")
	_, res = pooltest.Do(w, w.S.Client.DeleteUserPoolClientSecret, &cognitoidp.DeleteUserPoolClientSecretInput{UserPoolId: other, ClientId: id, ClientSecretId: id + "--1772521509"})
	w.Refused(res, "ResourceNotFoundException", "User pool client "+id+" does not exist.")
	_, res = pooltest.Do(w, w.S.Client.DeleteUserPoolClientSecret, &cognitoidp.DeleteUserPoolClientSecretInput{UserPoolId: pool, ClientId: public, ClientSecretId: public + "--1772521509"})
	w.Refused(res, "ResourceNotFoundException", "Client secret does not exist")
}
