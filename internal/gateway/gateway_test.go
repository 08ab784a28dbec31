package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
	"github.com/cogtrail/cogtrail/internal/wire"
	"github.com/cogtrail/cogtrail/internal/wire/awsjson"
)

// The order of security steps is reviewed here, not assumed.
func TestPipeline_order(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var steps []string
	w.g.trace = func(step string) { steps = append(steps, step) }
	put, _ := w.g.Services[0].Operation("Put")
	for name, c := range map[string]struct {
		key, body, want string
		staged          bool
	}{
		"done": {"AKIAUSER", `{"Id":"ok"}`, "accept route throttle read authenticate decode own validate authorise run record commit answer", false},
		"streamed": {"AKIAUSER", `{"Id":"ok"}`, "accept route throttle read authenticate decode own validate authorise stage " +
			"authenticate decode own validate authorise run record commit answer", true},
		"streamed, not allowed": {"AKIAUSER", `{"Id":"no"}`, "accept route throttle read authenticate decode own validate authorise " +
			"authenticate decode own validate authorise record commit answer", true},
		"not allowed": {"AKIAUSER", `{"Id":"no"}`, "accept route throttle read authenticate decode own validate authorise record commit answer", false},
		"not valid":   {"AKIAUSER", `{"Id":"longer than 8"}`, "accept route throttle read authenticate decode own validate record commit answer", false},
		"not signed":  {"", `{"Id":"ok"}`, "accept route throttle read authenticate record commit answer", false},
	} {
		steps = nil
		w.g.served[put].Stage = nil
		if c.staged {
			w.g.served[put].Stage = func(*op.Call, any) (any, error) { return "bytes", nil }
			w.g.served[put].Discard = func(any) {}
		}
		w.call(w.request("Put", c.key, c.body))
		if got := strings.Join(steps, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

const (
	testAccount = "111122223333"
	testSecret  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// note is the row that the test service writes.
type note struct{ ID, Text string }

var notes = store.Table[note]{Name: "notes", Key: func(n *note) store.Key { return store.K(n.ID) }}

// putInput mirrors the input shape of Put and Open.
type putInput struct {
	Id     string
	Secret *string
	Inner  *innerInput
}

type innerInput struct {
	Plain *string
	Token *string
}

type putOutput struct{ Echo *string }

// world is a gateway over a service of two operations: Put (signed) and Open (not).
type world struct {
	*testing.T
	g     *Gateway
	state store.State
	db    *mem.DB
	run   func(c *op.Call, in *putInput) (*putOutput, error)
}

type fixedClock struct{ t time.Time }

func (c fixedClock) Now() time.Time { return c.t }

var testNow = time.Date(2026, 3, 2, 10, 15, 30, 0, time.UTC)

type testIdentities map[string]*Identity

func (m testIdentities) Identify(_ store.Tx, id string) (*Identity, error) {
	if i := m[id]; i != nil {
		return i, nil
	}
	return nil, store.ErrNotFound
}

func testService() *schema.Service {
	text := &schema.Shape{Name: "Text", Kind: schema.String}
	hidden := &schema.Shape{Name: "Password", Kind: schema.String, Sensitive: true}
	inner := &schema.Shape{Name: "Inner", Kind: schema.Structure}
	inner.SetMembers([]*schema.Member{{Name: "Plain", Shape: text}, {Name: "Token", Shape: hidden}})
	in := &schema.Shape{Name: "PutRequest", Kind: schema.Structure}
	in.SetMembers([]*schema.Member{{Name: "Id", Shape: &schema.Shape{Name: "Id", Kind: schema.String, Max: aws.Float64(8)}, Required: true}, {Name: "Secret", Shape: hidden}, {Name: "Inner", Shape: inner}})
	out := &schema.Shape{Name: "PutResponse", Kind: schema.Structure}
	out.SetMembers([]*schema.Member{{Name: "Echo", Shape: text}})
	s := &schema.Service{
		Name: "notes", SigningName: "notes", EventSource: "notes.amazonaws.com", IAMPrefix: "notes", TargetPrefix: "Notes",
		Protocols: []string{"json"}, JSONVersion: "1.1", ValidationCode: "InvalidParameterException",
		UnsupportedCode: "NotServed", UnsupportedMessage: "not served",
	}
	operation := func(name string, unsigned bool, area string) *schema.Operation {
		return &schema.Operation{
			Service: s, Name: name, Method: "POST", URI: "/", Status: 200, Input: in, Output: out, Unsigned: unsigned, Area: area,
			Category: "Management", Action: name, Resource: "arn:aws:notes:{region}:{account}:note/{Id}",
		}
	}
	s.Operations = []*schema.Operation{operation("Put", false, "note"), operation("Open", true, "note"), operation("Later", false, "")}
	s.Index()
	return s
}

func newWorld(t *testing.T, wrap func(store.State) store.State) *world {
	w := &world{T: t, db: mem.New()}
	w.state = w.db
	if wrap != nil {
		w.state = wrap(w.db)
	}
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		c.Record.Subject("sub-of-" + in.Id)
		if err := notes.Put(c.Tx, &note{in.Id, "written"}); err != nil {
			return nil, err
		}
		return &putOutput{Echo: &in.Id}, nil
	}
	svc := testService()
	var ops []*op.Operation
	for _, name := range []string{"Put", "Open"} {
		o, _ := svc.Operation(name)
		x := &op.Operation{Operation: o, New: func() any { return new(putInput) }, Run: func(c *op.Call, in any) (any, error) {
			out, err := w.run(c, in.(*putInput))
			if err != nil {
				return nil, err
			}
			return out, nil
		}}
		if name == "Open" {
			x.Owner = func(_ store.Tx, in any) (string, string, bool) {
				return testAccount, "eu-west-1", in != nil && in.(*putInput).Id != "foreign"
			}
		}
		ops = append(ops, x)
	}
	allow, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"notes:*","Resource":"arn:aws:notes:*:*:note/ok*"}]}`, policy.Identity)
	if err != nil {
		t.Fatal(err)
	}
	w.g = New(Config{
		Services: []*schema.Service{svc}, Protocols: []wire.Protocol{awsjson.Protocol{}}, Operations: ops, State: w.state,
		Identities: testIdentities{
			"AKIAROOT": {Principal: principal.RootOf(testAccount, "AKIAROOT"), Secret: testSecret},
			"AKIAUSER": {Principal: principal.User(testAccount, "/", "ops", "AIDAEXAMPLE", "AKIAUSER"), Secret: testSecret, Policies: eval.Policies{Identity: []*policy.Document{allow}}},
			"ASIATEMP": {Principal: principal.RootOf(testAccount, "ASIATEMP"), Secret: testSecret, Temporary: true,
				TokenValid: func(s string) bool { return s == "right" }, Expires: testNow.Add(time.Minute)},
			"ASIAPAST": {Principal: principal.RootOf(testAccount, "ASIAPAST"), Secret: testSecret, Temporary: true,
				TokenValid: func(s string) bool { return s == "right" }, Expires: testNow.Add(-time.Minute)},
		},
		Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, Clock: fixedClock{testNow}, Log: slog.New(slog.DiscardHandler),
		Account: testAccount, Region: "us-east-1", Limits: Limits{Body: 4096},
	})
	return w
}

// request is one call of an operation, signed with key unless key is empty.
func (w *world) request(operation, key, body string) *http.Request {
	r := httptest.NewRequest("POST", "http://127.0.0.1:4700/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", "Notes."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.RemoteAddr = "198.51.100.7:1234"
	if key == "" {
		return r
	}
	sum := sha256.Sum256([]byte(body))
	token := ""
	if strings.HasPrefix(key, "ASIA") {
		token = "right"
	}
	cred := aws.Credentials{AccessKeyID: key, SecretAccessKey: testSecret, SessionToken: token}
	if err := v4.NewSigner().SignHTTP(context.Background(), cred, r, hex.EncodeToString(sum[:]), "notes", "us-east-1", testNow); err != nil {
		w.Fatal(err)
	}
	r.RequestURI = "/"
	return r
}

// call sends a request and returns status, body and the records it left.
func (w *world) call(r *http.Request) (int, string, []string) {
	w.Helper()
	rec := httptest.NewRecorder()
	w.g.ServeHTTP(rec, r)
	taken, err := w.db.Take(context.Background(), 100)
	if err != nil {
		w.Fatal(err)
	}
	var records []string
	for _, t := range taken {
		records = append(records, string(t.Data))
	}
	return rec.Code, rec.Body.String(), records
}

func (w *world) noteText(id string) string {
	w.Helper()
	text := ""
	err := w.db.View(context.Background(), func(tx store.Tx) error {
		n, err := notes.Get(tx, store.K(id))
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil {
			text = n.Text
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return text
}

func TestCall_commitsChangeWithRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	status, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one","Secret":"hunter2","Inner":{"Plain":"seen","Token":"tok"},"Unknown":1}`))
	if status != 200 || body != `{"Echo":"one"}` {
		t.Fatalf("answer %d %s", status, body)
	}
	if w.noteText("one") != "written" {
		t.Error("the change is not there")
	}
	if len(records) != 1 {
		t.Fatalf("%d records", len(records))
	}
	r := records[0]
	for path, want := range map[string]string{
		"eventVersion": "1.11", "userIdentity.type": "Root", "eventTime": "2026-03-02T10:15:30Z", "eventSource": "notes.amazonaws.com",
		"eventName": "Put", "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "requestParameters.id": "one",
		"requestParameters.secret": audit.HiddenForSecurity, "requestParameters.inner.plain": "seen",
		"requestParameters.inner.token": audit.HiddenForSecurity, "responseElements.echo": "one",
		"additionalEventData.sub": "sub-of-one", "recipientAccountId": testAccount, "eventCategory": "Management",
	} {
		if got := gjson.Get(r, path).String(); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if !gjson.Valid(r) || strings.Contains(r, "hunter2") || strings.Contains(r, `"tok"`) || strings.Contains(r, "unknown") {
		t.Errorf("record %s", r)
	}
}

