package alarm_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/notify/topic"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
)

// hook is a subscriber that is down for its first deliveries.
type hook struct {
	failures int
	got      []map[string]any
}

func (h *hook) Do(r *http.Request) (*http.Response, error) {
	status := http.StatusOK
	if r.Header.Get("x-amz-sns-message-type") == "Notification" && h.failures > 0 {
		h.failures--
		status = http.StatusServiceUnavailable
	} else {
		var m map[string]any
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			return nil, err
		}
		h.got = append(h.got, m)
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(""))}, nil
}

// TestStory goes from a value to a notified person: metric, alarm, job, topic, job,
// endpoint, with everything running in the background as in the server.
func TestStory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		vault := secret.NewVault(secret.GenerateMasterKey())
		signer, err := topic.LoadSigner(t.Context(), w.db, vault, time.Now())
		w.must(err)
		box := &mailbox.Mailbox{Vault: vault}
		topics := topic.New(topic.Deps{Vault: vault, Mailer: box, Signer: signer, BaseURL: "http://localhost:4700"})
		world := &hook{failures: 2}
		log := slog.New(slog.DiscardHandler)
		actor := &alarm.Actor{State: w.db, Topics: topics.Publisher()}
		deliverer := &topic.Deliverer{Service: topics, State: w.db, Client: world, Log: log}
		runner := &job.Runner{State: w.db, Log: log, Handlers: map[string]job.Handler{alarm.JobKind: actor.Run, topic.JobKind: deliverer.Run}}
		keeper := &metric.Keeper{State: w.db, Log: log}

		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 3)
		for _, run := range []func(context.Context) error{w.e.Run, runner.Run, keeper.Run} {
			go func() { done <- run(ctx) }()
		}
		w.must(w.call(func(c *op.Call) error {
			if _, err := topics.CreateTopic(c, &sns.CreateTopicInput{Name: "alerts"}); err != nil {
				return err
			}
			for protocol, endpoint := range map[string]string{"https": "https://example.com/hook", "email": "anna@example.com"} {
				if _, err := topics.Subscribe(c, &sns.SubscribeInput{TopicArn: topicARN, Protocol: protocol, Endpoint: &endpoint}); err != nil {
					return err
				}
			}
			return w.s.PutMetricAlarm(c, input("burst"))
		}))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		tokens := []string{world.got[0]["Token"].(string)}
		w.must(w.db.View(ctx, func(tx store.Tx) error {
			ms, err := box.List(tx, account, "anna@example.com", 1)
			if err == nil {
				_, token, _ := strings.Cut(ms[0].Body, "&Token=")
				tokens = append(tokens, token[:64])
			}
			return err
		}))
		for _, token := range tokens {
			w.must(w.call(func(c *op.Call) error {
				_, err := topics.ConfirmSubscription(c, &sns.ConfirmSubscriptionInput{TopicArn: topicARN, Token: token})
				return err
			}))
		}
		w.add(time.Now(), 3)
		time.Sleep(90 * time.Second)
		synctest.Wait()
		cancel()
		for range 3 {
			w.must(<-done)
		}
		if len(world.got) != 2 {
			t.Fatalf("%d deliveries", len(world.got))
		}
		note := world.got[1]
		var m map[string]any
		w.must(json.Unmarshal([]byte(note["Message"].(string)), &m))
		if note["Subject"] != `ALARM: "burst" in US East (N. Virginia)` || m["NewStateValue"] != "ALARM" ||
			m["NewStateReason"] != "Threshold Crossed: 1 datapoint [3.0 (01/01/00 00:00:00)] was greater than or equal to the threshold (1.0)." {
			t.Errorf("%v", note)
		}
		w.must(w.db.View(t.Context(), func(tx store.Tx) error {
			ms, err := box.List(tx, account, "anna@example.com", 10)
			if err == nil && (len(ms) != 2 || ms[0].Subject != note["Subject"]) {
				t.Errorf("mails %+v", ms)
			}
			return err
		}))
		if left := w.jobs(); len(left) != 0 {
			t.Errorf("%d jobs are left", len(left))
		}
	})
}
