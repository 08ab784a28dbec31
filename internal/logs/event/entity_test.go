package event_test

import (
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// A bad entity is reported; the events are taken.
func TestPutLogEvents_entity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		entity *api.Entity
		want   string
	}{
		"none":    {nil, ""},
		"good":    {&api.Entity{KeyAttributes: map[string]string{"Type": "Service", "Name": "web"}}, ""},
		"unknown": {&api.Entity{KeyAttributes: map[string]string{"Type": "Service", "Colour": "red"}}, "InvalidKeyAttributes"},
		"no type": {&api.Entity{KeyAttributes: map[string]string{"Name": "web", "Environment": "test"}}, "MissingRequiredFields"},
	} {
		w.Must(func(c2 *op.Call) error {
			out, err := w.svc.PutLogEvents(c2, &api.PutLogEventsInput{
				LogGroupName: "/a", LogStreamName: "s", LogEvents: []api.InputLogEvent{{Timestamp: w.MS(), Message: name}}, Entity: c.entity,
			})
			if err != nil {
				return err
			}
			got := ""
			if out.RejectedEntityInfo != nil {
				got = out.RejectedEntityInfo.ErrorType
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			return nil
		})
	}
	if n := len(w.Drain()); n != 4 {
		t.Errorf("%d events taken", n)
	}
}
