package topic_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/notify/topic"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

func (w *world) publish(message string) error {
	_, err := run(w, w.s.Publish, &sns.PublishInput{TopicArn: new(alerts), Message: message})
	return err
}

func TestPublish(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"1", "2"} {
		t.Run("signature "+version, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.must(w.create(sns.CreateTopicInput{Name: "alerts", Attributes: map[string]string{"SignatureVersion": version}}))
			arn := w.confirmed("https://example.com/hook?secret=1", nil)
			_, err := w.subscribe("https", "https://example.com/unconfirmed", nil)
			w.must(err)
			w.deliver()
			w.net.bodies, w.net.requests = nil, nil
			out, err := run(w, w.s.Publish, &sns.PublishInput{
				TopicArn: new(alerts), Message: "hush \"<&>\"\nä", Subject: new("An alarm"),
				MessageAttributes: map[string]sns.MessageAttributeValue{"b": {DataType: "Binary", BinaryValue: []byte{1, 2}}, "a": {DataType: "String", StringValue: new("x")}},
			})
			w.must(err)
			if n := w.deliver(); n != 0 || len(w.net.bodies) != 1 {
				t.Fatalf("%d again, %d deliveries", n, len(w.net.bodies))
			}
			m := w.received()
			verify(t, m)
			want := "{\n  \"Type\" : \"Notification\",\n  \"MessageId\" : \"" + *out.MessageId + "\",\n  \"TopicArn\" : \"" + alerts + "\",\n  \"Subject\" : \"An alarm\",\n" +
				"  \"Message\" : \"hush \\\"<&>\\\"\\nä\",\n  \"Timestamp\" : \"2026-03-01T12:00:00.123Z\",\n  \"SignatureVersion\" : \"" + version + "\",\n" +
				"  \"Signature\" : \"" + m["Signature"] + "\",\n  \"SigningCertURL\" : \"" + m["SigningCertURL"] + "\",\n" +
				"  \"UnsubscribeURL\" : \"" + base + "/?Action=Unsubscribe&SubscriptionArn=" + arn + "\",\n" +
				"  \"MessageAttributes\" : {\n    \"a\" : {\"Type\":\"String\",\"Value\":\"x\"},\n    \"b\" : {\"Type\":\"Binary\",\"Value\":\"AQI=\"}\n  }\n}"
			if got := w.net.bodies[0]; got != want {
				t.Errorf("body\n%s\nwant\n%s", got, want)
			}
			h := w.net.requests[0].Header
			for k, v := range map[string]string{
				"Content-Type": "text/plain; charset=UTF-8", "User-Agent": "Amazon Simple Notification Service Agent", "Accept-Encoding": "gzip,deflate",
				"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": *out.MessageId, "x-amz-sns-topic-arn": alerts, "x-amz-sns-subscription-arn": arn, "x-amz-sns-rawdelivery": "",
			} {
				if h.Get(k) != v {
					t.Errorf("%s: %q", k, h.Get(k))
				}
			}
		})
	}
}

func TestPublish_raw(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	w.confirmed("https://example.com/raw", map[string]string{"RawMessageDelivery": "true"})
	_, err := run(w, w.s.Publish, &sns.PublishInput{TargetArn: new(alerts), MessageStructure: new("json"), Message: `{"default":"all","https":"hooks","email":"people"}`})
	w.must(err)
	w.deliver()
	if len(w.net.bodies) != 1 || w.net.bodies[0] != "hooks" || w.net.requests[0].Header.Get("x-amz-sns-rawdelivery") != "true" {
		t.Errorf("%q", w.net.bodies)
	}
}

