package hosted_test

import (
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/hosted"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// world is a pool that confirms by link, with a domain, a client and the pages.
type world struct {
	*pooltest.World
	state        *mem.DB
	pages        *hosted.Pages
	pool, client string
	other        string // client of a pool without a domain
}

type nobody struct{}

func (nobody) Identify(store.Tx, string) (*gateway.Identity, error) { return nil, store.ErrNotFound }

func newWorld(t *testing.T, set func(*cognitoidp.CreateUserPoolInput)) *world {
	t.Helper()
	db := mem.New()
	w := &world{World: pooltest.Over(t, db), state: db}
	models, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	var api *schema.Service
	for _, m := range models {
		if m.Name == "cognito-idp" {
			api = m
		}
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	g := gateway.New(gateway.Config{
		Services: []*schema.Service{api}, Operations: w.S.Operations(api), State: db, Identities: nobody{}, Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity},
		Clock: w, Log: log, Followers: map[string]op.Follower{userpool.NoticeKind: w.S.Realm.Notify},
	})
	w.pages = &hosted.Pages{State: db, Pipeline: g, SignUps: w.S.Signup, API: api, Suffix: "localhost", Own: func(host string) bool { return host == "localhost" }, Log: log}
	w.pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.VerificationMessageTemplate = &cognitoidp.VerificationMessageTemplateType{
			DefaultEmailOption: new("CONFIRM_WITH_LINK"), EmailMessageByLink: new("Welcome. {##Confirm##}"), EmailSubjectByLink: new("Confirm"),
		}
		if set != nil {
			set(in)
		}
	})
	w.client = *w.Client(w.pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("LEGACY") }).ClientId
	w.other = *w.Client(w.Pool(nil), nil).ClientId
	pooltest.Must(w.World, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: w.pool, Domain: "shop"})
	return w
}

func (w *world) signUp(name, email string) pooltest.Result {
	_, res := pooltest.Do(w.World, w.S.Signup.SignUp, &cognitoidp.SignUpInput{
		ClientId: w.client, Username: name, Password: new(pooltest.Password), UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: &email}},
	})
	return res
}

var anchor = regexp.MustCompile(`<a href="([^"]*)">`)

// link is the address in the newest message.
func (w *world) link() string {
	w.T.Helper()
	all := w.Messages()
	m := anchor.FindStringSubmatch(all[len(all)-1].Body)
	if m == nil {
		w.T.Fatalf("no link in %q", all[len(all)-1].Body)
	}
	return html.UnescapeString(m[1])
}

type answer struct {
	served bool
	*httptest.ResponseRecorder
	record gjson.Result // the one that was left, if any
}

func (w *world) do(method, address string) answer {
	w.T.Helper()
	w.records()
	r := httptest.NewRequest(method, address, nil)
	r.Header.Set("User-Agent", "Mozilla/5.0")
	r.RemoteAddr = "198.51.100.7:1234"
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	a.served = w.pages.Serve(a.ResponseRecorder, r)
	all := w.records()
	if len(all) > 1 {
		w.T.Errorf("%s %s left %d records", method, address, len(all))
	}
	if len(all) > 0 {
		a.record = gjson.ParseBytes(all[0])
	}
	return a
}

// records are those left since it was asked last.
func (w *world) records() (out [][]byte) {
	w.T.Helper()
	for {
		taken, err := w.state.Take(context.Background(), 100)
		if err != nil {
			w.T.Fatal(err)
		}
		if len(taken) == 0 {
			return out
		}
		for _, r := range taken {
			if r.Kind == store.AuditRecord {
				out = append(out, r.Data)
			}
		}
	}
}

func (w *world) status(name string) userpool.Status { return w.Stored(w.pool, name).Status }

const (
	okTitle  = "<h1>Your account is confirmed</h1><p>You can sign in now.</p>"
	badTitle = "<h1>This link does not work</h1>"
)

