package ownapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
)

// records are all that are committed, and not looked at before.
func (w *world) records() (out []gjson.Result) {
	w.Helper()
	taken, err := w.db.Take(w.Context(), 1000)
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range taken {
		e := gjson.ParseBytes(r.Data)
		if r.Kind != store.AuditRecord || e.Get("recipientAccountId").Str != r.Account || e.Get("eventID").Str != r.Record.ID {
			w.Errorf("record of %s: %s", r.Account, r.Data)
		}
		out = append(out, e)
	}
	return out
}

// told is what a record says in one line.
func (w *world) told(e gjson.Result) string {
	w.Helper()
	for name, want := range map[string]string{
		"eventSource": "cogtrail.internal", "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": "true", "eventTime": "2026-03-02T09:15:30Z",
		"sourceIPAddress": "192.0.2.1",
	} {
		if got := e.Get(name).String(); got != want {
			w.Errorf("%s is %q, want %q in %s", name, got, want, e)
		}
	}
	line := fmt.Sprintf("%s by %s %s readOnly %v: %s, %s", e.Get("eventName"), e.Get("userIdentity.type"), e.Get("userIdentity.accessKeyId"), e.Get("readOnly"),
		e.Get("requestParameters").Raw, e.Get("responseElements").Raw)
	if code := e.Get("errorCode").Str; code != "" {
		line += " " + code
	}
	return line
}

// Who is shown messages or a key, and who changes something, leaves a record of what it was, and none of what is private.
func TestRecords(t *testing.T) {
	t.Parallel()
	const root, key = "AKIAROOT:s3cret", "arn:aws:kms:eu-west-1:111122223333:key/1"
	for name, tc := range map[string]struct {
		dev         bool
		request     string
		credentials string
		status      int
		want        string // {id} is that of the message
	}{
		"messages":                 {false, "GET /_cogtrail/messages?to=a@example.com&max=2", root, 200, `ListMessages by Root AKIAROOT readOnly true: {"to":"HIDDEN_FOR_SECURITY_REASONS","max":"2"}, {"messages":[{"id":"{id}","userPoolId":"us-east-1_abc"}]}`},
		"no messages":              {false, "GET /_cogtrail/messages?to=b@example.com", root, 200, `ListMessages by Root AKIAROOT readOnly true: {"to":"HIDDEN_FOR_SECURITY_REASONS"}, null`},
		"messages, none asked for": {false, "GET /_cogtrail/messages?max=b@example.com", root, 400, `ListMessages by Root AKIAROOT readOnly true: null, null InvalidParameterException`},
		"messages of no account":   {false, "GET /_cogtrail/messages?account=b@example.com", root, 400, `ListMessages by Root AKIAROOT readOnly true: null, null InvalidParameterException`},
		"messages in dev mode":     {true, "GET /_cogtrail/messages", "", 200, `ListMessages by Root  readOnly true: null, {"messages":[{"id":"{id}","userPoolId":"us-east-1_abc"}]}`},
		"messages, nobody proved":  {false, "GET /_cogtrail/messages", "AKIAROOT:wrong", 401, ""},
		"key":                      {false, "GET /_cogtrail/sender-key?keyId=" + key, root, 200, `GetSenderKey by Root AKIAROOT readOnly true: {"keyId":"` + key + `"}, null`},
		"key that is not":          {false, "GET /_cogtrail/sender-key?keyId=arn:x", root, 404, `GetSenderKey by Root AKIAROOT readOnly true: {"keyId":"arn:x"}, null ResourceNotFoundException`},
		"key of no account":        {false, "GET /_cogtrail/sender-key?account=1&keyId=arn:x", root, 400, `GetSenderKey by Root AKIAROOT readOnly true: {"keyId":"arn:x"}, null InvalidParameterException`},
		"key, nobody proved":       {false, "GET /_cogtrail/sender-key?keyId=" + key, "", 401, ""},
		"clock":                    {true, `POST /_cogtrail/clock {"advance":"90m"}`, "", 200, `AdvanceClock by Root  readOnly false: {"advance":"1h30m0s"}, null`},
		"clock refused":            {true, `POST /_cogtrail/clock {}`, "", 400, `AdvanceClock by Root  readOnly false: null, null InvalidParameterException`},
		"clock that is not there":  {false, `POST /_cogtrail/clock {"advance":"90m"}`, root, 404, ""},
		"health":                   {false, "GET /_cogtrail/health", root, 503, ""},
		"metrics":                  {false, "GET /_cogtrail/metrics", root, 200, ""},
		"nothing there":            {false, "GET /_cogtrail/nothing", root, 404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tc.dev)
			w.api.SenderKey = oneKey(key)
			w.post(mailbox.Message{Account: account, UserPoolID: "us-east-1_abc", Destination: "a@example.com", Body: "123456", Time: now})
			request, body, _ := strings.Cut(tc.request, " {")
			if body != "" {
				body = "{" + body
			}
			got := w.do(request, tc.credentials, body)
			if got.Code != tc.status {
				t.Errorf("answered %d %s", got.Code, got.Body)
			}
			list := w.records()
			if tc.want == "" {
				if len(list) != 0 {
					t.Errorf("records %v", list)
				}
				return
			}
			if len(list) != 1 {
				t.Fatalf("records %v", list)
			}
			id := gjson.Get(got.Body.String(), "messages.0.id").Str
			if line := w.told(list[0]); line != strings.ReplaceAll(tc.want, "{id}", id) {
				t.Errorf("record %s, want %s", line, tc.want)
			}
			for _, private := range []string{"example.com", "123456", "s3cret", "AQAAAAAA"} {
				if strings.Contains(list[0].Raw, private) {
					t.Errorf("%s stands in %s", private, list[0])
				}
			}
		})
	}
}

