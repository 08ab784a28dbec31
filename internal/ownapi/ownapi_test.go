package ownapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	foreign = "999988887777"
)

var now = time.Date(2026, 3, 2, 10, 15, 30, 0, time.FixedZone("CET", 3600))

// fakeClock is business time that stands still.
type fakeClock struct{ at time.Time }

func (c *fakeClock) Now() time.Time          { return c.at }
func (c *fakeClock) Advance(d time.Duration) { c.at = c.at.Add(d) }

// world is the endpoints of one server over the engine in memory.
type world struct {
	testing.TB
	api   *ownapi.API
	db    *mem.DB
	clock *fakeClock
	log   *bytes.Buffer
	reset int // how often
}

func newWorld(t testing.TB, dev bool) *world {
	w := &world{TB: t, db: mem.New(), clock: &fakeClock{now}, log: new(bytes.Buffer)}
	w.api = &ownapi.API{
		State: w.db, Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, Mailbox: &mailbox.Mailbox{Vault: secret.NewVault(secret.GenerateMasterKey())}, Clock: w.clock,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "metrics") }),
		Log:     slog.New(slog.NewTextHandler(w.log, nil)), RootKeyID: "AKIAROOT", RootSecret: "s3cret", Account: account, Region: "us-east-1", Version: "1.2.3", Dev: dev,
		Reset: func(_ context.Context, record func(store.State) error) error {
			w.reset++
			w.db = mem.New()
			return record(w.db)
		},
	}
	return w
}

// do makes one request, with credentials ID:SECRET if there are any.
func (w *world) do(request, credentials, body string) *httptest.ResponseRecorder {
	w.Helper()
	method, target, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if id, password, ok := strings.Cut(credentials, ":"); ok {
		r.SetBasicAuth(id, password)
	}
	out := httptest.NewRecorder()
	w.api.ServeHTTP(out, r)
	return out
}

// wants compares an answer. All but metrics are JSON that nobody keeps.
func (w *world) wants(request, credentials, body string, status int, want string) {
	w.Helper()
	got := w.do(request, credentials, body)
	if got.Code != status || got.Body.String() != want {
		w.Errorf("%s is answered %d %q, want %d %q", request, got.Code, got.Body, status, want)
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if got.Header().Get(name) != value {
			w.Errorf("%s is answered with %s %q, want %q", request, name, got.Header().Get(name), value)
		}
	}
}

