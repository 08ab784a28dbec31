package service_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// TestOperations holds that every served operation has an implementation, every unsigned one an owner, and that outputs fit the model.
func TestOperations(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	svc := load(t)
	byName := map[string]*op.Operation{}
	for _, o := range w.S.Operations(svc) {
		byName[o.Name] = o
		if o.Unsigned != (o.Owner != nil) {
			t.Errorf("%s: unsigned %t, owner %t", o.Name, o.Unsigned, o.Owner != nil)
		}
	}
	for _, o := range svc.Operations {
		if (o.Area != "") != (byName[o.Name] != nil) {
			t.Errorf("%s is in area %q and implemented: %t", o.Name, o.Area, byName[o.Name] != nil)
		}
	}
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	// The calls run in no fixed order: those that end a session have one of their own.
	w.User(pool, "di", "di@example.com")
	for _, name := range []string{"lo", "di2", "re"} {
		w.User(pool, name, name+"@example.com")
	}
	tokens, ended, left, own := w.Tokens(client, "jo"), w.Tokens(client, "jo"), w.Tokens(client, "di"), w.Tokens(client, "lo")
	mail := []cognitoidp.AttributeType{{Name: "email", Value: new("x@example.com")}}
	for name, in := range map[string]any{
		"CreateUserPool": &cognitoidp.CreateUserPoolInput{PoolName: "p"}, "DescribeUserPool": &cognitoidp.DescribeUserPoolInput{UserPoolId: pool},
		"ListUserPools": &cognitoidp.ListUserPoolsInput{MaxResults: 1}, "CreateUserPoolClient": &cognitoidp.CreateUserPoolClientInput{UserPoolId: pool, ClientName: "c"},
		"DescribeUserPoolClient": &cognitoidp.DescribeUserPoolClientInput{UserPoolId: pool, ClientId: client},
		"SignUp":                 &cognitoidp.SignUpInput{ClientId: client, Username: "bo", Password: new(pooltest.Password)},
		"InitiateAuth": &cognitoidp.InitiateAuthInput{AuthFlow: "USER_PASSWORD_AUTH", ClientId: client,
			AuthParameters: map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password}},
		"GetUser": &cognitoidp.GetUserInput{AccessToken: *tokens.AccessToken}, "GlobalSignOut": &cognitoidp.GlobalSignOutInput{AccessToken: *left.AccessToken},
		"RevokeToken":                      &cognitoidp.RevokeTokenInput{Token: *ended.RefreshToken, ClientId: client},
		"ForgotPassword":                   &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "jo"},
		"ChangePassword":                   &cognitoidp.ChangePasswordInput{AccessToken: *own.AccessToken, PreviousPassword: new(pooltest.Password), ProposedPassword: newWord},
		"UpdateUserAttributes":             &cognitoidp.UpdateUserAttributesInput{AccessToken: *own.AccessToken, UserAttributes: mail},
		"DeleteUserAttributes":             &cognitoidp.DeleteUserAttributesInput{AccessToken: *own.AccessToken, UserAttributeNames: []string{"name"}},
		"GetUserAttributeVerificationCode": &cognitoidp.GetUserAttributeVerificationCodeInput{AccessToken: *own.AccessToken, AttributeName: "email"},
		"AdminUpdateUserAttributes":        &cognitoidp.AdminUpdateUserAttributesInput{UserPoolId: pool, Username: "lo", UserAttributes: mail},
		"AdminDeleteUserAttributes":        &cognitoidp.AdminDeleteUserAttributesInput{UserPoolId: pool, Username: "lo", UserAttributeNames: []string{"name"}},
		"AdminDisableUser":                 &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: "di2"},
		"AdminEnableUser":                  &cognitoidp.AdminEnableUserInput{UserPoolId: pool, Username: "lo"},
		"AdminResetUserPassword":           &cognitoidp.AdminResetUserPasswordInput{UserPoolId: pool, Username: "re"},
		"AdminUserGlobalSignOut":           &cognitoidp.AdminUserGlobalSignOutInput{UserPoolId: pool, Username: "re"},
		"AdminGetUser":                     &cognitoidp.AdminGetUserInput{UserPoolId: pool, Username: "jo"}, "ListUsers": &cognitoidp.ListUsersInput{UserPoolId: pool},
		"GetCSVHeader": &cognitoidp.GetCSVHeaderInput{UserPoolId: pool}, "ListUserImportJobs": &cognitoidp.ListUserImportJobsInput{UserPoolId: pool, MaxResults: 1},
	} {
		o := byName[name]
		out := pooltest.Must(w, func(c *op.Call, in *any) (*any, error) {
			out, err := o.Run(c, *in)
			return &out, err
		}, &in)
		tree, err := schema.Unbind(*out, o.Output)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, v := range schema.Validate(tree) {
			if v.Value == "phone_number_verified" {
				continue // the model allows 20 characters of a name; AWS answers this one all the same
			}
			t.Errorf("%s answers against its model: %s", name, v)
		}
	}
}

func load(t *testing.T) *schema.Service {
	t.Helper()
	all, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == "cognito-idp" {
			return s
		}
	}
	t.Fatal("model has no cognito-idp")
	return nil
}
