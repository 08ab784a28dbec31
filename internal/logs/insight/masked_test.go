package insight_test

import (
	"strings"
	"testing"
	"testing/synctest"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Protected data shows to no query, and no filter finds it, unless the query asks for it and its user may.
func TestStartQuery_masked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *insight.Options) { o.Masks, o.Records = new(mask.Masker), records{} })
		w.svc.Records = records{w}
		const ids = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]`
		const document = `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":` + ids + `,"Operation":{"Audit":{"FindingsDestination":{}}}},` +
			`{"DataIdentifier":` + ids + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
		w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
			return logs.AccountPolicies.Put(tx, &logs.AccountPolicy{
				Account: logstest.Account, Region: logstest.Region, Type: logs.DataProtectionPolicy, Name: "p", Document: document,
			})
		})
		w.store("trail", `{"mail":"a@b.example","n":1}`)
		w.serve(t)
		for text, want := range map[string]string{
			"fields mail, n":                                              "mail=*********** n=1",
			`filter mail = "a@b.example" | fields n`:                      "",
			"stats count(*) as c by mail":                                 "mail=*********** c=1",
			"filter mail in (SOURCE 'trail' | fields mail) | fields mail": "mail=***********",
		} {
			if got := strings.Join(rows(w.ask(t, w.query(text))), "; "); got != want {
				t.Errorf("%s: %q, want %q", text, got, want)
			}
		}
		start := func(may bool) (id string, err error) {
			_, err = w.Do(func(c *op.Call) error {
				c.Allowed = func(action, _, _, _ string) (bool, error) { return may && action == "logs:Unmask", nil }
				out, err := w.svc.StartQuery(c, w.query("fields unmask(mail) as m"))
				if err == nil {
					id = *out.QueryId
				}
				return err
			})
			return id, err
		}
		if _, err := start(false); err == nil || !strings.Contains(err.Error(), "logs:Unmask") {
			t.Errorf("without the permission: %v", err)
		}
		id, err := start(true)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rows(w.wait(t, id)), "; "); got != "m=a@b.example" {
			t.Errorf("with the permission: %s", got)
		}
		for unmask, want := range map[bool]string{false: "***********", true: "a@b.example"} {
			_, err := w.Do(func(c *op.Call) error {
				c.Allowed = func(action, _, _, _ string) (bool, error) { return action == "logs:Unmask", nil }
				out, err := w.svc.GetLogRecord(c, &api.GetLogRecordInput{LogRecordPointer: "ptr-1", Unmask: &unmask})
				if err == nil && out.LogRecord["mail"] != want {
					t.Errorf("record, unmask %t: %v", unmask, out.LogRecord)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}
