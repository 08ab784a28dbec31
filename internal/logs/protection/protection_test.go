package protection_test

import (
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/protection"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	ids      = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]`
	document = `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":` + ids + `,"Operation":{"Audit":{"FindingsDestination":{}}}},` +
		`{"DataIdentifier":` + ids + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
	arnA = "arn:aws:logs:" + logstest.Region + ":" + logstest.Account + ":log-group:/a"
)

func newWorld(t *testing.T) *logstest.World {
	w := logstest.New(t)
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
		return logs.Groups.Put(tx, &logs.Group{Account: logstest.Account, Region: logstest.Region, Name: "/a", ID: "1", Class: "STANDARD"})
	})
	return w
}

func TestDataProtectionPolicy(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), &protection.Service{}
	get := func() *api.GetDataProtectionPolicyOutput {
		var out *api.GetDataProtectionPolicyOutput
		w.Must(func(c *op.Call) (err error) {
			out, err = s.GetDataProtectionPolicy(c, &api.GetDataProtectionPolicyInput{LogGroupIdentifier: arnA})
			return err
		})
		return out
	}
	if out := get(); out.PolicyDocument != nil || *out.LogGroupIdentifier != arnA {
		t.Errorf("before: %+v", out)
	}
	resources := w.Must(func(c *op.Call) error {
		_, err := s.PutDataProtectionPolicy(c, &api.PutDataProtectionPolicyInput{LogGroupIdentifier: "/a", PolicyDocument: document})
		return err
	})
	if len(resources) != 1 || resources[0] != "AWS::Logs::LogGroup "+arnA {
		t.Errorf("recorded %v", resources)
	}
	if out := get(); *out.PolicyDocument != document || *out.LastUpdatedTime != w.MS() {
		t.Errorf("kept %+v", out)
	}
	remove := func() error {
		_, err := w.Do(func(c *op.Call) error {
			return s.DeleteDataProtectionPolicy(c, &api.DeleteDataProtectionPolicyInput{LogGroupIdentifier: arnA})
		})
		return err
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	logstest.Refused(t, remove(), "ResourceNotFoundException", "The specified data protection policy does not exist.")
	for name, c := range map[string]struct{ group, text, code, message string }{
		"no policy": {"/a", "{}", "InvalidParameterException", "The policy document must have a Name and the Version 2021-06-01."},
		"no group":  {"/x", document, "ResourceNotFoundException", "The specified log group does not exist."},
	} {
		_, err := w.Do(func(c2 *op.Call) error {
			_, err := s.PutDataProtectionPolicy(c2, &api.PutDataProtectionPolicyInput{LogGroupIdentifier: c.group, PolicyDocument: c.text})
			return err
		})
		t.Log(name)
		logstest.Refused(t, err, c.code, c.message)
	}
}

func TestAccountPolicy(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t), &protection.Service{}
	put := func(name, kind, text string, selection *string) error {
		_, err := w.Do(func(c *op.Call) error {
			_, err := s.PutAccountPolicy(c, &api.PutAccountPolicyInput{PolicyName: name, PolicyType: kind, PolicyDocument: text, SelectionCriteria: selection})
			return err
		})
		return err
	}
	list := func(name *string) ([]api.AccountPolicy, error) {
		var out *api.DescribeAccountPoliciesOutput
		_, err := w.Do(func(c *op.Call) (err error) {
			out, err = s.DescribeAccountPolicies(c, &api.DescribeAccountPoliciesInput{PolicyType: logs.DataProtectionPolicy, PolicyName: name})
			return err
		})
		if err != nil {
			return nil, err
		}
		return out.AccountPolicies, nil
	}
	if err := put("a", logs.DataProtectionPolicy, document, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := list(nil); err != nil || len(got) != 1 || *got[0].PolicyDocument != document || *got[0].AccountId != logstest.Account {
		t.Errorf("listed %+v, %v", got, err)
	}
	logstest.Refused(t, put("b", logs.DataProtectionPolicy, document, nil), "LimitExceededException", "Resource limit exceeded.")
	logstest.Refused(t, put("a", "TRANSFORMER_POLICY", "{}", nil), "InvalidParameterException", "Policies of type TRANSFORMER_POLICY are not supported by this server.")
	logstest.Refused(t, put("a", logs.DataProtectionPolicy, "{}", nil), "InvalidParameterException", "The policy document must have a Name and the Version 2021-06-01.")
	logstest.Refused(t, put("a", logs.DataProtectionPolicy, document, new("x")), "InvalidParameterException",
		"selectionCriteria may not be given for policies of type DATA_PROTECTION_POLICY.")
	_, err := list(new("b"))
	logstest.Refused(t, err, "ResourceNotFoundException", "Policy with name [b] does not exist.")
	remove := func() error {
		_, err := w.Do(func(c *op.Call) error {
			return s.DeleteAccountPolicy(c, &api.DeleteAccountPolicyInput{PolicyName: "a", PolicyType: logs.DataProtectionPolicy})
		})
		return err
	}
	if err := remove(); err != nil {
		t.Error(err)
	}
	logstest.Refused(t, remove(), "ResourceNotFoundException", "Policy with name [a] does not exist.")
}