func TestPublish_refusals(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	for name, c := range map[string]struct {
		in      sns.PublishInput
		message string
	}{
		"empty":           {sns.PublishInput{}, "Invalid parameter: Empty message"},
		"long":            {sns.PublishInput{Message: strings.Repeat("x", 262145)}, "Invalid parameter: Message too long"},
		"subject":         {sns.PublishInput{Message: "m", Subject: new("a\nb")}, "Invalid parameter: Subject"},
		"long subject":    {sns.PublishInput{Message: "m", Subject: new(strings.Repeat("x", 101))}, "Invalid parameter: Subject"},
		"foreign subject": {sns.PublishInput{Message: "m", Subject: new("ä")}, "Invalid parameter: Subject"},
		"no JSON":         {sns.PublishInput{Message: "m", MessageStructure: new("json")}, "Invalid parameter: Message Structure - JSON message body failed to parse"},
		"no default":      {sns.PublishInput{Message: "{}", MessageStructure: new("json")}, "Invalid parameter: Message Structure - No default entry in JSON message body"},
		"no such topic":   {sns.PublishInput{Message: "m", TopicArn: new(alerts + "x")}, "Topic does not exist"},
		"no ARN":          {sns.PublishInput{Message: "m", TopicArn: new("x")}, "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"},
	} {
		if c.in.TopicArn == nil {
			c.in.TopicArn = new(alerts)
		}
		_, err := run(w, w.s.Publish, &c.in)
		var e *schema.Error
		if !errors.As(err, &e) || e.Message != c.message {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeliverer_answers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		err    error
		again  int
	}{
		"done": {204, nil, 0}, "redirect": {302, nil, 1}, "gone": {404, nil, 0}, "slow down": {429, nil, 1}, "broken": {503, nil, 1}, "unreachable": {0, errors.New("no route"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
			w.confirmed("https://user:secret@example.com", nil)
			w.must(w.publish("hush"))
			w.net.status, w.net.err = c.status, c.err
			if got := w.deliver(); got != c.again {
				t.Errorf("%d jobs come back", got)
			}
			w.net.status, w.net.err = 200, nil
			if got := w.deliver(); got != 0 || len(w.net.bodies) == 0 {
				t.Errorf("%d jobs come back, %d deliveries", got, len(w.net.bodies))
			}
		})
	}
}

func (w *world) mails() []mailbox.Message {
	w.t.Helper()
	var out []mailbox.Message
	w.must(w.db.View(w.t.Context(), func(tx store.Tx) (err error) {
		out, err = w.mail.List(tx, account, "", 10)
		return err
	}))
	return out
}

func TestPublish_mail(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	for protocol, address := range map[string]string{"email": "anna@example.com", "email-json": "bot@example.com"} {
		_, err := w.subscribe(protocol, address, nil)
		w.must(err)
	}
	w.must(w.publish("to nobody yet"))
	for _, m := range w.mails() {
		if m.Subject != "AWS Notification - Subscription Confirmation" {
			t.Errorf("%+v", m)
		}
		_, token, ok := strings.Cut(m.Body, "&Token=")
		if !ok {
			t.Fatalf("no link in %q", m.Body)
		}
		w.must(w.confirm(token[:64]))
	}
	w.now = start.Add(time.Minute)
	w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
		return w.s.Publisher().Publish(tx, w.now, alerts, "ALARM: \"ä\"\n"+strings.Repeat("x", 200), `{"AlarmName":"a"}`)
	}))
	ms := w.mails()
	if len(ms) != 4 {
		t.Fatalf("%d mails", len(ms))
	}
	for _, m := range ms[:2] {
		if len(m.Subject) != 100 || !strings.HasPrefix(m.Subject, `ALARM: "?"?xxx`) {
			t.Errorf("subject %q", m.Subject)
		}
		switch m.Destination {
		case "anna@example.com":
			if !strings.HasPrefix(m.Body, `{"AlarmName":"a"}`+"\n\n--\n") || !strings.Contains(m.Body, base+"/?Action=Unsubscribe&SubscriptionArn="+alerts+":") {
				t.Errorf("body %q", m.Body)
			}
		case "bot@example.com":
			w.net.bodies = []string{m.Body}
			verify(t, w.received())
		}
	}
}