func TestCall_refusalUndoesChangeAndKeepsRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		c.Keep(func(tx store.Tx) error { return notes.Put(tx, &note{"kept", "attempt"}) })
		if err := notes.Put(c.Tx, &note{in.Id, "written"}); err != nil {
			return nil, err
		}
		return nil, &schema.Error{Code: "NotAuthorizedException", Message: "Incorrect username or password."}
	}
	status, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
	if status != 400 || !strings.Contains(body, "NotAuthorizedException") {
		t.Fatalf("answer %d %s", status, body)
	}
	if w.noteText("one") != "" || w.noteText("kept") != "attempt" {
		t.Error("the refused change must go and what was kept must stay")
	}
	if len(records) != 1 || gjson.Get(records[0], "errorCode").String() != "NotAuthorizedException" ||
		gjson.Get(records[0], "errorMessage").String() != "Incorrect username or password." ||
		gjson.Get(records[0], "responseElements").Type != gjson.Null {
		t.Errorf("records %v", records)
	}
}

// stagedBytes is what a streamed call left in storage.
type stagedBytes struct{ discarded, closed bool }

func (s *stagedBytes) Close() error { s.closed = true; return nil }

// Bytes go if the commit failed; if nobody knows, rows may refer to them and only the
// reader is closed.
func TestCall_stagedAfterFailedCommit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault *storetest.Plan
		want  stagedBytes
	}{
		"committed": {nil, stagedBytes{}},
		"failed":    {storetest.FailOnce(storetest.Commit, 1), stagedBytes{discarded: true}},
		"unknown":   {storetest.FailOnce(storetest.CommitUnknown, 1), stagedBytes{closed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s store.State) store.State {
				if c.fault == nil {
					return s
				}
				return storetest.Faulty(s, c.fault)
			})
			var got stagedBytes
			put, _ := w.g.Services[0].Operation("Put")
			w.g.served[put].Stage = func(*op.Call, any) (any, error) { return &got, nil }
			w.g.served[put].Discard = func(staged any) { staged.(*stagedBytes).discarded = true }
			w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
			if got != c.want {
				t.Errorf("staged bytes: %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestCall_failedCommitAnswersErrorAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s store.State) store.State { return storetest.Faulty(s, storetest.FailOnce(storetest.Commit, 1)) })
	status, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
	if status != 500 || strings.Contains(body, "Echo") {
		t.Errorf("answer %d %s", status, body)
	}
	if w.noteText("one") != "" || len(records) != 0 {
		t.Errorf("state %q, records %v", w.noteText("one"), records)
	}
}

func TestCall_panicHarmsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	good := w.run
	w.run = func(*op.Call, *putInput) (*putOutput, error) { panic("BUG: test") }
	status, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
	if status != 500 || strings.Contains(body, "BUG") || len(records) != 1 || gjson.Get(records[0], "errorCode").String() != "InternalFailure" {
		t.Errorf("answer %d %s, records %v", status, body, records)
	}
	w.run = good
	if status, _, _ := w.call(w.request("Put", "AKIAROOT", `{"Id":"two"}`)); status != 200 {
		t.Errorf("the next call answers %d", status)
	}
}

func TestCall_refusedBeforeRun(t *testing.T) {
	t.Parallel()
	past := func(r *http.Request) *http.Request { r.Header.Set("X-Amz-Security-Token", "wrong"); return r }
	for _, c := range []struct {
		name     string
		request  func(*world) *http.Request
		status   int
		code     string
		recorded bool
	}{
		{"no signature", func(w *world) *http.Request { return w.request("Put", "", `{"Id":"one"}`) }, 400, "MissingAuthenticationTokenException", false},
		{"unknown key", func(w *world) *http.Request { return w.request("Put", "AKIANOBODY", `{"Id":"one"}`) }, 400, "UnrecognizedClientException", false},
		{"body altered after signing", func(w *world) *http.Request {
			r := w.request("Put", "AKIAROOT", `{"Id":"one"}`)
			r.Body = io.NopCloser(strings.NewReader(`{"Id":"two"}`))
			return r
		}, 400, "InvalidSignatureException", false},
		{"temporary key past its end", func(w *world) *http.Request { return w.request("Put", "ASIAPAST", `{"Id":"one"}`) }, 400, "ExpiredTokenException", false},
		{"foreign session token", func(w *world) *http.Request { return past(w.request("Put", "ASIATEMP", `{"Id":"one"}`)) }, 400, "InvalidSignatureException", false},
		{"malformed body", func(w *world) *http.Request { return w.request("Put", "AKIAROOT", `{"Id":`) }, 400, "SerializationException", true},
		{"wrong type", func(w *world) *http.Request { return w.request("Put", "AKIAROOT", `{"Id":5}`) }, 400, "SerializationException", true},
		{"constraint", func(w *world) *http.Request { return w.request("Put", "AKIAROOT", `{"Id":"much too long"}`) }, 400, "InvalidParameterException", true},
		{"not allowed", func(w *world) *http.Request { return w.request("Put", "AKIAUSER", `{"Id":"one"}`) }, 400, "AccessDeniedException", true},
		{"not served", func(w *world) *http.Request { return w.request("Later", "AKIAROOT", `{"Id":"one"}`) }, 400, "NotServed", true},
		{"not in the model", func(w *world) *http.Request { return w.request("Nothing", "AKIAROOT", `{}`) }, 400, "UnknownOperationException", false},
		{"body over the limit", func(w *world) *http.Request {
			return w.request("Put", "AKIAROOT", `{"Id":"`+strings.Repeat("x", 5000)+`"}`)
		}, 413, "RequestEntityTooLargeException", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.g.Identities.(testIdentities)["ASIATEMP"].Expires = testNow.Add(time.Hour)
			status, body, records := w.call(c.request(w))
			if status != c.status || gjson.Get(body, "__type").String() != c.code {
				t.Errorf("answer %d %s, want %d %s", status, body, c.status, c.code)
			}
			if (len(records) == 1) != c.recorded {
				t.Errorf("records %v, want recorded %v", records, c.recorded)
			}
			if c.recorded && gjson.Get(records[0], "errorCode").String() != c.code {
				t.Errorf("record says %s", gjson.Get(records[0], "errorCode"))
			}
			if c.code != "" && w.noteText("one") != "" {
				t.Error("a refused call changed state")
			}
		})
	}
}

func TestCall_allowedByPolicyAndUnsigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if status, body, _ := w.call(w.request("Put", "AKIAUSER", `{"Id":"ok1"}`)); status != 200 {
		t.Errorf("allowed user: %d %s", status, body)
	}
	status, _, records := w.call(w.request("Open", "", `{"Id":"own"}`))
	if status != 200 || len(records) != 1 {
		t.Fatalf("unsigned call: %d, %d records", status, len(records))
	}
	if id := gjson.Get(records[0], "userIdentity").Raw; id != `{"type":"Unknown","principalId":"Anonymous"}` {
		t.Errorf("anonymous caller is %s", id)
	}
	if got := gjson.Get(records[0], "awsRegion").String(); got != "eu-west-1" {
		t.Errorf("Region of the owner, not %s", got)
	}
}

// What nobody owns has no record, so it must change nothing, whatever the operation does.
func TestCall_unownedChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	status, body, records := w.call(w.request("Open", "", `{"Id":"foreign"}`))
	if status != 500 || strings.Contains(body, "Echo") || len(records) != 0 || w.noteText("foreign") != "" {
		t.Errorf("answer %d %s, %d records, note %q", status, body, len(records), w.noteText("foreign"))
	}
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		if err := notes.Put(c.Tx, &note{in.Id, "written"}); err != nil {
			return nil, err
		}
		return nil, &schema.Error{Code: "ResourceNotFoundException", Message: "Unknown client."}
	}
	if status, body, _ = w.call(w.request("Open", "", `{"Id":"foreign"}`)); status != 400 || w.noteText("foreign") != "" {
		t.Errorf("an undone write counts: answer %d %s", status, body)
	}
}

