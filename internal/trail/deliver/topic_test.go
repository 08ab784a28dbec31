package deliver

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
)

// fakeTopics takes messages until it refuses.
type fakeTopics struct {
	refuse   string
	messages []string
}

func (f *fakeTopics) Publish(_ store.Tx, _ time.Time, account, trailARN, topicARN, message string) (string, error) {
	if f.refuse == "" {
		f.messages = append(f.messages, account+" "+trailARN+" "+topicARN+" "+message)
	}
	return f.refuse, nil
}

// The topic's policy may change after the trail got it: files go on, and the status tells.
func TestDelivery_topic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	topics := &fakeTopics{}
	w.d.Topics = topics
	r := w.trail(func(r *trail.Row) { r.Topic = "arn:aws:sns:us-east-1:111122223333:files" })
	status := func() (st *trail.Status) {
		t.Helper()
		err := w.db.View(t.Context(), func(tx store.Tx) (err error) {
			st, err = trail.Statuses.Get(tx, store.K(r.ID, region))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	deliver := func(event string) time.Time {
		t.Helper()
		w.settle(event)
		if err := w.pass(6 * time.Minute); err != nil {
			t.Fatal(err)
		}
		return w.clock.t
	}

	first := deliver("CreateUserPool")
	if st := status(); !st.Notification.Equal(first) || !st.NotificationAttempt.Equal(first) || st.NotificationError != "" {
		t.Errorf("after a message: %+v", st)
	}
	key := ""
	for k := range w.bucket.objects {
		key = k // the only file
	}
	want := account + " arn:aws:cloudtrail:us-east-1:111122223333:trail/main " + r.Topic + ` {"s3Bucket":"audit","s3ObjectKey":["` + key + `"]}`
	if len(topics.messages) != 1 || topics.messages[0] != want {
		t.Errorf("messages %q, want %q", topics.messages, want)
	}

	topics.refuse = "AuthorizationError"
	second := deliver("DeleteUserPool")
	if st := status(); !st.Notification.Equal(first) || !st.NotificationAttempt.Equal(second) || st.NotificationError != topics.refuse || !st.Delivery.Equal(second) {
		t.Errorf("after a refusal: %+v", st)
	}
	if len(w.delivered()) != 2 {
		t.Errorf("events in files: %v", w.delivered())
	}
}
