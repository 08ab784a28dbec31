package client_test

import (
	"slices"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func describe(w *pooltest.World, pool, id string) *cognitoidp.UserPoolClientType {
	w.T.Helper()
	return pooltest.Must(w, w.S.Client.DescribeUserPoolClient, &cognitoidp.DescribeUserPoolClientInput{UserPoolId: pool, ClientId: id}).UserPoolClient
}

func TestUpdateUserPoolClient(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	made := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.GenerateSecret, in.RefreshTokenValidity, in.ReadAttributes, in.EnableTokenRevocation = new(true), new(int64(90)), []string{"email"}, new(false)
	})
	w.Advance(time.Minute)
	in := &cognitoidp.UpdateUserPoolClientInput{
		UserPoolId: pool, ClientId: *made.ClientId, ClientName: new("other"), AccessTokenValidity: new(int64(10)), WriteAttributes: []string{"name"},
		TokenValidityUnits: &cognitoidp.TokenValidityUnitsType{AccessToken: new("minutes")}, ExplicitAuthFlows: []string{"ALLOW_USER_SRP_AUTH"},
		PreventUserExistenceErrors: new("ENABLED"), CallbackURLs: []string{"https://a.example/cb"}, AuthSessionValidity: new(int64(9)),
		EnablePropagateAdditionalUserContextData: new(true),
	}
	out := pooltest.Must(w, w.S.Client.UpdateUserPoolClient, in).UserPoolClient
	want := *made
	want.ClientName, want.LastModifiedDate, want.RefreshTokenValidity, want.ReadAttributes, want.EnableTokenRevocation = in.ClientName, new(w.Now()), new(int64(30)), nil, new(true)
	want.AccessTokenValidity, want.WriteAttributes, want.TokenValidityUnits, want.ExplicitAuthFlows = in.AccessTokenValidity, in.WriteAttributes, in.TokenValidityUnits, in.ExplicitAuthFlows
	want.PreventUserExistenceErrors, want.CallbackURLs, want.AuthSessionValidity = in.PreventUserExistenceErrors, in.CallbackURLs, in.AuthSessionValidity
	want.EnablePropagateAdditionalUserContextData = new(true)
	if a, b := optest.JSON(t, out), optest.JSON(t, want); a != b {
		t.Errorf("got  %s\nwant %s", a, b)
	}
	if optest.JSON(t, describe(w, pool, *made.ClientId)) != optest.JSON(t, out) {
		t.Error("DescribeUserPoolClient answers something else than UpdateUserPoolClient")
	}

	bare := pooltest.Must(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{UserPoolId: pool, ClientId: *made.ClientId}).UserPoolClient
	want = cognitoidp.UserPoolClientType{
		UserPoolId: &pool, ClientId: made.ClientId, ClientName: new("other"), ClientSecret: made.ClientSecret, CreationDate: made.CreationDate,
		LastModifiedDate: new(w.Now()), RefreshTokenValidity: new(int64(30)), TokenValidityUnits: &cognitoidp.TokenValidityUnitsType{},
		AllowedOAuthFlowsUserPoolClient: new(false), EnableTokenRevocation: new(true), EnablePropagateAdditionalUserContextData: new(false),
		AuthSessionValidity: new(int64(3)),
	}
	if a, b := optest.JSON(t, bare), optest.JSON(t, want); a != b {
		t.Errorf("updated with nothing: got  %s\nwant %s", a, b)
	}
}

// A flow that an update takes away is refused from the same moment.
func TestUpdateUserPoolClient_takesEffect(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	id := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.Tokens(id, "jo")
	pooltest.Must(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{UserPoolId: pool, ClientId: id})
	_, res := w.SignIn(id, "jo", pooltest.Password)
	w.Refused(res, "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client")
}

