package topic_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/notify/topic"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	region  = "us-east-1"
	alerts  = "arn:aws:sns:us-east-1:111122223333:alerts"
	base    = "https://cogtrail.example"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 123e6, time.UTC)

// One key for all tests: making one takes long.
var (
	vault  = secret.NewVault(secret.GenerateMasterKey())
	signer = sync.OnceValues(func() (*topic.Signer, error) {
		return topic.LoadSigner(context.Background(), mem.New(), vault, start)
	})
)

// endpoint is the world: it remembers requests and answers as told.
type endpoint struct {
	status   int
	err      error
	requests []*http.Request
	bodies   []string
}

func (e *endpoint) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil || e.err != nil {
		return nil, errors.Join(err, e.err)
	}
	e.requests, e.bodies = append(e.requests, r), append(e.bodies, string(body))
	return &http.Response{StatusCode: e.status, Body: io.NopCloser(strings.NewReader("thanks"))}, nil
}

type world struct {
	t    *testing.T
	db   *mem.DB
	now  time.Time
	who  principal.Principal
	s    *topic.Service
	d    *topic.Deliverer
	net  *endpoint
	mail *mailbox.Mailbox
	run  *functions
}

func open(t *testing.T) *world {
	t.Helper()
	key, err := signer()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: mem.New(), now: start, who: principal.RootOf(account, ""), net: &endpoint{status: 200}, mail: &mailbox.Mailbox{Vault: vault}, run: &functions{}}
	w.s = topic.New(topic.Deps{Vault: vault, Mailer: w.mail, Signer: key, Functions: w.run, BaseURL: base + "/"})
	w.d = &topic.Deliverer{Service: w.s, State: w.db, Client: w.net, Log: slog.New(slog.DiscardHandler)}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run runs one operation and commits it.
func run[I, O any](w *world, f func(*op.Call, I) (O, error), in I) (out O, err error) {
	err = w.db.Update(w.t.Context(), func(tx store.Tx) (err error) {
		out, err = f(&op.Call{Context: w.t.Context(), Now: w.now, Caller: w.who, Account: account, Region: region, Tx: tx, Record: &audit.Builder{}}, in)
		return err
	})
	return out, err
}

// silent makes an operation without output look like one with.
func silent[I any](f func(*op.Call, I) error) func(*op.Call, I) (struct{}, error) {
	return func(c *op.Call, in I) (struct{}, error) { return struct{}{}, f(c, in) }
}

func (w *world) create(in sns.CreateTopicInput) error {
	_, err := run(w, w.s.CreateTopic, &in)
	return err
}

func (w *world) topicAttributes() map[string]string {
	w.t.Helper()
	out, err := run(w, w.s.GetTopicAttributes, &sns.GetTopicAttributesInput{TopicArn: alerts})
	w.must(err)
	return out.Attributes
}

func (w *world) subscribe(protocol, endpoint string, attributes map[string]string) (string, error) {
	out, err := run(w, w.s.Subscribe, &sns.SubscribeInput{TopicArn: alerts, Protocol: protocol, Endpoint: &endpoint, Attributes: attributes, ReturnSubscriptionArn: new(true)})
	if err != nil {
		return "", err
	}
	return *out.SubscriptionArn, nil
}

// deliver runs every waiting job once and forgets those that are done.
func (w *world) deliver() (again int) {
	w.t.Helper()
	var jobs []job.Job
	w.must(w.db.View(w.t.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			var j job.Job
			if err := errors.Join(err, json.Unmarshal(kv.Value, &j)); err != nil {
				return err
			}
			if strings.Contains(string(kv.Value), "hush") {
				w.t.Error("a job shows its message")
			}
			jobs = append(jobs, j)
		}
		return nil
	}))
	for _, j := range jobs {
		if j.Kind != topic.JobKind {
			continue
		}
		if err := w.d.Run(w.t.Context(), j); err != nil {
			if strings.Contains(err.Error(), "secret") {
				w.t.Errorf("an error shows the endpoint: %v", err)
			}
			again++
			continue
		}
		w.must(w.db.Update(w.t.Context(), func(tx store.Tx) error { return tx.Delete("jobs", store.K(j.ID)) }))
	}
	return again
}

