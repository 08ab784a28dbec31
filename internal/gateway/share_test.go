package gateway

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// A refused data event is selected by its resource too.
func TestCall_refusedDataEventNamesItsResource(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	put, _ := w.g.Services[0].Operation("Put")
	put.Category, put.ResourceType = "Data", "AWS::Notes::Note"
	for body, want := range map[string]string{
		`{"Id":"no"}`: `[{"accountId":"` + testAccount + `","type":"AWS::Notes::Note","ARN":"arn:aws:notes:us-east-1:` + testAccount + `:note/no"}]`,
		`{`:           `[{"accountId":"` + testAccount + `","type":"AWS::Notes::Note"}]`,
	} {
		status, _, records := w.call(w.request("Put", "AKIAUSER", body))
		if status != 400 || len(records) != 1 {
			t.Fatalf("%s: %d, %d records", body, status, len(records))
		}
		if got := gjson.Get(records[0], "resources").Raw; got != want {
			t.Errorf("%s: resources %s, want %s", body, got, want)
		}
	}
}

// What S3 does to a bucket's objects as a whole is recorded for all of them; a key that
// ends like a folder is one object all the same.
func TestRecordResource_prefix(t *testing.T) {
	t.Parallel()
	text := &schema.Shape{Name: "Text", Kind: schema.String}
	in := &schema.Shape{Name: "In", Kind: schema.Structure}
	in.SetMembers([]*schema.Member{{Name: "Bucket", Shape: text}, {Name: "Key", Shape: text}})
	tree := schema.NewStruct(in)
	tree.Set("Bucket", "audit")
	tree.Set("Key", "folder/")
	for template, want := range map[string]string{
		"arn:aws:s3:::{Bucket}":       `[{"accountId":"` + testAccount + `","type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::audit/"}]`,
		"arn:aws:s3:::{Bucket}/{Key}": `[{"accountId":"` + testAccount + `","type":"AWS::S3::Object","ARN":"arn:aws:s3:::audit/folder/"}]`,
	} {
		o := &schema.Operation{Name: "Any", Input: in, Resource: template, ResourceType: "AWS::S3::Object"}
		x := &exchange{resident: testAccount, tree: tree, call: &op.Call{Record: &audit.Builder{}}}
		x.match.Service, x.match.Operation = &schema.Service{Name: "s3", RecordHTTP: true}, o
		x.recordResource()
		enc := audit.Encoder{Hidden: audit.HiddenForSecurity}
		record := enc.Append(nil, &audit.Event{Category: "Data", Type: audit.APICall, Builder: x.call.Record})
		if got := gjson.GetBytes(record, "resources").Raw; got != want {
			t.Errorf("%s: %s, want %s", template, got, want)
		}
	}
}

// Further actions of a call share its record too, and a role is passed to a service.
func TestCall_furtherActions(t *testing.T) {
	t.Parallel()
	const owner = "444455556666"
	for name, c := range map[string]struct {
		action, resource, account, policy string
		allowed                           bool
		copies                            int
	}{
		"let in": {"notes:Read", "arn:aws:notes:us-east-1:" + owner + ":note/ok", owner,
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"` + testAccount + `"},"Action":"*","Resource":"*"}}`, true, 2},
		"not let in":           {"notes:Read", "arn:aws:notes:us-east-1:" + owner + ":note/ok", owner, "", false, 1},
		"own":                  {"notes:Read", "arn:aws:notes:us-east-1:" + testAccount + ":note/ok", testAccount, "", true, 1},
		"role for the service": {"iam:PassRole", "arn:aws:iam::" + testAccount + ":role/notes", testAccount, "", true, 1},
		"role for another":     {"iam:PassRole", "arn:aws:iam::" + testAccount + ":role/other", testAccount, "", false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"notes:*","Resource":"arn:aws:notes:*:*:note/ok*"},`+
				`{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"notes.amazonaws.com"}}},`+
				`{"Effect":"Deny","Action":"iam:PassRole","Resource":"arn:aws:iam::*:role/other"}]}`, policy.Identity)
			if err != nil {
				t.Fatal(err)
			}
			w.g.Identities.(testIdentities)["AKIAUSER"].Policies.Identity = []*policy.Document{doc}
			allowed := false
			w.run = func(call *op.Call, _ *putInput) (*putOutput, error) {
				var err error
				allowed, err = call.Allowed(c.action, c.resource, c.account, c.policy)
				return &putOutput{}, err
			}
			status, body, records := w.call(w.request("Put", "AKIAUSER", `{"Id":"ok1"}`))
			if status != 200 || allowed != c.allowed || len(records) != c.copies {
				t.Errorf("answer %d %s: allowed %v, %d records, want %v and %d", status, body, allowed, len(records), c.allowed, c.copies)
			}
		})
	}
}

// The owner of what another account used learns of it, in the Region where it is;
// an account that let nobody in is not told of attempts.
func TestCall_otherAccountsResource(t *testing.T) {
	t.Parallel()
	const owner = "444455556666"
	letIn := []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + testAccount + `"},"Action":"notes:*","Resource":"*"}]}`}
	for name, c := range map[string]struct {
		owner    string
		policies []string
		status   int
		copies   int
	}{
		"let in":     {owner, letIn, 200, 2},
		"not let in": {owner, nil, 400, 1},
		"own":        {testAccount, nil, 200, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			put, _ := w.g.Services[0].Operation("Put")
			served := w.g.served[put]
			served.ResourceOwner = func(store.Tx, any) (string, string, error) { return c.owner, "eu-west-1", nil }
			served.ResourcePolicies = func(store.Tx, string, any) ([]string, error) { return c.policies, nil }
			region := ""
			w.run = func(call *op.Call, _ *putInput) (*putOutput, error) {
				region = call.Region
				return &putOutput{}, nil
			}
			status, body, records := w.call(w.request("Put", "AKIAUSER", `{"Id":"ok1"}`))
			if status != c.status || len(records) != c.copies {
				t.Fatalf("answer %d %s, %d records, want %d and %d", status, body, len(records), c.status, c.copies)
			}
			own := gjson.Parse(records[0])
			if got := own.Get("recipientAccountId").String() + own.Get("userIdentity.arn").String() + own.Get("awsRegion").String(); got != testAccount+"arn:aws:iam::"+testAccount+":user/opseu-west-1" {
				t.Errorf("the caller's record is %s", own)
			}
			if shared := own.Get("sharedEventID"); shared.Exists() != (c.copies > 1) {
				t.Errorf("sharedEventID %q of %d copies", shared, c.copies)
			}
			if c.status == 200 && region != "eu-west-1" {
				t.Errorf("the operation runs in %q", region)
			}
			if c.copies == 1 {
				return
			}
			other := gjson.Parse(records[1])
			if got, want := other.Get("userIdentity").Raw, `{"type":"AWSAccount","principalId":"AIDAEXAMPLE","accountId":"`+testAccount+`"}`; got != want {
				t.Errorf("the owner sees %s, want %s", got, want)
			}
			if other.Get("recipientAccountId").String() != owner || other.Get("eventID").String() == own.Get("eventID").String() {
				t.Errorf("the owner's record is %s", other)
			}
			for _, same := range []string{"sharedEventID", "requestID", "eventName", "eventTime", "requestParameters", "awsRegion"} {
				if own.Get(same).Raw != other.Get(same).Raw {
					t.Errorf("%s: %s and %s", same, own.Get(same), other.Get(same))
				}
			}
		})
	}
}