func TestUpdateUserPoolClient_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	id := *w.Client(pool, nil).ClientId
	before := optest.JSON(t, describe(w, pool, id))
	for _, c := range []struct {
		name          string
		set           func(*cognitoidp.UpdateUserPoolClientInput)
		code, message string
	}{
		{"rotation", func(in *cognitoidp.UpdateUserPoolClientInput) {
			in.RefreshTokenRotation = &cognitoidp.RefreshTokenRotationType{Feature: "ENABLED"}
			in.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
		}, "", "ALLOW_REFRESH_TOKEN_AUTH cannot be used with refresh token rotation."},
		{"mixed flows", func(in *cognitoidp.UpdateUserPoolClientInput) {
			in.ExplicitAuthFlows = []string{"USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"}
		}, "", "Use of ADMIN_NO_SRP_AUTH, CUSTOM_AUTH_FLOW_ONLY or USER_PASSWORD_AUTH together with ALLOW_ flows is not allowed."},
		{"machine without secret", func(in *cognitoidp.UpdateUserPoolClientInput) { in.AllowedOAuthFlows = []string{"client_credentials"} }, "InvalidOAuthFlowException",
			"client_credentials flow can not be selected if client does not have a client secret."},
		{"unknown attribute", func(in *cognitoidp.UpdateUserPoolClientInput) { in.ReadAttributes = []string{"custom:x"} }, "", "Invalid read attributes specified while updating a client"},
		{"client of another pool", func(in *cognitoidp.UpdateUserPoolClientInput) { in.UserPoolId = other }, "ResourceNotFoundException", "User pool client " + id + " does not exist."},
		{"unknown client", func(in *cognitoidp.UpdateUserPoolClientInput) { in.ClientId = "nothing" }, "ResourceNotFoundException", "User pool client nothing does not exist."},
		{"unknown pool", func(in *cognitoidp.UpdateUserPoolClientInput) { in.UserPoolId = "us-east-1_nothing00" }, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := &cognitoidp.UpdateUserPoolClientInput{UserPoolId: pool, ClientId: id, ClientName: new("changed")}
			c.set(in)
			_, res := pooltest.Do(w, w.S.Client.UpdateUserPoolClient, in)
			if c.code == "" {
				c.code = "InvalidParameterException"
			}
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	if after := optest.JSON(t, describe(w, pool, id)); after != before {
		t.Errorf("a refused update changed\n%s\ninto\n%s", before, after)
	}
}

func TestDeleteUserPoolClient(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	id, kept := *w.Client(pool, nil).ClientId, *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	tokens, keptTokens := w.Tokens(id, "jo"), w.Tokens(kept, "jo")
	side, challenge, res := w.StartSRP(id, "jo")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	remove := pooltest.Nothing(w.S.Client.DeleteUserPoolClient)
	unknown := "User pool client " + id + " does not exist."
	_, res = pooltest.Do(w, remove, &cognitoidp.DeleteUserPoolClientInput{UserPoolId: other, ClientId: id})
	w.Refused(res, "ResourceNotFoundException", unknown)
	_, res = pooltest.As(w, "999999999999", pooltest.Region, "AIDAOTHER", remove, &cognitoidp.DeleteUserPoolClientInput{UserPoolId: pool, ClientId: id})
	w.Refused(res, "ResourceNotFoundException", "User pool "+pool+" does not exist.")
	if _, res := w.GetUser(*tokens.AccessToken); res.Err != nil {
		t.Fatal(res.Err)
	}

	pooltest.Must(w, remove, &cognitoidp.DeleteUserPoolClientInput{UserPoolId: pool, ClientId: id})
	_, res = pooltest.Do(w, remove, &cognitoidp.DeleteUserPoolClientInput{UserPoolId: pool, ClientId: id})
	w.Refused(res, "ResourceNotFoundException", unknown)
	_, res = pooltest.Do(w, w.S.Client.DescribeUserPoolClient, &cognitoidp.DescribeUserPoolClientInput{UserPoolId: pool, ClientId: id})
	w.Refused(res, "ResourceNotFoundException", unknown)

	_, res = w.GetUser(*tokens.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")
	_, res = pooltest.Do(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: *tokens.AccessToken})
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")
	_, res = w.Refresh(id, *tokens.RefreshToken)
	w.Refused(res, "ResourceNotFoundException", unknown)
	_, res = w.Refresh(kept, *tokens.RefreshToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Refresh Token.")
	_, res = w.SignIn(id, "jo", pooltest.Password)
	w.Refused(res, "ResourceNotFoundException", unknown)
	answer := w.Claim(side, pool, id, challenge, pooltest.Password)
	_, res = w.Respond(answer)
	w.Refused(res, "ResourceNotFoundException", unknown)
	answer.ClientId = kept
	if _, res := w.Respond(answer); res.Err == nil {
		t.Error("another client answered the challenge of the deleted one")
	}
	if _, res := w.GetUser(*keptTokens.AccessToken); res.Err != nil {
		t.Errorf("the other client's token: %v", res.Err)
	}
	if _, res := w.Refresh(kept, *keptTokens.RefreshToken); res.Err != nil {
		t.Errorf("the other client's refresh token: %v", res.Err)
	}
}

func TestListUserPoolClients(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	var want []string
	for range 5 {
		want = append(want, *w.Client(pool, nil).ClientId)
	}
	slices.Sort(want)
	w.Client(other, nil)
	var got []string
	in := &cognitoidp.ListUserPoolClientsInput{UserPoolId: pool, MaxResults: new(int64(2))}
	for range 3 {
		out := pooltest.Must(w, w.S.Client.ListUserPoolClients, in)
		for _, c := range out.UserPoolClients {
			if *c.UserPoolId != pool || *c.ClientName != "c" {
				t.Errorf("listed %s", optest.JSON(t, c))
			}
			got = append(got, *c.ClientId)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(got, want) || in.NextToken != nil {
		t.Errorf("listed %v, want %v", got, want)
	}
	if out := pooltest.Must(w, w.S.Client.ListUserPoolClients, &cognitoidp.ListUserPoolClientsInput{UserPoolId: pool}); len(out.UserPoolClients) != 5 || out.NextToken != nil {
		t.Errorf("%d clients without a size", len(out.UserPoolClients))
	}
	in.NextToken = pooltest.Must(w, w.S.Client.ListUserPoolClients, in).NextToken
	in.UserPoolId = other
	_, res := pooltest.Do(w, w.S.Client.ListUserPoolClients, in)
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
	_, res = pooltest.Do(w, w.S.Client.ListUserPoolClients, &cognitoidp.ListUserPoolClientsInput{UserPoolId: "us-east-1_nothing00"})
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
}