// confirmed subscribes an HTTP endpoint and confirms it by the token it got.
func (w *world) confirmed(endpoint string, attributes map[string]string) string {
	w.t.Helper()
	arn, err := w.subscribe("https", endpoint, attributes)
	w.must(err)
	w.deliver()
	m := w.received()
	w.must(w.confirm(m["Token"]))
	w.net.bodies, w.net.requests = nil, nil
	return arn
}

func (w *world) confirm(token string) error {
	who := w.who
	w.who = principal.Anonymous()
	defer func() { w.who = who }()
	_, err := run(w, w.s.ConfirmSubscription, &sns.ConfirmSubscriptionInput{TopicArn: alerts, Token: token})
	return err
}

// received is the newest delivery.
func (w *world) received() map[string]string {
	w.t.Helper()
	if len(w.net.bodies) == 0 {
		w.t.Fatal("nothing was delivered")
	}
	var all map[string]any
	w.must(json.Unmarshal([]byte(w.net.bodies[len(w.net.bodies)-1]), &all))
	out := map[string]string{}
	for k, v := range all {
		out[k], _ = v.(string)
	}
	return out
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *schema.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

// verify checks a delivery as a subscriber does.
func verify(t *testing.T, m map[string]string) {
	t.Helper()
	key, err := signer()
	if err != nil {
		t.Fatal(err)
	}
	if m["SigningCertURL"] != base+key.Path() {
		t.Errorf("certificate at %s", m["SigningCertURL"])
	}
	block, _ := pem.Decode(key.Certificate())
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if m["Type"] != "Notification" {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	text := ""
	for _, n := range names {
		if m[n] != "" {
			text += n + "\n" + m[n] + "\n"
		}
	}
	sig, err := base64.StdEncoding.DecodeString(m["Signature"])
	if err != nil {
		t.Fatal(err)
	}
	one, two := sha1.Sum([]byte(text)), sha256.Sum256([]byte(text))
	hash, sum := crypto.SHA1, one[:]
	if m["SignatureVersion"] == "2" {
		hash, sum = crypto.SHA256, two[:]
	}
	if err := rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), hash, sum, sig); err != nil {
		t.Errorf("signature of version %s: %v", m["SignatureVersion"], err)
	}
}

func TestCreateTopic(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts", Attributes: map[string]string{"DisplayName": "d"}, Tags: []sns.Tag{{Key: "b", Value: "2"}, {Key: "a", Value: "1"}}}))
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	w.must(w.create(sns.CreateTopicInput{Name: "alerts", Attributes: map[string]string{"DisplayName": "d", "SignatureVersion": "1"}}))
	for name, c := range map[string]struct {
		in      sns.CreateTopicInput
		message string
	}{
		"name":             {sns.CreateTopicInput{Name: "a b"}, "Invalid parameter: Topic Name"},
		"empty name":       {sns.CreateTopicInput{}, "Invalid parameter: Topic Name"},
		"FIFO":             {sns.CreateTopicInput{Name: "a.fifo"}, "Invalid parameter: Topic Name"},
		"other attributes": {sns.CreateTopicInput{Name: "alerts", Attributes: map[string]string{"DisplayName": "e"}}, "Invalid parameter: Attributes Reason: Topic already exists with different attributes"},
		"other tags":       {sns.CreateTopicInput{Name: "alerts", Tags: []sns.Tag{{Key: "a", Value: "1"}}}, "Invalid parameter: Tags Reason: Topic already exists with different tags"},
		"tag twice":        {sns.CreateTopicInput{Name: "n", Tags: []sns.Tag{{Key: "a"}, {Key: "a"}}}, "Invalid parameter: Duplicated keys are not allowed."},
		"attribute":        {sns.CreateTopicInput{Name: "n", Attributes: map[string]string{"Nope": "1"}}, "Invalid parameter: AttributeName"},
	} {
		err := w.create(c.in)
		var e *schema.Error
		if !errors.As(err, &e) || e.Code != "InvalidParameterException" || e.Message != c.message {
			t.Errorf("%s: %v", name, err)
		}
	}
	tags, err := run(w, w.s.ListTagsForResource, &sns.ListTagsForResourceInput{ResourceArn: alerts})
	if err != nil || !slices.Equal(tags.Tags, []sns.Tag{{Key: "a", Value: "1"}, {Key: "b", Value: "2"}}) {
		t.Errorf("%v, %v", tags, err)
	}
	_, err = run(w, w.s.ListTagsForResource, &sns.ListTagsForResourceInput{ResourceArn: alerts + "x"})
	wantError(t, err, "ResourceNotFoundException", "Resource does not exist")
}