// The link of the message confirms the user, once, and leaves the record that AWS leaves.
func TestConfirmUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if res := w.signUp("jo&co", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	m := w.Messages()[0]
	if m.Subject != "Confirm" || !strings.HasPrefix(m.Body, `Welcome. <a href="https://shop.auth.us-east-1.localhost/confirmUser?client_id=`+w.client+`&amp;user_name=jo%26co&amp;confirmation_code=`) || !strings.HasSuffix(m.Body, ">Confirm</a>") {
		t.Errorf("message %+v", m)
	}
	u := w.Stored(w.pool, "jo&co")
	if u.Status != userpool.Unconfirmed || u.Verified("email") {
		t.Fatalf("before: %+v", u)
	}
	a := w.do(http.MethodGet, w.link())
	if !a.served || a.Code != 200 || !strings.Contains(a.Body.String(), okTitle) {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if u := w.Stored(w.pool, "jo&co"); u.Status != userpool.Confirmed || !u.Verified("email") {
		t.Errorf("after: %+v", u)
	}
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'", "Access-Control-Allow-Origin": "",
	} {
		if got := a.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if b := a.Body.String(); strings.Contains(b, "jo") || strings.Contains(b, "<script") || strings.Contains(b, "http") {
		t.Errorf("the page tells or loads something: %s", b)
	}
	const h = "HIDDEN_FOR_SECURITY_REASONS"
	for path, want := range map[string]string{
		"eventName": "Confirm_With_Link_GET", "eventType": "AwsServiceEvent", "eventSource": "cognito-idp.amazonaws.com", "userIdentity": `{"accountId":"` + pooltest.Account + `"}`,
		"requestParameters": "", "responseElements": "", "errorCode": "", "readOnly": "false", "recipientAccountId": pooltest.Account, "awsRegion": pooltest.Region,
		"sourceIPAddress": "198.51.100.7", "userAgent": "Mozilla/5.0", "requestID": a.Header().Get("X-Amzn-Requestid"), "resources": "", "tlsDetails": "",
		"additionalEventData": `{"responseParameters":{"status":200},"requestParameters":{"client_id":["` + w.client + `"],"confirmation_code":["` + h + `"],"user_name":["` + h + `"]},` +
			`"userPoolDomain":"shop.auth.us-east-1.localhost","userPoolId":"` + w.pool + `","sub":"` + u.Sub + `"}`,
	} {
		if got := a.record.Get(path).String(); got != want {
			t.Errorf("record, %s: %s, want %s", path, got, want)
		}
	}
	w.Tokens(w.client, "jo&co")
	again := w.do(http.MethodGet, w.link())
	if again.Code != 400 || !strings.Contains(again.Body.String(), badTitle) || again.record.Get("additionalEventData.responseParameters.status").Int() != 400 {
		t.Errorf("a second time: %d %s %s", again.Code, again.Body, again.record)
	}
}

// A domain of managed login has names of its own for the same. Letters of the path and a slash behind it do not matter.
func TestConfirmUser_managed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	pooltest.Must(w.World, w.S.Domain.UpdateUserPoolDomain, &cognitoidp.UpdateUserPoolDomainInput{UserPoolId: w.pool, Domain: "shop", ManagedLoginVersion: new(int64(2))})
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	a := w.do(http.MethodGet, strings.Replace(w.link(), ".localhost/confirmUser", ".LOCALHOST:4700/confirmuser/", 1))
	if a.Code != 200 || a.record.Get("eventName").Str != "confirmUser_GET" || w.status("jo") != userpool.Confirmed {
		t.Errorf("%d %s %s", a.Code, a.Body, a.record)
	}
}

// The pool's custom domain goes before its prefix.
func TestConfirmUser_customDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	pooltest.Must(w.World, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{
		UserPoolId: w.pool, Domain: "login.example.com", CustomDomainConfig: &cognitoidp.CustomDomainConfigType{CertificateArn: "arn:aws:acm:us-east-1:" + pooltest.Account + ":certificate/c"},
	})
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	if !strings.HasPrefix(w.link(), "https://login.example.com/confirmUser?") {
		t.Errorf("link %s", w.link())
	}
	a := w.do(http.MethodGet, w.link())
	if a.Code != 200 || a.record.Get("additionalEventData.userPoolDomain").Str != "login.example.com" || w.status("jo") != userpool.Confirmed {
		t.Errorf("%d %s %s", a.Code, a.Body, a.record)
	}
	for _, address := range []string{"https://login.example.com/", "https://login.example.com/login", "https://else.example.com/confirmUser", "http://localhost/confirmUser", "http://127.0.0.1/confirmUser"} {
		if a := w.do(http.MethodGet, address); a.served {
			t.Errorf("%s is taken from the APIs: %d %s", address, a.Code, a.Body)
		}
	}
}

