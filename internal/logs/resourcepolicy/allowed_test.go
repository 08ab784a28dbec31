package resourcepolicy_test

import (
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/resourcepolicy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// statement writes one of a policy: its effect, principal, action and resource, and what follows.
func statement(effect, who, action, resource string, more ...string) string {
	return `{"Effect":"` + effect + `","Principal":` + who + `,"Action":"` + action + `","Resource":"` + resource + `"` + strings.Join(more, "") + `}`
}

func documentOf(statements ...string) *string {
	return new(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
}

// ask asks for a write of EventBridge to the group /a, changed by edit.
func (w *world) ask(action string, edit func(*resourcepolicy.Write)) bool {
	w.T.Helper()
	write := resourcepolicy.Write{
		Service: "events.amazonaws.com", Account: logstest.Account, Region: logstest.Region, Group: "/a", Stream: "s",
		SourceAccount: logstest.Account, SourceARN: "arn:aws:events:" + logstest.Region + ":" + logstest.Account + ":rule/r",
	}
	if edit != nil {
		edit(&write)
	}
	var ok bool
	err := w.State.View(w.T.Context(), func(tx store.Tx) (err error) {
		ok, err = resourcepolicy.Allowed(tx, w.Clock, action, write)
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return ok
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	const events, put = `{"Service":"events.amazonaws.com"}`, resourcepolicy.PutLogEvents
	all := arnA + ":*"
	letIn := statement("Allow", events, put, all)
	for name, c := range map[string]struct {
		policy, own *string // of the account, of the group /a
		action      string  // PutLogEvents if empty
		edit        func(*resourcepolicy.Write)
		want        bool
	}{
		"no policy":                 {},
		"policy of the account":     {policy: documentOf(letIn), want: true},
		"policy of the group":       {own: documentOf(statement("Allow", events, put, "*")), want: true},
		"both":                      {policy: documentOf(letIn), own: documentOf(letIn), want: true},
		"group by prefix":           {policy: documentOf(statement("Allow", events, put, strings.TrimSuffix(arnA, "a")+"*:*")), want: true},
		"the group without streams": {policy: documentOf(statement("Allow", events, put, arnA))},
		"another group's ARN":       {policy: documentOf(statement("Allow", events, put, strings.TrimSuffix(arnA, "a")+"b:*"))},
		"the group's policy for another group": {own: documentOf(statement("Allow", events, put, "*")),
			edit: func(w *resourcepolicy.Write) { w.Group = "/b" }},
		"another Region":     {policy: documentOf(statement("Allow", events, put, "*")), edit: func(w *resourcepolicy.Write) { w.Region = "us-east-1" }},
		"another account":    {policy: documentOf(statement("Allow", events, put, "*")), edit: func(w *resourcepolicy.Write) { w.Account = "444455556666" }},
		"another service":    {policy: documentOf(letIn), edit: func(w *resourcepolicy.Write) { w.Service = "delivery.logs.amazonaws.com" }},
		"an account's root":  {policy: documentOf(statement("Allow", `{"AWS":"`+logstest.Account+`"}`, put, "*"))},
		"another action":     {policy: documentOf(letIn), action: resourcepolicy.CreateLogStream},
		"new streams":        {policy: documentOf(statement("Allow", events, "logs:Create*", all)), action: resourcepolicy.CreateLogStream, want: true},
		"what is no writing": {policy: documentOf(statement("Allow", events, "logs:*", "*")), action: "logs:GetLogEvents"},
		"denied beside":      {policy: documentOf(letIn, statement("Deny", events, "logs:*", "*"))},
		"denied by the group": {policy: documentOf(letIn),
			own: documentOf(statement("Deny", `"*"`, put, "*"))},
		"denied by the account": {policy: documentOf(statement("Deny", events, put, "*")), own: documentOf(letIn)},
		"for this rule": {policy: documentOf(statement("Allow", events, put, all,
			`,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/r"},"StringEquals":{"aws:SourceAccount":"`+logstest.Account+`"}}`)), want: true},
		"for another rule": {policy: documentOf(statement("Allow", events, put, all, `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/other"}}`))},
		"for nobody's rule": {policy: documentOf(statement("Allow", events, put, all, `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/r"}}`)),
			edit: func(w *resourcepolicy.Write) { w.SourceARN = "" }},
		"another account's rule": {policy: documentOf(statement("Allow", events, put, all, `,"Condition":{"StringEquals":{"aws:SourceAccount":"`+logstest.Account+`"}}`)),
			edit: func(w *resourcepolicy.Write) { w.SourceAccount = "444455556666" }},
		"until a day that is over": {policy: documentOf(statement("Allow", events, put, all, `,"Condition":{"DateLessThan":{"aws:CurrentTime":"2026-02-01T00:00:00Z"}}`))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			groups := &group.Service{Marks: w.Store, Tokens: w.Vault}
			for _, g := range []string{"/a", "/b"} {
				w.Must(func(c *op.Call) error { return groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: g}) })
			}
			if c.policy != nil {
				if _, err := w.put(&api.PutResourcePolicyInput{PolicyName: new("p"), PolicyDocument: c.policy}); err != nil {
					t.Fatal(err)
				}
			}
			if c.own != nil {
				if _, err := w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: c.own}); err != nil {
					t.Fatal(err)
				}
			}
			action := c.action
			if action == "" {
				action = put
			}
			if got := w.ask(action, c.edit); got != c.want {
				t.Errorf("allowed %v, want %v", got, c.want)
			}
		})
	}
}

// What a policy let in is shut out with the policy.
func TestAllowed_removedPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	groups := &group.Service{Marks: w.Store, Tokens: w.Vault}
	w.Must(func(c *op.Call) error { return groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "/a"}) })
	letIn := documentOf(statement("Allow", `{"Service":"events.amazonaws.com"}`, resourcepolicy.PutLogEvents, "*"))
	if _, err := w.put(&api.PutResourcePolicyInput{PolicyName: new("p"), PolicyDocument: letIn}); err != nil {
		t.Fatal(err)
	}
	own, err := w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: letIn})
	if err != nil {
		t.Fatal(err)
	}
	w.Must(func(c *op.Call) error {
		return w.svc.DeleteResourcePolicy(c, &api.DeleteResourcePolicyInput{PolicyName: new("p")})
	})
	if !w.ask(resourcepolicy.PutLogEvents, nil) {
		t.Error("the group's policy grants nothing alone")
	}
	w.Must(func(c *op.Call) error {
		return w.svc.DeleteResourcePolicy(c, &api.DeleteResourcePolicyInput{ResourceArn: new(arnA), ExpectedRevisionId: own.RevisionId})
	})
	if w.ask(resourcepolicy.PutLogEvents, nil) {
		t.Error("allowed without a policy")
	}
	// A new group of the same name has nothing of the old one.
	if _, err := w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: letIn}); err != nil {
		t.Fatal(err)
	}
	w.Must(func(c *op.Call) error { return groups.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"}) })
	w.Must(func(c *op.Call) error { return groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "/a"}) })
	if w.ask(resourcepolicy.PutLogEvents, nil) {
		t.Error("the policy outlived its group")
	}
}
