package index_test

import (
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/index"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
)

func TestPolicies(t *testing.T) {
	t.Parallel()
	w := logstest.New(t)
	groups := &group.Service{Marks: w.Store, Tokens: w.Vault}
	svc := &index.Service{Tokens: w.Vault}
	w.Must(func(c *op.Call) error { return groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "g"}) })
	put := func(document string) error {
		_, err := w.Do(func(c *op.Call) error {
			_, err := svc.PutIndexPolicy(c, &api.PutIndexPolicyInput{LogGroupIdentifier: "g", PolicyDocument: document})
			return err
		})
		return err
	}
	since := func(fields ...string) (at int64, ok bool) {
		w.Must(func(c *op.Call) error {
			g, err := logs.FindGroup(c.Tx, c.Account, c.Region, "g")
			if err == nil {
				at, ok, err = index.Since(c.Tx, g, fields)
			}
			return err
		})
		return at, ok
	}
	if _, ok := since("eventName"); ok {
		t.Error("indexed without a policy")
	}
	if at, ok := since("@logStream"); !ok || at != 0 {
		t.Error("@logStream is not indexed by itself")
	}
	if err := put(`{"Fields":["eventName"]}`); err != nil {
		t.Fatal(err)
	}
	first := w.MS()
	w.Advance(time.Hour)
	if err := put(`{"Fields":["eventName"],"FieldsV2":{"errorCode":{"type":"FACET"}}}`); err != nil {
		t.Fatal(err)
	}
	if at, ok := since("eventName"); !ok || at != first {
		t.Errorf("eventName since %d, %t", at, ok)
	}
	if at, ok := since("eventName", "errorCode"); !ok || at != w.MS() {
		t.Errorf("both since %d, %t", at, ok)
	}
	resources := w.Must(func(c *op.Call) error {
		out, err := svc.DescribeFieldIndexes(c, &api.DescribeFieldIndexesInput{LogGroupIdentifiers: []string{"g"}})
		if err != nil || len(out.FieldIndexes) != 2 || *out.FieldIndexes[0].FieldIndexName != "errorCode" || *out.FieldIndexes[0].Type != "FACET" {
			t.Errorf("%+v, %v", out, err)
		}
		p, err := svc.DescribeIndexPolicies(c, &api.DescribeIndexPoliciesInput{LogGroupIdentifiers: []string{"g"}})
		if err != nil || len(p.IndexPolicies) != 1 || *p.IndexPolicies[0].LastUpdateTime != w.MS() {
			t.Errorf("%+v, %v", p, err)
		}
		return err
	})
	if len(resources) == 0 || resources[0] != "AWS::Logs::LogGroup arn:aws:logs:eu-west-1:111122223333:log-group:g" {
		t.Errorf("record names %v", resources)
	}
	remove := func() error {
		_, err := w.Do(func(c *op.Call) error {
			_, err := svc.DeleteIndexPolicy(c, &api.DeleteIndexPolicyInput{LogGroupIdentifier: "g"})
			return err
		})
		return err
	}
	if err := remove(); err != nil {
		t.Fatal(err)
	}
	logstest.Refused(t, remove(), "ResourceNotFoundException", "The specified index policy does not exist.")
	logstest.Refused(t, put(`{"Fields":[]}`), "InvalidParameterException", "The policy document is not valid: 1 to 20 fields are needed")
	logstest.Refused(t, put(`[]`), "InvalidParameterException", `The policy document is not valid: it is no JSON of the form {"Fields":["…"]}`)
	logstest.Refused(t, put(`{"FieldsV2":{"a":{"type":"X"}}}`), "InvalidParameterException", "The policy document is not valid: type X of field a")
}