// What does not confirm anybody looks the same whatever was wrong, changes nothing, and leaves a record with its status.
func TestConfirmUser_refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	good, err := url.Parse(w.link())
	if err != nil {
		t.Fatal(err)
	}
	w.User(w.pool, "bo", "bo@example.com")
	body := ""
	for name, change := range map[string]func(q url.Values){
		"a wrong code":           func(q url.Values) { q.Set("confirmation_code", "12345x") },
		"no code":                func(q url.Values) { q.Del("confirmation_code") },
		"two codes":              func(q url.Values) { q.Add("confirmation_code", q.Get("confirmation_code")) },
		"an empty code":          func(q url.Values) { q.Set("confirmation_code", "") },
		"nobody":                 func(q url.Values) { q.Set("user_name", "nobody") },
		"no name":                func(q url.Values) { q.Del("user_name") },
		"somebody confirmed":     func(q url.Values) { q.Set("user_name", "bo") },
		"an endless name":        func(q url.Values) { q.Set("user_name", strings.Repeat("x", 4000)) },
		"no client":              func(q url.Values) { q.Del("client_id") },
		"unknown client":         func(q url.Values) { q.Set("client_id", "nothing") },
		"client of another pool": func(q url.Values) { q.Set("client_id", w.other) },
		"a script":               func(q url.Values) { q.Set("user_name", "<script>alert(1)</script>") },
	} {
		q := good.Query()
		change(q)
		to := *good
		to.RawQuery = q.Encode()
		a := w.do(http.MethodGet, to.String())
		if body == "" {
			body = a.Body.String()
		}
		if a.Code != 400 || a.Body.String() != body || !strings.Contains(body, badTitle) {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
		r := a.record
		if r.Get("eventName").Str != "Confirm_With_Link_GET" || r.Get("additionalEventData.responseParameters.status").Int() != 400 || r.Get("errorCode").Exists() ||
			strings.Contains(r.Raw, good.Query().Get("confirmation_code")) || strings.Contains(r.Raw, "nobody") || strings.Contains(r.Raw, "script") {
			t.Errorf("%s: record %s", name, r)
		}
		if w.status("jo") != userpool.Unconfirmed {
			t.Fatalf("%s confirmed", name)
		}
	}
	if a := w.do(http.MethodGet, good.String()); a.Code != 200 {
		t.Errorf("the whole link: %d %s", a.Code, a.Body)
	}
}

// A link that was mangled on its way confirms nobody, and its code, which is still good, does not reach the record: not as part of the
// client's id, nor as a name.
func TestConfirmUser_mangled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if res := w.signUp("mangled-jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	good, err := url.Parse(w.link())
	if err != nil {
		t.Fatal(err)
	}
	for name, mangle := range map[string]*strings.Replacer{
		"one value": strings.NewReplacer("&", "%26"), "one name": strings.NewReplacer("&", "%26", "=", "%3D"), "names without values": strings.NewReplacer("=", "%3D"),
	} {
		to := *good
		to.RawQuery = mangle.Replace(good.RawQuery)
		a := w.do(http.MethodGet, to.String())
		if a.Code != 400 || !a.record.Exists() || strings.Contains(a.record.Raw, good.Query().Get("confirmation_code")) || strings.Contains(a.record.Raw, "mangled-jo") {
			t.Errorf("%s: %d, record %s", name, a.Code, a.record)
		}
	}
	if a := w.do(http.MethodGet, good.String()); a.Code != 200 {
		t.Errorf("the whole link: %d %s", a.Code, a.Body)
	}
}

// Codes of links are guessed no more often than others, and end in their time.
func TestConfirmUser_limits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	for range userpool.ConfirmLimit.Max {
		w.do(http.MethodGet, w.link()+"0")
	}
	if a := w.do(http.MethodGet, w.link()); a.Code != 400 || w.status("jo") != userpool.Unconfirmed {
		t.Errorf("after as many guesses as may be: %d", a.Code)
	}
	_, res := pooltest.Do(w.World, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: w.client, Username: "jo", ConfirmationCode: w.Code()})
	w.Refused(res, "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	w.Advance(time.Hour)
	if a := w.do(http.MethodGet, w.link()); a.Code != 200 || w.status("jo") != userpool.Confirmed {
		t.Errorf("an hour later: %d", a.Code)
	}
	if res := w.signUp("al", "al@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	old := w.link()
	pooltest.Must(w.World, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: w.client, Username: "al"})
	if a := w.do(http.MethodGet, old); w.link() != old && a.Code != 400 {
		t.Errorf("the link before the newest: %d", a.Code)
	}
	w.Advance(24 * time.Hour)
	if a := w.do(http.MethodGet, w.link()); a.Code != 400 || w.status("al") != userpool.Unconfirmed {
		t.Errorf("after a day: %d", a.Code)
	}
}

