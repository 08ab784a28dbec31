package topic_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

const function = "arn:aws:lambda:" + region + ":" + account + ":function:f"

// functions remembers what it was called with; failure is its answer.
type functions struct {
	got     []string
	failure error
}

func (f *functions) Invoke(_ context.Context, function string, payload []byte) error {
	f.got = append(f.got, function+" "+string(payload))
	return f.failure
}

// published publishes a message with attributes and tells whether it was delivered.
func (w *world) published(message string, attributes map[string]string) bool {
	w.t.Helper()
	in := &sns.PublishInput{TopicArn: new(alerts), Message: message, MessageAttributes: map[string]sns.MessageAttributeValue{}}
	for k, v := range attributes {
		in.MessageAttributes[k] = sns.MessageAttributeValue{DataType: "String", StringValue: &v}
	}
	_, err := run(w, w.s.Publish, in)
	w.must(err)
	before := len(w.net.bodies)
	w.deliver()
	return len(w.net.bodies) > before
}

func TestFilterPolicy(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	name := w.confirmed("https://example.com/a", map[string]string{"FilterPolicy": `{"kind":["order"]}`})
	set := func(attribute, value string) error {
		_, err := run(w, silent(w.s.SetSubscriptionAttributes), &sns.SetSubscriptionAttributesInput{SubscriptionArn: name, AttributeName: attribute, AttributeValue: &value})
		return err
	}
	attributes := func() map[string]string {
		out, err := run(w, w.s.GetSubscriptionAttributes, &sns.GetSubscriptionAttributesInput{SubscriptionArn: name})
		w.must(err)
		return out.Attributes
	}
	if a := attributes(); a["FilterPolicy"] != `{"kind":["order"]}` || a["FilterPolicyScope"] != "MessageAttributes" {
		t.Errorf("%v", a)
	}
	if !w.published("x", map[string]string{"kind": "order"}) || w.published("x", map[string]string{"kind": "other"}) || w.published(`{"kind":"order"}`, nil) {
		t.Error("the filter by attributes does not filter")
	}
	// What services of this server publish has no attributes.
	w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return w.s.Publisher().Publish(tx, w.now, alerts, "", "x") }))
	before := len(w.net.bodies)
	if w.deliver(); len(w.net.bodies) != before {
		t.Error("a message of a service passed")
	}
	wantError(t, set("FilterPolicy", `{"a":{"b":["c"]}}`), "InvalidParameterException", "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy")
	wantError(t, set("FilterPolicyScope", "Body"), "InvalidParameterException", "Invalid parameter: FilterPolicyScope: Invalid value [Body]. Please use either MessageBody or MessageAttributes")
	w.must(set("FilterPolicyScope", "MessageBody"))
	if !w.published(`{"kind":"order"}`, nil) || w.published("order", map[string]string{"kind": "order"}) {
		t.Error("the filter by body does not filter")
	}
	w.must(set("FilterPolicy", `{"a":{"b":["c"]}}`))
	wantError(t, set("FilterPolicyScope", "MessageAttributes"), "InvalidParameterException", "Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy")
	if a := attributes(); a["FilterPolicy"] != `{"a":{"b":["c"]}}` || a["FilterPolicyScope"] != "MessageBody" {
		t.Errorf("refused calls left %v", a)
	}
	w.must(set("FilterPolicy", "{}"))
	if !w.published("anything", nil) {
		t.Error("no policy lets nothing pass")
	}
	_, err := w.subscribe("https", "https://example.com/b", map[string]string{"FilterPolicy": `{"a":[]}`})
	wantError(t, err, "InvalidParameterException", "Invalid parameter: Attributes Reason: FilterPolicy: Empty arrays are not allowed")
	for i := range 200 {
		_, err := w.subscribe("https", fmt.Sprintf("https://example.com/%d", i), map[string]string{"FilterPolicy": `{"a":["b"]}`})
		w.must(err)
	}
	_, err = w.subscribe("https", "https://example.com/c", map[string]string{"FilterPolicy": `{"a":["b"]}`})
	wantError(t, err, "FilterPolicyLimitExceededException", "Filter policy limit exceeded")
	wantError(t, set("FilterPolicy", `{"a":["b"]}`), "FilterPolicyLimitExceededException", "Filter policy limit exceeded")
}

// TestLambda subscribes a function, which needs no confirmation, and calls it.
func TestLambda(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	out, err := run(w, w.s.Subscribe, &sns.SubscribeInput{TopicArn: alerts, Protocol: "lambda", Endpoint: new(function)})
	w.must(err)
	name := *out.SubscriptionArn
	again, err := w.subscribe("lambda", function, nil)
	if err != nil || again != name {
		t.Errorf("%s, %v", again, err)
	}
	_, err = run(w, w.s.Publish, &sns.PublishInput{
		TopicArn: new(alerts), Message: "hush <1>", MessageAttributes: map[string]sns.MessageAttributeValue{"a": {DataType: "String", StringValue: new("x")}},
	})
	w.must(err)
	w.run.failure = errors.New("busy")
	if n := w.deliver(); n != 1 {
		t.Errorf("%d to be tried again", n)
	}
	w.run.failure = nil
	w.deliver()
	if len(w.run.got) != 2 || w.run.got[0] != w.run.got[1] {
		t.Fatalf("%q", w.run.got)
	}
	payload, ok := strings.CutPrefix(w.run.got[0], function+" ")
	var e struct {
		Records []struct {
			EventSource, EventVersion, EventSubscriptionArn string
			Sns                                             map[string]any
		}
	}
	if err := json.Unmarshal([]byte(payload), &e); !ok || err != nil || len(e.Records) != 1 {
		t.Fatalf("%s, %v", payload, err)
	}
	r := e.Records[0]
	if r.EventSource != "aws:sns" || r.EventVersion != "1.0" || r.EventSubscriptionArn != name || r.Sns["Subject"] != nil || r.Sns["Message"] != "hush <1>" ||
		r.Sns["Type"] != "Notification" || r.Sns["TopicArn"] != alerts || fmt.Sprint(r.Sns["MessageAttributes"]) != "map[a:map[Type:String Value:x]]" {
		t.Errorf("%s", payload)
	}
	text := map[string]string{}
	for k, v := range r.Sns {
		text[k], _ = v.(string)
	}
	text["SigningCertURL"] = text["SigningCertUrl"]
	verify(t, text)
	// A function that refuses for good ends the matter.
	w.must(w.publish("hush 2"))
	w.run.failure = job.Final(errors.New("no such function"))
	if n := w.deliver(); n != 0 {
		t.Errorf("%d to be tried again", n)
	}
	for endpoint, attributes := range map[string]map[string]string{
		"f": nil, "arn:aws:lambda:" + region + ":999988887777:function:f": nil, "arn:aws:lambda:" + region + ":" + account + ":layer:f": nil,
	} {
		_, err := w.subscribe("lambda", endpoint, attributes)
		wantError(t, err, "InvalidParameterException", "Invalid parameter: Lambda endpoint ARN")
	}
	_, err = w.subscribe("lambda", function+"2", map[string]string{"RawMessageDelivery": "true"})
	wantError(t, err, "InvalidParameterException", "Invalid parameter: Attributes Reason: RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.")
	_, err = run(w, silent(w.s.SetSubscriptionAttributes), &sns.SetSubscriptionAttributesInput{SubscriptionArn: name, AttributeName: "RawMessageDelivery", AttributeValue: new("true")})
	wantError(t, err, "InvalidParameterException", "Invalid parameter: RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.")
}
