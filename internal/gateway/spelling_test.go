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
		allowed                  bool
	}{
		"deny group":                   {"Deny", "app", "app", false},
		"deny group and its streams":   {"Deny", "app:*", "app", false},
		"deny group, asked for stream": {"Deny", "app", "app:log-stream:one", false},
		"deny stream":                  {"Deny", "app:log-stream:one", "app:log-stream:one", false},
		"deny other stream":            {"Deny", "app:log-stream:two", "app:log-stream:one", true},
		"deny stream, asked for group": {"Deny", "app:log-stream:one", "app", true},
		"deny other group":             {"Deny", "apple:*", "app", true},
		"allow group":                  {"Allow", "app", "app", true},
		"allow group and its streams":  {"Allow", "app:*", "app", true},
		"allow stream":                 {"Allow", "app:log-stream:one", "app:log-stream:one", true},
		"allow other stream":           {"Allow", "app:log-stream:two", "app:log-stream:one", false},
		"allow stream, asked for all":  {"Allow", "app:log-stream:one", "app", false},
		"allow longer name":            {"Allow", "apple:*", "app", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := `{"Effect":"` + c.effect + `","Action":"*","Resource":"` + before + c.policy + `"}`
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