func TestGetTopicAttributes(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	want := map[string]string{
		"TopicArn": alerts, "Owner": account, "DisplayName": "", "SubscriptionsConfirmed": "0", "SubscriptionsPending": "0", "SubscriptionsDeleted": "0",
		"EffectiveDeliveryPolicy": `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`,
		"Policy":                  `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],"Resource":"arn:aws:sns:us-east-1:111122223333:alerts","Condition":{"StringEquals":{"AWS:SourceOwner":"111122223333"}}}]}`,
	}
	if got := w.topicAttributes(); !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	set := func(name, v string) error {
		_, err := run(w, silent(w.s.SetTopicAttributes), &sns.SetTopicAttributesInput{TopicArn: alerts, AttributeName: name, AttributeValue: &v})
		return err
	}
	w.must(set("SignatureVersion", "2"))
	w.must(set("DisplayName", "Alerts"))
	w.confirmed("https://example.com/a", nil)
	_, err := w.subscribe("email", "anna@example.com", nil)
	w.must(err)
	got := w.topicAttributes()
	if got["SignatureVersion"] != "2" || got["DisplayName"] != "Alerts" || got["SubscriptionsConfirmed"] != "1" || got["SubscriptionsPending"] != "1" {
		t.Errorf("%v", got)
	}
	wantError(t, set("Nope", "1"), "InvalidParameterException", "Invalid parameter: AttributeName")
	wantError(t, set("SignatureVersion", "3"), "InvalidParameterException", "Invalid parameter: SignatureVersion: Invalid value [3]. Must be 1 or 2.")
	if err := set("Policy", "{"); err == nil {
		t.Error("a broken policy is accepted")
	}
	for arn, want := range map[string]*schema.Error{
		"x":           {Code: "InvalidParameterException", Message: "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"},
		alerts + "no": {Code: "NotFoundException", Message: "Topic does not exist"},
		"arn:aws-cn:sns:us-east-1:111122223333:alerts": {Code: "InvalidParameterException", Message: "Invalid parameter: TopicArn"},
		"arn:aws:sns:us-east-1:root:alerts":            {Code: "InvalidParameterException", Message: "Invalid parameter: TopicArn"},
		"arn:aws:sns:eu-west-1:111122223333:alerts":    {Code: "InvalidParameterException", Message: "Invalid parameter: TopicArn"},
	} {
		_, err := run(w, w.s.GetTopicAttributes, &sns.GetTopicAttributesInput{TopicArn: arn})
		wantError(t, err, want.Code, want.Message)
	}
}

func TestListTopics(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 101 {
		w.must(w.create(sns.CreateTopicInput{Name: "t" + string(rune('a'+i/26)) + string(rune('a'+i%26))}))
	}
	first, err := run(w, w.s.ListTopics, &sns.ListTopicsInput{})
	w.must(err)
	second, err := run(w, w.s.ListTopics, &sns.ListTopicsInput{NextToken: first.NextToken})
	w.must(err)
	if len(first.Topics) != 100 || len(second.Topics) != 1 || second.NextToken != nil {
		t.Errorf("%d and %d", len(first.Topics), len(second.Topics))
	}
	_, err = run(w, w.s.ListTopics, &sns.ListTopicsInput{NextToken: new("x")})
	wantError(t, err, "InvalidParameterException", "Invalid parameter: NextToken")
}

