package sms_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/notify/sms"
)

var at = time.Unix(1_772_323_200, 0).UTC()

var message = mailbox.Message{
	Account: "111122223333", Region: "us-east-1", SMSRegion: "eu-west-1", UserPoolID: "us-east-1_abc", Medium: "SMS",
	Trigger: "CustomMessage_SignUp", Destination: "+15550001234", Body: "Your code is 123456 & more", Time: at,
}

// endpoint answers with a status and a body and remembers requests.
type endpoint struct {
	*httptest.Server
	got    []*http.Request
	bodies []string
}

func newEndpoint(t *testing.T, status int, answer string) *endpoint {
	e := new(endpoint)
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		e.got, e.bodies = append(e.got, r), append(e.bodies, string(body))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(e.Close)
	return e
}

func now() time.Time { return at }

func noRedirect() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// A call says what a gateway needs, who calls, and which message it is: the same at every attempt.
func TestWebhook_Carry(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, 202, "")
	w := &sms.Webhook{URL: e.URL + "/sms", Token: "tok", Key: []byte("key"), HTTP: noRedirect(), Now: now}
	for range 2 {
		if err := w.Carry(t.Context(), "job-1", &message); err != nil {
			t.Fatal(err)
		}
	}
	r, body := e.got[0], e.bodies[0]
	want := `{"id":"job-1","account":"111122223333","region":"eu-west-1","userPoolId":"us-east-1_abc","occasion":"CustomMessage_SignUp",` +
		`"destination":"+15550001234","body":"Your code is 123456 \u0026 more","time":"2026-03-01T00:00:00Z"}`
	if body != want || e.bodies[1] != body {
		t.Errorf("bodies %s, %s, want %s", body, e.bodies[1], want)
	}
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write([]byte("1772323200." + body))
	for name, want := range map[string]string{
		"Content-Type": "application/json", "Idempotency-Key": "job-1", "Authorization": "Bearer tok",
		sms.SignatureHeader: "t=1772323200,v1=" + hex.EncodeToString(mac.Sum(nil)),
	} {
		if got := r.Header.Get(name); got != want || e.got[1].Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	bare := &sms.Webhook{URL: e.URL, HTTP: noRedirect(), Now: now}
	if err := bare.Carry(t.Context(), "job-2", &message); err != nil {
		t.Fatal(err)
	}
	if h := e.got[2].Header; h.Get("Authorization") != "" || h.Get(sms.SignatureHeader) != "" {
		t.Errorf("headers %v", h)
	}
}

// What is wrong with the message ends it; anything else comes back. No error tells the number or the text.
func TestWebhook_Carry_refused(t *testing.T) {
	t.Parallel()
	for status, final := range map[int]bool{
		400: true, 410: true, 413: true, 422: true, 301: false, 307: false, 401: false, 403: false, 404: false, 408: false, 429: false, 500: false, 503: false,
	} {
		e := newEndpoint(t, status, message.Destination+message.Body)
		err := (&sms.Webhook{URL: e.URL, HTTP: noRedirect(), Now: now}).Carry(t.Context(), "j", &message)
		if err == nil || job.IsFinal(err) != final || len(e.got) != 1 || told(err) {
			t.Errorf("%d: %v, %d calls", status, err, len(e.got))
		}
	}
	gone := newEndpoint(t, 200, "")
	gone.Close()
	err := (&sms.Webhook{URL: gone.URL, HTTP: noRedirect(), Now: now}).Carry(t.Context(), "j", &message)
	if err == nil || job.IsFinal(err) || told(err) {
		t.Errorf("nobody there: %v", err)
	}
}

func told(err error) bool {
	return strings.Contains(err.Error(), "555") || strings.Contains(err.Error(), "123456")
}

// The gateway's verifier accepts the call, which publishes to the number from the pool's SnsRegion.
func TestSNS_Carry(t *testing.T) {
	t.Parallel()
	e := newEndpoint(t, 200, "<PublishResponse/>")
	s := &sms.SNS{Endpoint: e.URL + "/{region}/", Credentials: aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}, HTTP: noRedirect(), Now: now}
	if err := s.Carry(t.Context(), "job-1", &message); err != nil {
		t.Fatal(err)
	}
	r := e.got[0]
	form, err := url.ParseQuery(e.bodies[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Action": "Publish", "Version": "2010-03-31", "PhoneNumber": message.Destination, "Message": message.Body,
		"MessageAttributes.entry.1.Name": "AWS.SNS.SMS.SMSType", "MessageAttributes.entry.1.Value.StringValue": "Transactional",
	} {
		if form.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, form.Get(name), want)
		}
	}
	if r.URL.Path != "/eu-west-1/" || r.Header.Get("Amz-Sdk-Invocation-Id") != "job-1" {
		t.Errorf("path %s, headers %v", r.URL.Path, r.Header)
	}
	sig, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sigv4.New(0).Verify(r, sig, "secret", at, sigv4.Options{Service: "sns", Region: "eu-west-1", Body: []byte(e.bodies[0])}); err != nil {
		t.Errorf("the signature: %v", err)
	}
	plain := message
	plain.SMSRegion = ""
	if err := s.Carry(t.Context(), "job-2", &plain); err != nil || e.got[1].URL.Path != "/us-east-1/" {
		t.Errorf("%v, path %s", err, e.got[1].URL.Path)
	}
}

func TestSNS_Carry_refused(t *testing.T) {
	t.Parallel()
	for answer, c := range map[string]struct {
		status int
		final  bool
		want   string
	}{
		"<ErrorResponse><Error><Code>InvalidParameter</Code><Message>+15550001234</Message></Error></ErrorResponse>": {400, true, "send SMS: SNS answered 400 InvalidParameter"},
		"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>":                                      {400, false, "send SMS: SNS answered 400 Throttling"},
		"<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>":                            {403, false, "send SMS: SNS answered 403 InvalidClientTokenId"},
		"<ErrorResponse><Error><Code>+1555</Code></Error></ErrorResponse>":                                           {500, false, "send SMS: SNS answered 500 "},
		"no document": {503, false, "send SMS: SNS answered 503 "},
	} {
		e := newEndpoint(t, c.status, answer)
		s := &sms.SNS{Endpoint: e.URL, Credentials: aws.Credentials{AccessKeyID: "A", SecretAccessKey: "s"}, HTTP: noRedirect(), Now: now}
		if err := s.Carry(t.Context(), "j", &message); err == nil || job.IsFinal(err) != c.final || err.Error() != c.want {
			t.Errorf("%s: %v", answer, err)
		}
	}
}
