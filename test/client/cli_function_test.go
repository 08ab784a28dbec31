package client

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestCLIFunction calls a function by a rule of EventBridge and by a subscription of a topic.
func TestCLIFunction(t *testing.T) {
	t.Parallel()
	calls := make(chan []byte, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		calls <- raw
	}))
	t.Cleanup(hook.Close)
	s := harness.Start(t, binary, "COGTRAIL_LAMBDA_FUNCTIONS=told="+hook.URL)
	c := newCLI(t, s)
	called := func(into any) {
		t.Helper()
		select {
		case raw := <-calls:
			if err := json.Unmarshal(raw, into); err != nil {
				t.Errorf("%s: %v", raw, err)
			}
		case <-time.After(harness.Patience):
			t.Fatal("the function was not called")
		}
	}
	const function = "arn:aws:lambda:us-east-1:123456789012:function:told"

	c.ok("events", "put-rule", "--name", "orders", "--event-pattern", `{"source":["shop"]}`)
	if got := c.get("FailedEntryCount", "events", "put-targets", "--rule", "orders", "--targets", `[{"Id":"f","Arn":"`+function+`","RetryPolicy":{"MaximumRetryAttempts":2}}]`); got != "0" {
		t.Errorf("%s targets failed", got)
	}
	c.ok("events", "put-events", "--entries", `[{"Source":"shop","DetailType":"order","Detail":"{\"number\":7}"}]`)
	var e struct {
		Source string
		Detail struct{ Number int }
	}
	if called(&e); e.Source != "shop" || e.Detail.Number != 7 {
		t.Errorf("%+v", e)
	}

	topic := c.get("TopicArn", "sns", "create-topic", "--name", "orders")
	subscription := c.get("SubscriptionArn", "sns", "subscribe", "--topic-arn", topic, "--protocol", "lambda", "--notification-endpoint", function, "--attributes", `{"FilterPolicy":"{\"kind\":[\"order\"]}"}`)
	c.ok("sns", "publish", "--topic-arn", topic, "--message", "nothing")
	c.ok("sns", "publish", "--topic-arn", topic, "--message", "an order", "--message-attributes", `{"kind":{"DataType":"String","StringValue":"order"}}`)
	var n struct {
		Records []struct {
			EventSubscriptionArn string
			Sns                  struct{ Message string }
		}
	}
	if called(&n); len(n.Records) != 1 || n.Records[0].EventSubscriptionArn != subscription || n.Records[0].Sns.Message != "an order" {
		t.Errorf("%+v", n)
	}
}