func TestDeleteTopic(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	w.confirmed("https://example.com/a", nil)
	w.must(w.publish("left behind"))
	for range 2 {
		_, err := run(w, silent(w.s.DeleteTopic), &sns.DeleteTopicInput{TopicArn: alerts})
		w.must(err)
	}
	if w.deliver() != 0 || len(w.net.bodies) != 0 {
		t.Error("a deleted topic delivers")
	}
	out, err := run(w, w.s.ListSubscriptions, &sns.ListSubscriptionsInput{})
	if err != nil || len(out.Subscriptions) != 0 {
		t.Errorf("%v, %v", out, err)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	out, err := run(w, w.s.Subscribe, &sns.SubscribeInput{TopicArn: alerts, Protocol: "https", Endpoint: new("https://example.com/secret")})
	w.must(err)
	if *out.SubscriptionArn != "pending confirmation" {
		t.Error(*out.SubscriptionArn)
	}
	w.deliver()
	first := w.received()
	arn, err := w.subscribe("https", "https://example.com/secret", nil) // again: the same, with another confirmation
	w.must(err)
	w.deliver()
	second := w.received()
	verify(t, first)
	verify(t, second)
	if first["Token"] == second["Token"] || second["Type"] != "SubscriptionConfirmation" || second["Timestamp"] != "2026-03-01T12:00:00.123Z" ||
		second["SubscribeURL"] != base+"/?Action=ConfirmSubscription&TopicArn="+alerts+"&Token="+second["Token"] ||
		second["Message"] != "You have chosen to subscribe to the topic "+alerts+".\nTo confirm the subscription, visit the SubscribeURL included in this message." {
		t.Errorf("%v", second)
	}
	h := w.net.requests[0].Header
	if h.Get("x-amz-sns-message-type") != "SubscriptionConfirmation" || h.Get("x-amz-sns-subscription-arn") != "" || h.Get("x-amz-sns-topic-arn") != alerts {
		t.Errorf("%v", h)
	}
	attributes := func() map[string]string {
		out, err := run(w, w.s.GetSubscriptionAttributes, &sns.GetSubscriptionAttributesInput{SubscriptionArn: arn})
		w.must(err)
		return out.Attributes
	}
	if a := attributes(); a["PendingConfirmation"] != "true" || a["Owner"] != account || a["RawMessageDelivery"] != "false" {
		t.Errorf("%v", a)
	}
	w.must(w.confirm(first["Token"])) // the older token counts too
	w.must(w.confirm(first["Token"])) // and again
	if a := attributes(); a["PendingConfirmation"] != "false" || a["ConfirmationWasAuthenticated"] != "false" {
		t.Errorf("%v", a)
	}
	list, err := run(w, w.s.ListSubscriptionsByTopic, &sns.ListSubscriptionsByTopicInput{TopicArn: alerts})
	w.must(err)
	if len(list.Subscriptions) != 1 || *list.Subscriptions[0].SubscriptionArn != arn {
		t.Errorf("%v", list.Subscriptions)
	}
	_, err = w.subscribe("https", "https://example.com/secret", map[string]string{"RawMessageDelivery": "true"})
	wantError(t, err, "InvalidParameterException", "Invalid parameter: Attributes Reason: Subscription already exists with different attributes")
}

func TestSubscribe_refusals(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	for name, c := range map[string]struct{ protocol, endpoint, attribute, value, message string }{
		"protocol":       {"test-protocol", "x", "", "", "Invalid parameter: Amazon SNS does not support this protocol string: test-protocol"},
		"scheme":         {"https", "http://example.com", "", "", "Invalid parameter: Endpoint must match the specified protocol"},
		"no host":        {"http", "http://", "", "", "Invalid parameter: Endpoint must match the specified protocol"},
		"address":        {"email", "Anna <a@example.com>", "", "", "Invalid parameter: Email address"},
		"raw":            {"http", "http://example.com", "RawMessageDelivery", "x", "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [x]. Must be true or false."},
		"filter":         {"http", "http://example.com", "FilterPolicy", `{"a":1}`, `Invalid parameter: Attributes Reason: FilterPolicy: "a" must be an object or an array`},
		"attribute name": {"http", "http://example.com", "Nope", "x", "Invalid parameter: AttributeName"},
	} {
		as := map[string]string{}
		if c.attribute != "" {
			as[c.attribute] = c.value
		}
		_, err := w.subscribe(c.protocol, c.endpoint, as)
		var e *schema.Error
		if !errors.As(err, &e) || e.Message != c.message {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfirmSubscription_refusals(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	w.must(w.create(sns.CreateTopicInput{Name: "other"}))
	_, err := w.subscribe("https", "https://example.com", nil)
	w.must(err)
	w.deliver()
	token := w.received()["Token"]
	confirm := func(arn, token string) error {
		_, err := run(w, w.s.ConfirmSubscription, &sns.ConfirmSubscriptionInput{TopicArn: arn, Token: token})
		return err
	}
	wantError(t, confirm("x", token), "InvalidParameterException", "Invalid parameter: Topic")
	wantError(t, confirm(alerts+"no", token), "NotFoundException", "Topic does not exist")
	wantError(t, confirm(alerts, "x"), "InvalidParameterException", "Invalid parameter: Token")
	wantError(t, confirm(alerts, strings.Repeat("0", 64)), "InvalidParameterException", "Invalid parameter: Token")
	wantError(t, confirm(strings.Replace(alerts, "alerts", "other", 1), token), "InvalidParameterException", "Invalid parameter: Token")
	w.now = start.Add(49 * time.Hour)
	wantError(t, confirm(alerts, token), "InvalidParameterException", "Invalid parameter: Token")

	sweep := func() int {
		w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
			_, err := w.s.Sweep(tx, w.now)
			return err
		}))
		list, err := run(w, w.s.ListSubscriptions, &sns.ListSubscriptionsInput{})
		w.must(err)
		if len(list.Subscriptions) == 1 && *list.Subscriptions[0].SubscriptionArn != "PendingConfirmation" {
			t.Error(*list.Subscriptions[0].SubscriptionArn)
		}
		return len(list.Subscriptions)
	}
	before := sweep()
	w.now = start.Add(73 * time.Hour)
	if after := sweep(); before != 1 || after != 0 {
		t.Errorf("%d after two days, %d after three", before, after)
	}
}

func TestOwner(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	arn := w.confirmed("https://example.com", nil)
	for _, c := range []struct {
		in any
		ok bool
	}{
		{&sns.ConfirmSubscriptionInput{TopicArn: alerts}, true}, {&sns.ConfirmSubscriptionInput{TopicArn: alerts + "x"}, false}, {&sns.ConfirmSubscriptionInput{TopicArn: "x"}, false},
		{&sns.UnsubscribeInput{SubscriptionArn: arn}, true}, {&sns.UnsubscribeInput{SubscriptionArn: alerts}, false}, {&sns.PublishInput{}, false},
	} {
		w.must(w.db.View(t.Context(), func(tx store.Tx) error {
			a, r, ok := w.s.Owner(tx, c.in)
			if ok != c.ok || ok && (a != account || r != region) {
				t.Errorf("%+v: %s %s %v", c.in, a, r, ok)
			}
			return nil
		}))
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	arn := w.confirmed("https://example.com", nil)
	leave := func(arn string) error {
		_, err := run(w, silent(w.s.Unsubscribe), &sns.UnsubscribeInput{SubscriptionArn: arn})
		return err
	}
	wantError(t, leave("a:b:c:d:e"), "InvalidParameterException", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 5")
	wantError(t, leave(alerts+":x"), "InvalidParameterException", "Invalid parameter: SubscriptionId")
	w.who = principal.Anonymous()
	w.must(leave(arn))
	w.must(leave(arn))
	_, err := run(w, w.s.GetSubscriptionAttributes, &sns.GetSubscriptionAttributesInput{SubscriptionArn: arn})
	wantError(t, err, "NotFoundException", "Subscription does not exist")

	// One that was confirmed with the wish to authenticate needs a signature.
	w.who = principal.RootOf(account, "")
	arn, err = w.subscribe("https", "https://example.com", nil)
	w.must(err)
	w.deliver()
	_, err = run(w, w.s.ConfirmSubscription, &sns.ConfirmSubscriptionInput{TopicArn: alerts, Token: w.received()["Token"], AuthenticateOnUnsubscribe: new("true")})
	w.must(err)
	w.who = principal.Anonymous()
	wantError(t, leave(arn), "AuthorizationErrorException", "The subscription requires an authenticated request.")
}

func TestLoadSigner(t *testing.T) {
	t.Parallel()
	db := mem.New()
	first, err := topic.LoadSigner(t.Context(), db, vault, start)
	if err != nil {
		t.Fatal(err)
	}
	again, err := topic.LoadSigner(t.Context(), db, vault, start.Add(time.Hour))
	if err != nil || again.Path() != first.Path() || string(again.Certificate()) != string(first.Certificate()) {
		t.Errorf("another key after a restart: %v", err)
	}
	if _, err := topic.LoadSigner(t.Context(), db, secret.NewVault(secret.GenerateMasterKey()), start); err == nil {
		t.Error("a key of another vault opens")
	}
}