// Without signatures a page in somebody's browser could act as root.
func TestCall_devModeRefusesForeignPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.g.Dev, w.g.LocalPage = true, func(r *http.Request) bool { return r.Header.Get("Origin") == "" }
	r := w.request("Put", "", `{"Id":"mine"}`)
	r.Header.Set("Origin", "https://attacker.example")
	if status, body, _ := w.call(r); status != 400 || !strings.Contains(body, "AccessDeniedException") || w.noteText("mine") != "" {
		t.Errorf("page of elsewhere: %d %s", status, body)
	}
	r = w.request("Open", "", `{"Id":"own"}`)
	r.Header.Set("Origin", "https://app.example")
	if status, body, _ := w.call(r); status != 200 {
		t.Errorf("calls of apps need no signature anyway: %d %s", status, body)
	}
	if status, body, _ := w.call(w.request("Put", "", `{"Id":"mine"}`)); status != 200 {
		t.Errorf("no page: %d %s", status, body)
	}
}

// The Region of a signature becomes part of keys and file names.
func TestCall_signedForNoRegion(t *testing.T) {
	t.Parallel()
	for _, dev := range []bool{false, true} {
		w := newWorld(t, nil)
		w.g.Dev = dev
		for _, region := range []string{"../x", "us-east-1 ", "", strings.Repeat("us-", 40) + "1"} {
			if dev && strings.Contains(region, "/") {
				continue // no signature at all, and dev mode asks for none
			}
			r := w.request("Put", "AKIAROOT", `{"Id":"one"}`)
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/us-east-1/", "/"+region+"/", 1))
			if status, body, records := w.call(r); status != 400 && status != 403 || len(records) != 0 || w.noteText("one") != "" {
				t.Errorf("dev %t, Region %q: answer %d %s, records %v", dev, region, status, body, records)
			}
		}
	}
}