func (w *world) post(ms ...mailbox.Message) {
	w.Helper()
	err := w.db.Update(w.Context(), func(tx store.Tx) error {
		for _, m := range ms {
			if err := w.api.Mailbox.Post(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	const rest = `,"time":"2026-03-02T09:15:30Z","version":"1.2.3"}` + "\n"
	w.wants("GET /_cogtrail/health", "", "", 503, `{"devMode":false,"status":"not ready"`+rest)
	w.api.Ready(true)
	w.wants("GET /_cogtrail/health", "", "", 200, `{"devMode":false,"status":"ready"`+rest)
	if got := w.do("HEAD /_cogtrail/health", "", ""); got.Code != 200 {
		t.Errorf("HEAD is answered %d", got.Code)
	}
	w.api.Ready(false)
	w.wants("GET /_cogtrail/health", "", "", 503, `{"devMode":false,"status":"not ready"`+rest)
}

func TestHealth_facts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.api.Facts = func() map[string]any { return map[string]any{"lag": 3} }
	w.wants("GET /_cogtrail/health", "", "", 503, `{"devMode":true,"lag":3,"status":"not ready","time":"2026-03-02T09:15:30Z","version":"1.2.3"}`+"\n")
	// What cannot be written must not pass for health.
	w.api.Ready(true)
	w.api.Facts = func() map[string]any { return map[string]any{"bad": func() {}} }
	w.wants("GET /_cogtrail/health", "", "", 500, `{"error":"answer not encoded"}`+"\n")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	if got := newWorld(t, false).do("GET /_cogtrail/metrics", "", ""); got.Code != 200 || got.Body.String() != "metrics" {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

func TestNoSuchEndpoint(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{false, true} {
		w := newWorld(t, dev)
		for _, request := range []string{
			"GET /_cogtrail/", "GET /_cogtrail/nothing", "GET /_cogtrail/health/", "GET /_cogtrail/HEALTH", "POST /_cogtrail/health", "POST /_cogtrail/metrics",
			"POST /_cogtrail/messages", "DELETE /_cogtrail/messages", "HEAD /_cogtrail/messages", "GET /_cogtrail/reset", "GET /_cogtrail/clock",
			"OPTIONS /_cogtrail/reset", "GET /_cogtrail/messages/1", "GET /_cogtrail//messages",
		} {
			w.wants(request, "AKIAROOT:s3cret", "", 404, `{"error":"no such endpoint"}`+"\n")
		}
		if w.reset != 0 || w.clock.at != now {
			t.Error("an endpoint that is not there did something")
		}
	}
}

func TestMessages_credentials(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		credentials string
		dev, good   bool
	}{
		"root key":               {"AKIAROOT:s3cret", false, true},
		"none":                   {"", false, false},
		"wrong secret":           {"AKIAROOT:s3cre", false, false},
		"secret and more":        {"AKIAROOT:s3cret2", false, false},
		"no secret":              {"AKIAROOT:", false, false},
		"wrong id":               {"AKIAROOX:s3cret", false, false},
		"id in lower case":       {"akiaroot:s3cret", false, false},
		"no id":                  {":s3cret", false, false},
		"both empty":             {":", false, false},
		"changed about":          {"s3cret:AKIAROOT", false, false},
		"dev mode, none":         {"", true, true},
		"dev mode, wrong secret": {"AKIAROOT:wrong", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tc.dev)
			if tc.good {
				w.wants("GET /_cogtrail/messages", tc.credentials, "", 200, `{"messages":[]}`+"\n")
				return
			}
			w.wants("GET /_cogtrail/messages", tc.credentials, "", 401, `{"error":"give the root access key id and secret as HTTP Basic credentials"}`+"\n")
			// Who has no key learns nothing of what he asked for either.
			w.wants("GET /_cogtrail/messages?max=no", tc.credentials, "", 401, `{"error":"give the root access key id and secret as HTTP Basic credentials"}`+"\n")
			if got := w.do("GET /_cogtrail/messages", tc.credentials, "").Header().Get("WWW-Authenticate"); got != `Basic realm="cogtrail root access key"` {
				t.Errorf("WWW-Authenticate %q", got)
			}
		})
	}
}

// Another scheme is no Basic authentication.
func TestMessages_otherScheme(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	for _, header := range []string{"Bearer s3cret", "Basic", "Basic !", "Basic QUtJQVJPT1Q=", "AWS4-HMAC-SHA256 Credential=AKIAROOT/x"} {
		r := httptest.NewRequest(http.MethodGet, "/_cogtrail/messages", nil)
		r.Header.Set("Authorization", header)
		out := httptest.NewRecorder()
		w.api.ServeHTTP(out, r)
		if out.Code != 401 {
			t.Errorf("%s is answered %d %s", header, out.Code, out.Body)
		}
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.post(
		mailbox.Message{Account: account, Destination: "a+b@example.com", Body: "one", Time: now},
		mailbox.Message{Account: account, Destination: "+4912345", Body: "two", Time: now.Add(time.Second)},
		mailbox.Message{Account: account, Destination: "a+b@example.com", Body: "three", Time: now.Add(2 * time.Second)},
		mailbox.Message{Account: foreign, Destination: "a+b@example.com", Body: "theirs", Time: now},
	)
	const range1 = `{"error":"max must be 1 to 1000"}`
	for name, tc := range map[string]struct {
		query  string
		bodies string // in their order, or the refusal
	}{
		"all, newest first":        {"", "three two one"},
		"to one":                   {"?to=a%2Bb@example.com", "three one"},
		"to one, plus is a blank":  {"?to=a+b@example.com", ""},
		"to a number":              {"?to=%2B4912345", "two"},
		"some":                     {"?max=2", "three two"},
		"some to one":              {"?max=1&to=a%2Bb@example.com", "three"},
		"as many as there may be":  {"?max=1000", "three two one"},
		"empty max":                {"?max=", "three two one"},
		"another account":          {"?account=" + foreign, "theirs"},
		"account that is not":      {"?account=999988887770", ""},
		"empty account":            {"?account=", "three two one"},
		"none":                     {"?max=0", range1},
		"fewer than none":          {"?max=-1", range1},
		"too many":                 {"?max=1001", range1},
		"a word":                   {"?max=all", range1},
		"a number behind a number": {"?max=1.5", range1},
		"a number too large":       {"?max=99999999999999999999", range1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := w.do("GET /_cogtrail/messages"+tc.query, "AKIAROOT:s3cret", "")
			if tc.bodies == range1 {
				if got.Code != 400 || got.Body.String() != range1+"\n" {
					t.Errorf("%d %s", got.Code, got.Body)
				}
				return
			}
			var bodies []string
			for _, part := range strings.Split(got.Body.String(), `"body":"`)[1:] {
				body, _, _ := strings.Cut(part, `"`)
				bodies = append(bodies, body)
			}
			if joined := strings.Join(bodies, " "); got.Code != 200 || joined != tc.bodies {
				t.Errorf("%d %q, want %q", got.Code, joined, tc.bodies)
			}
		})
	}
}

// Without ?max= there are 100.
func TestMessages_defaultMax(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	for i := range 101 {
		w.post(mailbox.Message{Account: account, Body: fmt.Sprint(i), Time: now.Add(time.Duration(i) * time.Second)})
	}
	got := w.do("GET /_cogtrail/messages", "", "").Body.String()
	if n := strings.Count(got, `"body":`); n != 100 || strings.Contains(got, `"body":"0"`) {
		t.Errorf("%d messages", n)
	}
}

func TestMessages_form(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.post(mailbox.Message{
		Account: account, Region: "us-east-1", UserPoolID: "us-east-1_abc", Medium: "EMAIL", Trigger: "CustomMessage_SignUp", Destination: "a@example.com",
		Subject: "Your code", Body: "123456", Time: now.UTC(),
	})
	got := w.do("GET /_cogtrail/messages", "", "").Body.String()
	_, got, _ = strings.Cut(got, `","account"`) // the id is random
	want := `:"111122223333","region":"us-east-1","userPoolId":"us-east-1_abc","medium":"EMAIL","trigger":"CustomMessage_SignUp",` +
		`"destination":"a@example.com","subject":"Your code","body":"123456","time":"2026-03-02T09:15:30Z"}]}` + "\n"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What went wrong inside is told to the log only.
func TestMessages_broken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.post(mailbox.Message{Account: account, Body: "123456", Time: now})
	w.api.Mailbox = &mailbox.Mailbox{Vault: secret.NewVault(secret.GenerateMasterKey())}
	w.wants("GET /_cogtrail/messages", "", "", 500, `{"error":"the request could not be served; try again"}`+"\n")
	if log := w.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, `level=ERROR msg="mailbox not read" error="open message: `) || strings.Contains(log, "123456") {
		t.Errorf("log %s", log)
	}
}

// Dev mode's own endpoints do nothing without it, root or not.
func TestDevMode_off(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	for _, request := range []string{"POST /_cogtrail/reset", "POST /_cogtrail/clock"} {
		w.wants(request, "AKIAROOT:s3cret", `{"advance":"90m"}`, 404, `{"error":"no such endpoint; it exists in dev mode only"}`+"\n")
	}
	if w.reset != 0 || w.clock.at != now {
		t.Errorf("reset %d times, clock at %s", w.reset, w.clock.at)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	w.wants("POST /_cogtrail/reset", "", "", 200, `{"status":"empty"}`+"\n")
	if w.reset != 1 {
		t.Errorf("reset %d times", w.reset)
	}
	if got := w.records(); len(got) != 1 || w.told(got[0]) != "ResetServer by Root  readOnly false: null, null" {
		t.Errorf("records %v", got)
	}
	w.api.Reset = func(context.Context, func(store.State) error) error {
		return errors.New("remove /srv/data: permission denied")
	}
	w.wants("POST /_cogtrail/reset", "", "", 500, `{"error":"the server could not be reset"}`+"\n")
	if log := w.log.String(); !strings.Contains(log, `msg="not reset" error="remove /srv/data: permission denied"`) {
		t.Errorf("log %s", log)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	const refusal = `{"error":"want {\"advance\":\"90m\"} with a positive duration"}`
	for name, tc := range map[string]struct {
		body string
		want string // time of the answer; empty: refused
	}{
		"minutes":         {`{"advance":"90m"}`, "2026-03-02T10:45:30Z"},
		"mixed":           {`{"advance":"1h30m15s"}`, "2026-03-02T10:45:45Z"},
		"fraction":        {`{"advance":"0.5s"}`, "2026-03-02T09:15:30.5Z"},
		"days as hours":   {`{"advance":"720h"}`, "2026-04-01T09:15:30Z"},
		"further members": {`{"advance":"1s","why":"test"}`, "2026-03-02T09:15:31Z"},
		"backwards":       {`{"advance":"-1s"}`, ""},
		"nothing":         {`{"advance":"0s"}`, ""},
		"no unit":         {`{"advance":"90"}`, ""},
		"number":          {`{"advance":90}`, ""},
		"days":            {`{"advance":"1d"}`, ""},
		"beyond all time": {`{"advance":"9999999h"}`, ""},
		"null":            {`{"advance":null}`, ""},
		"no member":       {`{}`, ""},
		"no object":       {`"90m"`, ""},
		"no JSON":         {`advance=90m`, ""},
		"cut":             {`{"advance":"90m"`, ""},
		"two values":      {`{"advance":"90m"}{"advance":"90m"}`, ""},
		"empty":           {``, ""},
		"large body":      {`{"advance":"90m","x":"` + strings.Repeat("x", 1024) + `"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, true)
			if tc.want == "" {
				w.wants("POST /_cogtrail/clock", "", tc.body, 400, refusal+"\n")
				if w.clock.at != now {
					t.Errorf("the clock moved to %s", w.clock.at)
				}
				return
			}
			w.wants("POST /_cogtrail/clock", "", tc.body, 200, `{"time":"`+tc.want+`"}`+"\n")
			if got := w.clock.at.UTC().Format(time.RFC3339Nano); got != tc.want {
				t.Errorf("the clock is at %s, want %s", got, tc.want)
			}
		})
	}
}

// Answers of metrics and messages hold nothing of the root key.
func TestNoSecretInAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	for _, request := range []string{"GET /_cogtrail/health", "GET /_cogtrail/messages", "GET /_cogtrail/s3cret", "POST /_cogtrail/reset"} {
		for _, credentials := range []string{"", "AKIAROOT:s3cret"} {
			got := w.do(request, credentials, "")
			if text := got.Body.String() + fmt.Sprint(got.Header()); strings.Contains(text, "s3cret") || strings.Contains(text, "AKIAROOT") {
				t.Errorf("%s is answered %s", request, text)
			}
		}
	}
	if strings.Contains(w.log.String(), "s3cret") {
		t.Errorf("log %s", w.log)
	}
}
