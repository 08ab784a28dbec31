package event_test

import (
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Protected data shows to nobody who does not ask for it and may, and a pattern
// does not find it either.
func TestMasked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const ids = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]`
	const document = `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":` + ids + `,"Operation":{"Audit":{"FindingsDestination":{}}}},` +
		`{"DataIdentifier":` + ids + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
	w.fill("s", "to a@b.example")
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
		return logs.AccountPolicies.Put(tx, &logs.AccountPolicy{
			Account: logstest.Account, Region: logstest.Region, Type: logs.DataProtectionPolicy, Name: "p", Document: document,
		})
	})
	// read calls both operations as someone who may do one more action.
	read := func(pattern string, unmask bool, may string) (string, error) {
		var texts []string
		_, err := w.Do(func(c *op.Call) error {
			c.Allowed = func(action, resource, _, _ string) (bool, error) {
				return action == may && strings.HasSuffix(resource, ":log-group:/a"), nil
			}
			out, err := w.svc.GetLogEvents(c, &api.GetLogEventsInput{LogGroupName: new("/a"), LogStreamName: "s", Unmask: &unmask})
			if err != nil {
				return err
			}
			found, err := w.svc.FilterLogEvents(c, &api.FilterLogEventsInput{LogGroupName: new("/a"), FilterPattern: &pattern, Unmask: &unmask})
			if err != nil {
				return err
			}
			texts = append(texts, *out.Events[0].Message)
			for _, e := range found.Events {
				texts = append(texts, *e.Message)
			}
			return nil
		})
		return strings.Join(texts, "|"), err
	}
	for want, c := range map[string]struct {
		pattern string
		unmask  bool
	}{
		"to ***********|to ***********": {"to", false},
		"to ***********":                {`"a@b"`, false},
		"to a@b.example|to a@b.example": {`"a@b"`, true},
	} {
		if got, err := read(c.pattern, c.unmask, "logs:Unmask"); err != nil || got != want {
			t.Errorf("%s, unmask %v: %s, %v; want %s", c.pattern, c.unmask, got, err, want)
		}
	}
	_, err := read("to", true, "")
	logstest.Refused(t, err, "AccessDeniedException", "User: arn:aws:iam::111122223333:root is not authorized to perform: logs:Unmask on resource: "+
		"arn:aws:logs:eu-west-1:111122223333:log-group:/a because no identity-based policy allows the logs:Unmask action")
}
