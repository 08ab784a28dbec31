package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
)

// A sign-up's SMS reaches the webhook and the mailbox; an answer that is refused for good is counted, and sign-up stands.
func TestServe_smsWebhook(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []map[string]any
	status := http.StatusOK
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		var m map[string]any
		if err := json.Unmarshal(body, &m); err != nil || r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("Idempotency-Key") != m["id"] {
			t.Errorf("%s, %v, %v", body, r.Header, err)
		}
		got = append(got, m)
		w.WriteHeader(status)
	}))
	t.Cleanup(gateway.Close)
	r := serve(t, configure(t, func(c *Config) {
		c.Dev, c.SMS.Webhook, c.SMS.TokenFile = true, gateway.URL, write(t, "token", "tok\n")
	}))
	pool := r.cognito("CreateUserPool", `{"PoolName":"p","AutoVerifiedAttributes":["phone_number"],"SmsConfiguration":{"SnsCallerArn":"arn:aws:iam::123456789012:role/sms","SnsRegion":"eu-west-1"}}`)["UserPool"].(map[string]any)["Id"].(string)
	client := r.cognito("CreateUserPoolClient", `{"UserPoolId":"`+pool+`","ClientName":"c"}`)["UserPoolClient"].(map[string]any)["ClientId"].(string)
	signUp := func(name string) {
		r.cognito("SignUp", `{"ClientId":"`+client+`","Username":"`+name+`","Password":"Passw0rd!","UserAttributes":[{"Name":"phone_number","Value":"+15550001234"}]}`)
	}
	signUp("ana")
	r.until("sent", func() bool { mu.Lock(); defer mu.Unlock(); return len(got) == 1 })
	mu.Lock()
	m := got[0]
	status = http.StatusUnprocessableEntity
	mu.Unlock()
	var kept struct{ Messages []mailbox.Message }
	a := r.do(http.MethodGet, "/_cogtrail/messages", "", nil)
	if err := json.Unmarshal([]byte(a.body), &kept); err != nil || len(kept.Messages) != 1 || kept.Messages[0].Body != m["body"] {
		t.Fatalf("mailbox %s, %v", a.body, err)
	}
	if m["destination"] != "+15550001234" || m["region"] != "eu-west-1" || m["userPoolId"] != pool || m["occasion"] != "CustomMessage_SignUp" {
		t.Errorf("sent %v", m)
	}
	signUp("eve")
	r.until("counted", func() bool {
		return strings.Contains(r.do(http.MethodGet, "/_cogtrail/metrics", "", nil).body, "\ncogtrail_messages_failed 1\n")
	})
}

func TestSecretOf(t *testing.T) {
	t.Parallel()
	if s, err := secretOf("x", ""); s != "" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	if s, err := secretOf("x", write(t, "s", " a b \n")); s != "a b" || err != nil {
		t.Errorf("%q, %v", s, err)
	}
	for _, file := range []string{write(t, "empty", "\n"), "/does/not/exist"} {
		if s, err := secretOf("x", file); s != "" || err == nil || !strings.HasPrefix(err.Error(), "x: ") {
			t.Errorf("%q, %v", s, err)
		}
	}
}
