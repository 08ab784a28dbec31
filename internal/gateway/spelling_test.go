package gateway

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
)

func TestDecideSpellings(t *testing.T) {
	t.Parallel()
	const (
		before = "arn:aws:logs:us-east-1:111122223333:log-group:"
		all    = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	)
	for name, c := range map[string]struct {
		effect, policy, resource string
		not                      bool // the policy names what it excludes
		allowed                  bool
	}{
		"deny group":                            {effect: "Deny", policy: "app", resource: "app"},
		"deny group and its streams":            {effect: "Deny", policy: "app:*", resource: "app"},
		"deny group, asked for stream":          {effect: "Deny", policy: "app", resource: "app:log-stream:one"},
		"deny stream":                           {effect: "Deny", policy: "app:log-stream:one", resource: "app:log-stream:one"},
		"deny other stream":                     {effect: "Deny", policy: "app:log-stream:two", resource: "app:log-stream:one", allowed: true},
		"deny stream, asked for group":          {effect: "Deny", policy: "app:log-stream:one", resource: "app", allowed: true},
		"deny other group":                      {effect: "Deny", policy: "apple:*", resource: "app", allowed: true},
		"allow group":                           {effect: "Allow", policy: "app", resource: "app", allowed: true},
		"allow group and its streams":           {effect: "Allow", policy: "app:*", resource: "app", allowed: true},
		"allow stream":                          {effect: "Allow", policy: "app:log-stream:one", resource: "app:log-stream:one", allowed: true},
		"allow other stream":                    {effect: "Allow", policy: "app:log-stream:two", resource: "app:log-stream:one"},
		"allow stream, asked for all":           {effect: "Allow", policy: "app:log-stream:one", resource: "app"},
		"allow all but group":                   {effect: "Allow", not: true, policy: "app", resource: "app"},
		"allow all but group and its streams":   {effect: "Allow", not: true, policy: "app:*", resource: "app"},
		"allow all but group, asked for stream": {effect: "Allow", not: true, policy: "app", resource: "app:log-stream:one"},
		"allow all but stream":                  {effect: "Allow", not: true, policy: "app:log-stream:one", resource: "app:log-stream:one"},
		"allow all but other group":             {effect: "Allow", not: true, policy: "other:*", resource: "app", allowed: true},
		"deny all but group, asked for stream":  {effect: "Deny", not: true, policy: "app:*", resource: "app:log-stream:one", allowed: true},
		"deny all but group":                    {effect: "Deny", not: true, policy: "app:*", resource: "app", allowed: true},
		"deny all but other group":              {effect: "Deny", not: true, policy: "other:*", resource: "app"},
		"allow longer name":                     {effect: "Allow", policy: "apple:*", resource: "app"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			element := "Resource"
			if c.not {
				element = "NotResource"
			}
			text := `{"Effect":"` + c.effect + `","Action":"*","` + element + `":"` + before + c.policy + `"}`
			if c.effect == "Deny" {
				text += "," + all
			}
			doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[`+text+`]}`, policy.Identity)
			if err != nil {
				t.Fatal(err)
			}
			req := &eval.Request{
				Principal: principal.User("111122223333", "/", "u", "AIDAEXAMPLE", "AKIAEXAMPLE"),
				Action:    "logs:DeleteLogGroup", Resource: before + c.resource, ResourceAccount: "111122223333",
			}
			if d := decide(req, &eval.Policies{Identity: []*policy.Document{doc}}); d.Allowed != c.allowed {
				t.Errorf("allowed %v, want %v", d.Allowed, c.allowed)
			}
		})
	}
}