func TestAccept_boundsCallsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for range cap(w.g.slots) {
		w.g.slots <- struct{}{}
	}
	if status, body, _ := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`)); status != 503 {
		t.Errorf("answer %d %s", status, body)
	}
	<-w.g.slots
	if status, _, _ := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`)); status != 200 {
		t.Errorf("with a free slot: %d", status)
	}
}

func TestSourceIP(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.0.0/16")}
	for _, c := range []struct {
		name, remote, forwarded, want string
		trusted                       []netip.Prefix
	}{
		{"no proxy trusted", "10.0.0.1:1", "203.0.113.9", "10.0.0.1", nil},
		{"peer is no trusted proxy", "198.51.100.7:1", "203.0.113.9", "198.51.100.7", proxies},
		{"last hop's word", "10.0.0.1:1", "203.0.113.9", "203.0.113.9", proxies},
		{"client's own claim is not believed", "10.0.0.1:1", "1.2.3.4, 203.0.113.9", "203.0.113.9", proxies},
		{"second prefix counts too", "10.0.0.1:1", "203.0.113.9, 192.168.1.1", "203.0.113.9", proxies},
		{"garbage ends the walk", "10.0.0.1:1", "203.0.113.9, garbage", "10.0.0.1", proxies},
		{"mapped IPv4", "[::ffff:10.0.0.1]:1", "203.0.113.9", "203.0.113.9", proxies},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": {c.forwarded}}}
		if got := SourceIP(r, c.trusted); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func BenchmarkCall(b *testing.B) {
	w := newWorld(&testing.T{}, nil)
	body := `{"Id":"one","Secret":"hunter2"}`
	r := w.request("Put", "AKIAROOT", body)
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader([]byte(body)))
		rec := httptest.NewRecorder()
		w.g.ServeHTTP(rec, r)
		if rec.Code != 200 {
			b.Fatal(rec.Body.String())
		}
	}
}