func oneKey(name string) func(store.Tx, string, string) (*encryptionsdk.Key, error) {
	return func(_ store.Tx, _, arn string) (*encryptionsdk.Key, error) {
		if arn != name {
			return nil, store.ErrNotFound
		}
		return &encryptionsdk.Key{Namespace: "cogtrail", Name: arn, Secret: [32]byte{1}}, nil
	}
}

// What belongs to another account is read in the sight of its owner, under one sharedEventID. A key's record is of its Region.
func TestRecords_otherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.api.SenderKey = oneKey("arn:aws:kms:eu-west-1:" + foreign + ":key/1")
	if got := w.do("GET /_cogtrail/sender-key?account="+foreign+"&keyId=arn:aws:kms:eu-west-1:"+foreign+":key/1", "AKIAROOT:s3cret", ""); got.Code != 200 {
		t.Fatal(got.Body)
	}
	list := w.records()
	if len(list) != 2 {
		t.Fatalf("records %v", list)
	}
	shared := list[0].Get("sharedEventID").Str
	for i, want := range []string{"Root " + account, "AWSAccount " + account} {
		e := list[i]
		if got := e.Get("userIdentity.type").Str + " " + e.Get("userIdentity.accountId").Str; got != want || shared == "" || e.Get("sharedEventID").Str != shared ||
			e.Get("awsRegion").Str != "eu-west-1" || e.Get("resources.0.ARN").Str == "" || e.Get("resources.0.accountId").Str != foreign {
			t.Errorf("%d: %s", i, e)
		}
	}
	if list[1].Get("recipientAccountId").Str != foreign {
		t.Errorf("the owner's copy is %s", list[1])
	}
}

// unwritable is a state that commits nothing.
type unwritable struct{ store.State }

func (unwritable) Update(context.Context, func(store.Tx) error) error {
	return errors.New("write /srv/state.db: no space left")
}

// What cannot be recorded is not shown and not done.
func TestRecords_notCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.api.SenderKey = oneKey("arn:k")
	w.post(mailbox.Message{Account: account, Body: "123456", Time: now})
	w.api.State = unwritable{w.db}
	for request, body := range map[string]string{
		"GET /_cogtrail/messages": "", "GET /_cogtrail/messages?max=0": "", "GET /_cogtrail/sender-key?keyId=arn:k": "", "GET /_cogtrail/sender-key": "",
		"POST /_cogtrail/clock": `{"advance":"90m"}`,
	} {
		w.wants(request, "", body, 500, `{"error":"the request could not be served; try again"}`+"\n")
	}
	if w.clock.at != now {
		t.Error("the clock was moved without a record")
	}
	if log := w.log.String(); !strings.Contains(log, `msg="ListMessages not recorded" error="write /srv/state.db: no space left"`) || strings.Contains(log, "123456") {
		t.Errorf("log %s", log)
	}
}

// The address in a record is that of the client behind trusted hops, as in every other record.
func TestRecords_sourceIP(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.api.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	r := httptest.NewRequest("GET", "/_cogtrail/messages", nil)
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	r.Header.Set("User-Agent", "curl/8")
	w.api.ServeHTTP(httptest.NewRecorder(), r)
	list := w.records()
	if len(list) != 1 || list[0].Get("sourceIPAddress").Str != "203.0.113.9" || list[0].Get("userAgent").Str != "curl/8" || list[0].Get("eventSource").Str != ownapi.Source {
		t.Errorf("records %v", list)
	}
}