// The pool's functions are asked as ConfirmSignUp asks them. One that fails after the commit does not undo it.
func TestConfirmUser_functions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(in *cognitoidp.CreateUserPoolInput) { in.LambdaConfig = pooltest.AllTriggers("V1_0") })
	w.Program(func(source string, e gjson.Result) (string, error) {
		if source != "CustomMessage_SignUp" {
			return "", nil
		}
		if e.Get("request.linkParameter").Str != "{##Click Here##}" {
			t.Errorf("event %s", e)
		}
		return `{"emailMessage":"Hi. {##Click Here##}","emailSubject":"Hi","smsMessage":null}`, nil
	})
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	if m := w.Messages()[0]; m.Subject != "Hi" || !strings.HasSuffix(m.Body, ">Click Here</a>") {
		t.Errorf("message %+v", m)
	}
	w.Events()
	a := w.do(http.MethodGet, w.link())
	events := w.Events()
	if a.Code != 200 || len(events) != 1 || events[0].Get("triggerSource").Str != "PostConfirmation_ConfirmSignUp" || events[0].Get("callerContext.clientId").Str != w.client {
		t.Errorf("%d %s, events %v", a.Code, a.Body, events)
	}
	w.Program(func(source string, _ gjson.Result) (string, error) {
		if source == "PostConfirmation_ConfirmSignUp" {
			return "", errors.New("CANARY")
		}
		return "", nil
	})
	if res := w.signUp("al", "al@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	a = w.do(http.MethodGet, w.link())
	if a.Code != 400 || !strings.Contains(a.Body.String(), "Something that should follow failed.") || strings.Contains(a.Body.String(), "CANARY") || w.status("al") != userpool.Confirmed {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if status := a.record.Get("additionalEventData.responseParameters.status").Int(); status != 400 {
		t.Errorf("record %s", a.record)
	}
}

// Without a domain there is nowhere to go: nobody is signed up, and nobody learns who is.
func TestSignUp_linkWithoutDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	link := w.link()
	pooltest.Must(w.World, w.S.Domain.DeleteUserPoolDomain, &cognitoidp.DeleteUserPoolDomainInput{UserPoolId: w.pool, Domain: "shop"})
	const none = "Cannot perform specific action because there does not exist a valid use pool domain associated with the user pool"
	w.Refused(w.signUp("al", "al@example.com"), "InvalidParameterException", none)
	for _, name := range []string{"jo", "nobody"} {
		_, res := pooltest.Do(w.World, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: w.client, Username: name})
		w.Refused(res, "InvalidParameterException", none)
	}
	if a := w.do(http.MethodGet, link); !a.served || a.Code != 404 || a.record.Exists() || w.status("jo") != userpool.Unconfirmed {
		t.Errorf("the former domain: %d %s %s", a.Code, a.Body, a.record)
	}
}

// Other messages keep their codes: a link could not take the new password, and AWS sends codes for changed addresses.
func TestLink_otherMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.User(w.pool, "jo", "jo@example.com")
	pooltest.Must(w.World, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: w.client, Username: "jo"})
	access := w.Tokens(w.client, "jo").AccessToken
	pooltest.Must(w.World, w.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{
		AccessToken: *access, UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("jo2@example.com")}},
	})
	all := w.Messages()
	if len(all) < 2 {
		t.Fatalf("%d messages", len(all))
	}
	for _, m := range all {
		if strings.Contains(m.Body, "<a ") || strings.Contains(m.Body, "{##") {
			t.Errorf("message %+v", m)
		}
	}
}

// Only what is there answers, in the ways it is meant: nothing that a program which looks at mails tries confirms anybody but a GET.
func TestPages_others(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if res := w.signUp("jo", "jo@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	const host = "http://shop.auth.us-east-1.localhost:4700"
	for _, c := range []struct {
		method, address string
		status          int
	}{
		{http.MethodHead, w.link(), 405},
		{http.MethodPost, w.link(), 405},
		{http.MethodOptions, w.link(), 405},
		{http.MethodGet, host + "/", 404},
		{http.MethodGet, host + "/login", 404},
		{http.MethodPost, host + "/", 404},
		{http.MethodGet, "http://other.auth.us-east-1.localhost/confirmUser", 404},
		{http.MethodGet, "http://shop.auth.eu-west-1.localhost/confirmUser", 404},
	} {
		a := w.do(c.method, c.address)
		if !a.served || a.Code != c.status || a.record.Exists() || a.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: %v %d %s", c.method, c.address, a.served, a.Code, a.record)
		}
	}
	if w.status("jo") != userpool.Unconfirmed {
		t.Error("confirmed")
	}
	for _, address := range []string{"http://shop.s3.us-east-1.localhost/x", "http://auth.us-east-1.localhost/confirmUser", "http://a.b.auth.us-east-1.localhost/", "http://shop.auth.nowhere.localhost/"} {
		if a := w.do(http.MethodGet, address); a.served {
			t.Errorf("%s is taken: %d", address, a.Code)
		}
	}
}
