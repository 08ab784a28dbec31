package resourceserver_test

import (
	"fmt"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const api = "https://api.example.com/v1"

func scopes(names ...string) []cognitoidp.ResourceServerScopeType {
	var out []cognitoidp.ResourceServerScopeType
	for _, n := range names {
		out = append(out, cognitoidp.ResourceServerScopeType{ScopeName: n, ScopeDescription: "may " + n})
	}
	return out
}

func create(w *pooltest.World, pool, id string, names ...string) (*cognitoidp.CreateResourceServerOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.ResourceServer.CreateResourceServer, &cognitoidp.CreateResourceServerInput{UserPoolId: pool, Identifier: id, Name: "api", Scopes: scopes(names...)})
}

func TestResourceServer(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	unknown := "Resource server " + api + " does not exist."
	describe := func(pool string) (string, pooltest.Result) {
		out, res := pooltest.Do(w, w.S.ResourceServer.DescribeResourceServer, &cognitoidp.DescribeResourceServerInput{UserPoolId: pool, Identifier: api})
		if res.Err != nil {
			return "", res
		}
		return optest.JSON(t, out.ResourceServer), res
	}
	_, res := describe(pool)
	w.Refused(res, "ResourceNotFoundException", unknown)
	out, res := create(w, pool, api, "read", "write")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	want := `{"Identifier":"` + api + `","Name":"api","Scopes":[{"ScopeDescription":"may read","ScopeName":"read"},{"ScopeDescription":"may write","ScopeName":"write"}],"UserPoolId":"` + pool + `"}`
	if got := optest.JSON(t, out.ResourceServer); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, res := describe(pool); got != want {
		t.Errorf("described as %s, %v", got, res.Err)
	}
	_, res = create(w, pool, api)
	w.Refused(res, "InvalidParameterException", api+" already exists in user pool "+pool+".")
	if _, res := create(w, other, api); res.Err != nil {
		t.Errorf("the same identifier in another pool: %v", res.Err)
	}

	updated := pooltest.Must(w, w.S.ResourceServer.UpdateResourceServer, &cognitoidp.UpdateResourceServerInput{UserPoolId: pool, Identifier: api, Name: "API", Scopes: scopes("write")}).ResourceServer
	want = `{"Identifier":"` + api + `","Name":"API","Scopes":[{"ScopeDescription":"may write","ScopeName":"write"}],"UserPoolId":"` + pool + `"}`
	if got := optest.JSON(t, updated); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, _ := describe(pool); got != want {
		t.Errorf("described as %s", got)
	}

	remove := pooltest.Nothing(w.S.ResourceServer.DeleteResourceServer)
	pooltest.Must(w, remove, &cognitoidp.DeleteResourceServerInput{UserPoolId: pool, Identifier: api})
	_, res = describe(pool)
	w.Refused(res, "ResourceNotFoundException", unknown)
	_, res = pooltest.Do(w, remove, &cognitoidp.DeleteResourceServerInput{UserPoolId: pool, Identifier: api})
	w.Refused(res, "ResourceNotFoundException", unknown)
	_, res = pooltest.Do(w, w.S.ResourceServer.UpdateResourceServer, &cognitoidp.UpdateResourceServerInput{UserPoolId: pool, Identifier: api, Name: "API"})
	w.Refused(res, "ResourceNotFoundException", unknown)
	if _, res := describe(other); res.Err != nil {
		t.Errorf("the other pool's is gone: %v", res.Err)
	}
}

// A client may have a scope of its own pool's resource servers, by its whole name, while there is one.
func TestResourceServer_scopesOfClients(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	for _, p := range []string{pool, other} {
		if _, res := create(w, p, map[string]string{pool: api, other: "theirs"}[p], "read"); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	in := func(scope string) *cognitoidp.CreateUserPoolClientInput {
		return &cognitoidp.CreateUserPoolClientInput{UserPoolId: pool, ClientName: "m", GenerateSecret: new(true), AllowedOAuthFlows: []string{"client_credentials"},
			AllowedOAuthFlowsUserPoolClient: new(true), AllowedOAuthScopes: []string{scope}}
	}
	client := pooltest.Must(w, w.S.Client.CreateUserPoolClient, in(api+"/read")).UserPoolClient
	if len(client.AllowedOAuthScopes) != 1 || client.AllowedOAuthScopes[0] != api+"/read" {
		t.Errorf("scopes are %v", client.AllowedOAuthScopes)
	}
	for _, scope := range []string{"theirs/read", api + "/write", api + "/", api, "/read", "read", api + "//read"} {
		_, res := pooltest.Do(w, w.S.Client.CreateUserPoolClient, in(scope))
		w.Refused(res, "ScopeDoesNotExistException", "Scope "+scope+" does not exist.")
	}
	_, res := pooltest.Do(w, w.S.Client.CreateUserPoolClient, in("email"))
	w.Refused(res, "InvalidOAuthFlowException", "email is not supported with client_credentials flow.")
	pooltest.Must(w, pooltest.Nothing(w.S.ResourceServer.DeleteResourceServer), &cognitoidp.DeleteResourceServerInput{UserPoolId: pool, Identifier: api})
	_, res = pooltest.Do(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{
		UserPoolId: pool, ClientId: *client.ClientId, AllowedOAuthFlows: client.AllowedOAuthFlows, AllowedOAuthScopes: client.AllowedOAuthScopes,
	})
	w.Refused(res, "ScopeDoesNotExistException", "Scope "+api+"/read does not exist.")
}

func TestListResourceServers(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	for i := range 25 {
		if _, res := create(w, pool, fmt.Sprintf("rs%02d", i), "read"); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	_, res := create(w, pool, "more")
	w.Refused(res, "LimitExceededException", "User pool cannot have more than 25 resource servers.")
	if _, res := create(w, other, "theirs"); res.Err != nil {
		t.Fatal(res.Err)
	}
	list := func(pool string, size int64, token *string) (*cognitoidp.ListResourceServersOutput, pooltest.Result) {
		return pooltest.Do(w, w.S.ResourceServer.ListResourceServers, &cognitoidp.ListResourceServersInput{UserPoolId: pool, MaxResults: &size, NextToken: token})
	}
	var got []string
	var token *string
	for pages := 0; ; pages++ {
		out, res := list(pool, 10, token)
		if res.Err != nil || pages > 2 {
			t.Fatal(res.Err, pages)
		}
		for _, s := range out.ResourceServers {
			got = append(got, *s.Identifier)
		}
		if token = out.NextToken; token == nil {
			break
		}
	}
	if len(got) != 25 || got[0] != "rs00" || got[24] != "rs24" || got[10] != "rs10" {
		t.Errorf("listed %v", got)
	}
	first, _ := list(pool, 1, nil)
	_, res = list(other, 1, first.NextToken)
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
	_, res = list("us-east-1_nothing00", 1, nil)
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
	_, res = create(w, other, "x", "read", "read")
	w.Refused(res, "InvalidParameterException", "Scope read is given more than once.")
}
