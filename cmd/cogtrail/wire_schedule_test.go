package main

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/audit"
	iamservice "github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

// What a role must be and may, for a scheduled query: its policies are decided with the facts of any call, and its trust policy with the
// query it is trusted for.
func TestQueryRole(t *testing.T) {
	t.Parallel()
	const (
		account, region = "123456789012", "us-east-1"
		query           = "arn:aws:logs:us-east-1:123456789012:scheduled-query:q"
		role            = "arn:aws:iam::123456789012:role/r"
		distrust        = "CloudWatch Logs may not assume the role " + role
		denied          = "the role " + role + " is not authorized to perform: logs:StartQuery on resource: arn:aws:logs:us-east-1:123456789012:log-group:/a"
	)
	statements := func(list string) string { return `{"Version":"2012-10-17","Statement":[` + list + `]}` }
	trust := func(more string) string {
		return `{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole"` + more + `}`
	}
	const (
		all  = `{"Effect":"Allow","Action":"logs:StartQuery","Resource":"*"}`
		past = `"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}`
	)
	for name, c := range map[string]struct{ trust, rights, want string }{
		"good":                    {trust(""), all, ""},
		"of another service":      {`{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}`, all, distrust},
		"for this account":        {trust(`,"Condition":{"StringEquals":{"aws:SourceAccount":"` + account + `"}}`), all, ""},
		"for queries":             {trust(`,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-east-1:` + account + `:scheduled-query:*"}}`), all, ""},
		"for another query":       {trust(`,"Condition":{"ArnLike":{"aws:SourceArn":"` + query + `2"}}`), all, distrust},
		"no longer trusted":       {trust("") + `,{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole",` + past, all, distrust},
		"may do something else":   {trust(""), `{"Effect":"Allow","Action":"logs:GetLogEvents","Resource":"*"}`, denied},
		"may no longer":           {trust(""), all + `,{"Effect":"Deny","Action":"*","Resource":"*",` + past, denied},
		"may not in this Region":  {trust(""), all + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}`, denied},
		"may in this Region only": {trust(""), `{"Effect":"Allow","Action":"logs:StartQuery","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, roles := mem.New(), &iamservice.Service{Vault: secret.NewVault(secret.GenerateMasterKey())}
			b := &builder{server: &server{clock: &clock{}}, iam: roles}
			err := state.Update(t.Context(), func(tx store.Tx) error {
				call := &op.Call{Context: t.Context(), Caller: principal.User(account, "/", "admin", "AIDAEXAMPLE", "AKIAEXAMPLE"), Account: account, Region: region, Tx: tx, Record: &audit.Builder{}}
				if _, err := roles.CreateRole(call, &iam.CreateRoleInput{RoleName: "r", AssumeRolePolicyDocument: statements(c.trust)}); err != nil {
					return err
				}
				if err := roles.PutRolePolicy(call, &iam.PutRolePolicyInput{RoleName: "r", PolicyName: "p", PolicyDocument: statements(c.rights)}); err != nil {
					return err
				}
				got := ""
				if err := b.queryRole(tx, account, region, query, role, []string{"/a"}); err != nil {
					got = err.Error()
				}
				if got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