func TestPublisher_Check(t *testing.T) {
	t.Parallel()
	const trail = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"SNS:Publish","Resource":"` + alerts + `"}]}`
	const deny = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:*","Resource":"*"}]}`
	const source = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:Publish","Resource":"*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:cloudwatch:*:111122223333:alarm:*"}}}]}`
	for name, c := range map[string]struct {
		policy, service, account, arn, code string
	}{
		"alarm of the account":          {"", "cloudwatch.amazonaws.com", account, "", ""},
		"alarm of another account":      {"", "cloudwatch.amazonaws.com", "999999999999", "", "AuthorizationErrorException"},
		"CloudTrail by default":         {"", "cloudtrail.amazonaws.com", account, "", "AuthorizationErrorException"},
		"CloudTrail with a statement":   {trail, "cloudtrail.amazonaws.com", "", "", ""},
		"alarm with a policy for other": {trail, "cloudwatch.amazonaws.com", account, "", "AuthorizationErrorException"},
		"denied":                        {deny, "cloudwatch.amazonaws.com", account, "", "AuthorizationErrorException"},
		"source":                        {source, "cloudwatch.amazonaws.com", account, "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a", ""},
		"other source":                  {source, "cloudwatch.amazonaws.com", account, "arn:aws:cloudwatch:us-east-1:999999999999:alarm:a", "AuthorizationErrorException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			in := sns.CreateTopicInput{Name: "alerts"}
			if c.policy != "" {
				in.Attributes = map[string]string{"Policy": c.policy}
			}
			w.must(w.create(in))
			w.must(w.db.View(t.Context(), func(tx store.Tx) error {
				err := w.s.Publisher().Check(tx, alerts, c.service, c.account, c.arn)
				var e *schema.Error
				if got := errors.As(err, &e); got != (c.code != "") || got && e.Code != c.code {
					t.Errorf("got %v", err)
				}
				wantError(t, w.s.Publisher().Check(tx, alerts+"x", c.service, c.account, c.arn), "NotFoundException", "Topic does not exist")
				return nil
			}))
		})
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	w.confirmed("https://example.com", nil)
	w.must(w.publish("hush"))
	for after, want := range map[time.Duration]int{23 * time.Hour: 1, 25 * time.Hour: 0} {
		left := 0
		w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
			err := tx.Savepoint(func() error {
				if _, err := w.s.Sweep(tx, start.Add(after)); err != nil {
					return err
				}
				for kv := range tx.Scan("topic.message", nil, nil, false) {
					left++
					if strings.Contains(string(kv.Value), "hush") {
						t.Error("a message is stored in the clear")
					}
				}
				return errors.New("undo")
			})
			if err.Error() != "undo" {
				return err
			}
			return nil
		}))
		if left != want {
			t.Errorf("after %v: %d messages", after, left)
		}
	}
}

func TestResourcePolicies(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	for _, c := range []struct {
		in   any
		want int
	}{
		{&sns.PublishInput{TopicArn: new(alerts)}, 1}, {&sns.SubscribeInput{TopicArn: alerts}, 1}, {&sns.GetTopicAttributesInput{TopicArn: alerts + "x"}, 0},
		{&sns.PublishInput{}, 0}, {&sns.ListTopicsInput{}, 0},
	} {
		w.must(w.db.View(t.Context(), func(tx store.Tx) error {
			got, err := w.s.ResourcePolicies(tx, account, c.in)
			if len(got) != c.want {
				t.Errorf("%T: %q", c.in, got)
			}
			return err
		}))
	}
}

func TestSweeper_Run(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	w.confirmed("https://example.com", nil)
	w.must(w.publish("hush"))
	synctest.Test(t, func(t *testing.T) {
		db := mem.New() // locks of the bubble only
		rows := []store.KV{}
		if err := w.db.View(context.Background(), func(tx store.Tx) error {
			for _, space := range []string{"topic.message", "topic.message.age"} {
				for kv, err := range tx.Scan(space, nil, nil, false) {
					if err != nil {
						return err
					}
					rows = append(rows, store.KV{Key: append([]byte(space+"|"), kv.Key...), Value: kv.Value})
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx store.Tx) error {
			for _, kv := range rows {
				space, key, _ := strings.Cut(string(kv.Key), "|")
				if err := tx.Put(space, []byte(key), kv.Value); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		s := &topic.Sweeper{Service: w.s, State: db, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return start.Add(48 * time.Hour) }}
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		time.Sleep(61 * time.Minute)
		synctest.Wait()
		left := 0
		if err := db.View(t.Context(), func(tx store.Tx) error {
			for range tx.Scan("topic.message", nil, nil, false) {
				left++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := <-done; err != nil || left != 0 || len(rows) != 2 {
			t.Errorf("%d of %d rows are left, %v", left, len(rows), err)
		}
	})
}
