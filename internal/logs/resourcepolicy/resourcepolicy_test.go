package resourcepolicy_test

import (
	"fmt"
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/resourcepolicy"
	"github.com/cogtrail/cogtrail/internal/op"
)

const (
	document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}]}`
	arnA     = "arn:aws:logs:" + logstest.Region + ":" + logstest.Account + ":log-group:/a"
)

type world struct {
	*logstest.World
	svc *resourcepolicy.Service
}

func newWorld(t *testing.T) *world {
	w := logstest.New(t)
	return &world{w, &resourcepolicy.Service{Tokens: w.Vault}}
}

func (w *world) put(in *api.PutResourcePolicyInput) (out *api.PutResourcePolicyOutput, err error) {
	_, err = w.Do(func(c *op.Call) (err error) { out, err = w.svc.PutResourcePolicy(c, in); return err })
	return out, err
}

func (w *world) names(in *api.DescribeResourcePoliciesInput) string {
	w.T.Helper()
	var names []string
	for {
		var out *api.DescribeResourcePoliciesOutput
		w.Must(func(c *op.Call) (err error) { out, err = w.svc.DescribeResourcePolicies(c, in); return err })
		for _, p := range out.ResourcePolicies {
			name := p.PolicyName
			if name == nil {
				name = p.ResourceArn
			}
			names = append(names, *p.PolicyScope+" "+*name)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return strings.Join(names, ", ")
		}
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	groups := &group.Service{Marks: w.Store, Tokens: w.Vault}
	w.Must(func(c *op.Call) error { return groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "/a"}) })
	for _, name := range []string{"b", "a"} {
		out, err := w.put(&api.PutResourcePolicyInput{PolicyName: &name, PolicyDocument: new(document)})
		if err != nil || *out.ResourcePolicy.PolicyDocument != document || *out.ResourcePolicy.LastUpdatedTime != w.MS() || out.RevisionId != nil {
			t.Fatalf("put: %+v, %v", out, err)
		}
	}
	one, err := w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA + ":*"), PolicyDocument: new(document)})
	if err != nil || *one.ResourcePolicy.ResourceArn != arnA {
		t.Fatalf("put on a group: %+v, %v", one, err)
	}
	for want, in := range map[string]*api.DescribeResourcePoliciesInput{
		"ACCOUNT a, ACCOUNT b": {Limit: new(int64(1))},
		"RESOURCE " + arnA:     {PolicyScope: new("RESOURCE")},
	} {
		if got := w.names(in); got != want {
			t.Errorf("listed %s, want %s", got, want)
		}
	}
	if got := w.names(&api.DescribeResourcePoliciesInput{ResourceArn: new(arnA)}); got != "RESOURCE "+arnA {
		t.Errorf("of the group: %s", got)
	}
	_, err = w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: new(document), ExpectedRevisionId: new("other")})
	logstest.Refused(t, err, "OperationAbortedException", "The revision id does not match the current revision of the resource policy.")
	const mustSay = "expectedRevisionId must be given to change the policy of a log group."
	_, err = w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: new(document)})
	logstest.Refused(t, err, "InvalidParameterException", mustSay)
	_, err = w.Do(func(c *op.Call) error {
		return w.svc.DeleteResourcePolicy(c, &api.DeleteResourcePolicyInput{ResourceArn: new(arnA)})
	})
	logstest.Refused(t, err, "InvalidParameterException", mustSay)
	if _, err := w.put(&api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: new(document), ExpectedRevisionId: one.RevisionId}); err != nil {
		t.Error(err)
	}
	// The policy of a group goes with it.
	w.Must(func(c *op.Call) error { return groups.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"}) })
	if got := w.names(&api.DescribeResourcePoliciesInput{PolicyScope: new("RESOURCE")}); got != "" {
		t.Errorf("left of the group: %s", got)
	}
	w.Must(func(c *op.Call) error {
		return w.svc.DeleteResourcePolicy(c, &api.DeleteResourcePolicyInput{PolicyName: new("a")})
	})
	_, err = w.Do(func(c *op.Call) error {
		return w.svc.DeleteResourcePolicy(c, &api.DeleteResourcePolicyInput{PolicyName: new("a")})
	})
	logstest.Refused(t, err, "ResourceNotFoundException", "Policy with name [a] does not exist.")
}

func TestPutResourcePolicy_refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 10 {
		if _, err := w.put(&api.PutResourcePolicyInput{PolicyName: new(fmt.Sprint("p", i)), PolicyDocument: new(document)}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		in            api.PutResourcePolicyInput
		code, message string
	}{
		"the eleventh": {api.PutResourcePolicyInput{PolicyName: new("p"), PolicyDocument: new(document)}, "LimitExceededException", "Resource limit exceeded."},
		"no name":      {api.PutResourcePolicyInput{PolicyDocument: new(document)}, "InvalidParameterException", "policyName must be given."},
		"no document":  {api.PutResourcePolicyInput{PolicyName: new("p1")}, "InvalidParameterException", "policyDocument must be given."},
		"no policy":    {api.PutResourcePolicyInput{PolicyName: new("p1"), PolicyDocument: new(`{}`)}, "InvalidParameterException", "Invalid policy document: Syntax errors in policy."},
		"no group":     {api.PutResourcePolicyInput{ResourceArn: new(arnA), PolicyDocument: new(document)}, "ResourceNotFoundException", "The specified log group does not exist."},
		"too long": {api.PutResourcePolicyInput{PolicyName: new("p1"), PolicyDocument: new(document + strings.Repeat(" ", 5120))}, "InvalidParameterException",
			"1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: Member must have length less than or equal to 5120"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.put(&c.in)
			logstest.Refused(t, err, c.code, c.message)
		})
	}
}
