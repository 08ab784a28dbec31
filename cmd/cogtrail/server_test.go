package main

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/trail/history"
)

// running is a server that serves until the test ends or stop is called.
type running struct {
	testing.TB
	s    *server
	base string
	stop func() error
}

func serve(t testing.TB, c *Config) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := newServer(ctx, c, none, newLogger(io.Discard, "error"))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	r := &running{TB: t, s: s, base: "http://" + s.lis.Addr().String()}
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	r.until("ready", func() bool { return r.do(http.MethodGet, "/_cogtrail/health", "", nil).status == http.StatusOK })
	return r
}

// until polls for something that happens beside the test.
func (r *running) until(what string, done func() bool) {
	r.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.Fatalf("not %s in time", what)
		}
	}
}

// response is an answer, read.
type response struct {
	status int
	header http.Header
	body   string
}

// do makes one request; path may be an absolute URL.
func (r *running) do(method, path, body string, header map[string]string) response {
	r.Helper()
	if strings.HasPrefix(path, "/") {
		path = r.base + path
	}
	req, err := http.NewRequestWithContext(r.Context(), method, path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if host := header["Host"]; host != "" {
		req.Host = host
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	return response{res.StatusCode, res.Header, string(text)}
}

// cognito calls an operation of user pools and returns its answer.
func (r *running) cognito(operation, in string) map[string]any {
	r.Helper()
	a := r.do(http.MethodPost, "/", in, map[string]string{
		"X-Amz-Target": "AWSCognitoIdentityProviderService." + operation, "Content-Type": "application/x-amz-json-1.1",
		"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260302/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=" + strings.Repeat("0", 64),
		"X-Amz-Date":    "20260302T101530Z",
	})
	var out map[string]any
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || a.status != http.StatusOK {
		r.Fatalf("%s: %d %s", operation, a.status, a.body)
	}
	return out
}

// history are the records of an eventSource in the server's own account and Region.
func (r *running) history(source string) (out []gjson.Result) {
	r.Helper()
	if err := r.s.parts.drainer.WaitSettled(r.Context()); err != nil {
		r.Fatal(err)
	}
	c, now := r.s.config, r.s.clock.Now()
	found, _, err := historyReader{r.s.engines.segments}.Lookup(r.Context(), history.Query{
		Account: c.Account, Region: c.Region, From: now.Add(-time.Hour), To: now, Key: "EventSource", Value: source, Limit: 50,
	})
	if err != nil {
		r.Fatal(err)
	}
	for _, f := range found {
		out = append(out, gjson.ParseBytes(f.Record))
	}
	return out
}

func (r *running) pool() string {
	r.Helper()
	return r.cognito("CreateUserPool", `{"PoolName":"shop"}`)["UserPool"].(map[string]any)["Id"].(string)
}

// documents reads what a pool publishes.
func (r *running) documents(pool string) {
	t := r.TB
	var discovery map[string]any
	a := r.do(http.MethodGet, "/"+pool+"/.well-known/openid-configuration", "", nil)
	if err := json.Unmarshal([]byte(a.body), &discovery); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if discovery["issuer"] != r.base+"/"+pool || discovery["jwks_uri"] != r.base+"/"+pool+"/.well-known/jwks.json" {
		t.Errorf("discovery %s", a.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	var keys struct {
		Keys []struct{ Alg, E, Kid, Kty, N, Use, D string }
	}
	a = r.do(http.MethodGet, discovery["jwks_uri"].(string), "", nil)
	if err := json.Unmarshal([]byte(a.body), &keys); err != nil || a.status != http.StatusOK || len(keys.Keys) != 2 {
		t.Fatalf("%d %s, want two keys", a.status, a.body)
	}
	for _, k := range keys.Keys {
		if k.Alg != "RS256" || k.E != "AQAB" || k.Kty != "RSA" || k.Use != "sig" || len(k.N) != 342 || k.Kid == "" || k.D != "" {
			t.Errorf("key %+v", k)
		}
	}
	head := r.do(http.MethodHead, "/"+pool+"/.well-known/jwks.json", "", nil)
	if head.status != http.StatusOK || head.body != "" || head.header.Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("HEAD: %+v", head)
	}
}

func TestFront(t *testing.T) {
	t.Parallel()
	r := serve(t, configure(t, func(c *Config) { c.Dev = true }))
	pool := r.pool()
	r.documents(pool)
	type want struct {
		status int
		body   string // exactly; "*": not compared
		header map[string]string
	}
	for name, tc := range map[string]struct {
		method, path string
		header       map[string]string
		want         want
	}{
		"unknown pool": {
			http.MethodGet, "/us-east-1_unknown00/.well-known/jwks.json", nil,
			want{400, `{"message":"User pool us-east-1_unknown00 does not exist."}`, map[string]string{"Content-Type": "application/json", "Cache-Control": "", "Access-Control-Allow-Origin": "*"}},
		},
		"pool that is a script": {
			http.MethodGet, "/x_%22%3Cscript%3E%5C/.well-known/openid-configuration", nil,
			want{400, `{"message":"User pool x_script does not exist."}`, map[string]string{"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}},
		},
		"unknown document": {http.MethodGet, "/" + pool + "/.well-known/keys", nil, want{404, "404 page not found\n", nil}},
		"private document": {http.MethodGet, "/" + pool + "/.well-known/", nil, want{404, "404 page not found\n", nil}},
		"document to post": {http.MethodPost, "/" + pool + "/.well-known/jwks.json", nil, want{status: -1, body: "*"}}, // the gateway's affair, and no document
		"own endpoint":     {http.MethodGet, "/_cogtrail/nothing", nil, want{404, "{\"error\":\"no such endpoint\"}\n", nil}},
		"own endpoint of other words": {
			http.MethodGet, "/_cogtrail", nil, want{status: -1, body: "*"},
		},
		"preflight": {
			http.MethodOptions, "/", map[string]string{"Origin": "https://app.example.com", "Access-Control-Request-Headers": "x-amz-target,content-type"},
			want{200, "", map[string]string{
				"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET,HEAD,POST,PUT,DELETE",
				"Access-Control-Allow-Headers": "x-amz-target,content-type", "Access-Control-Max-Age": "172800",
			}},
		},
		"preflight of a document": {
			http.MethodOptions, "/" + pool + "/.well-known/jwks.json", map[string]string{"Origin": "https://app.example.com"},
			want{200, "", map[string]string{"Access-Control-Allow-Origin": "*"}},
		},
		"health":                   {http.MethodGet, "/_cogtrail/health", nil, want{200, "*", map[string]string{"Content-Type": "application/json"}}},
		"metrics":                  {http.MethodGet, "/_cogtrail/metrics", nil, want{200, "*", nil}},
		"messages":                 {http.MethodGet, "/_cogtrail/messages", nil, want{200, "{\"messages\":[]}\n", nil}},
		"name of elsewhere (dev)":  {http.MethodGet, "/_cogtrail/health", map[string]string{"Host": "attacker.example"}, want{421, "*", nil}},
		"page of elsewhere (dev)":  {http.MethodGet, "/_cogtrail/messages", map[string]string{"Origin": "https://attacker.example"}, want{403, "*", nil}},
		"preflight of own (dev)":   {http.MethodOptions, "/_cogtrail/reset", map[string]string{"Origin": "https://attacker.example"}, want{403, "*", nil}},
		"preflight of own (local)": {http.MethodOptions, "/_cogtrail/reset", map[string]string{"Origin": "http://localhost:3000"}, want{404, "*", map[string]string{"Access-Control-Allow-Origin": ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := *r
			r.TB = t
			a := r.do(tc.method, tc.path, "", tc.header)
			if tc.want.status == -1 {
				if a.status < 400 || strings.Contains(a.body, `"keys"`) {
					t.Errorf("%d %s, want a refusal", a.status, a.body)
				}
				return
			}
			if a.status != tc.want.status || tc.want.body != "*" && a.body != tc.want.body {
				t.Errorf("%d %q, want %d %q", a.status, a.body, tc.want.status, tc.want.body)
			}
			for k, v := range tc.want.header {
				if a.header.Get(k) != v {
					t.Errorf("%s: %q, want %q", k, a.header.Get(k), v)
				}
			}
		})
	}
}

// The life of a data folder: used, held against others, found whole, damaged,
// found damaged.
func TestServer_dataFolder(t *testing.T) {
	t.Parallel()
	c := configure(t, func(c *Config) { c.Dev = true })
	r := serve(t, c)
	if !r.s.made {
		t.Error("the root key is not new")
	}
	r.pool()
	r.until("sealed", func() bool {
		return strings.Contains(r.do(http.MethodGet, "/_cogtrail/metrics", "", nil).body, "\ncogtrail_outbox_pending 0\n")
	})
	code, _, errs := shell{TB: t}.run("check", "--data", c.Data)
	if code != exitFault || !strings.HasSuffix(errs, "data folder is in use by another process\n") {
		t.Errorf("check beside the server: exit %d, %q", code, errs)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if code, out, errs := (shell{TB: t}).run("check", "--data", c.Data); code != exitOK || !strings.HasSuffix(out, "\nno fault found\n") {
		t.Errorf("check after the server: exit %d, %q, %q", code, out, errs)
	}
	var segments []string
	err := filepath.WalkDir(filepath.Join(c.Data, "segments"), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".parquet") {
			segments = append(segments, path)
		}
		return err
	})
	if err != nil || len(segments) == 0 {
		t.Fatalf("segments %v, %v", segments, err)
	}
	slices.Sort(segments)
	if err := os.Truncate(segments[0], 100); err != nil {
		t.Fatal(err)
	}
	code, out, errs := shell{TB: t}.run("check", "--data", c.Data)
	if code != exitFault || !strings.Contains(out, "\n  fault: ") || strings.Contains(out, "no fault found") || !strings.HasSuffix(errs, " faults found\n") {
		t.Errorf("check of a damaged folder: exit %d, %q, %q", code, out, errs)
	}
}

func TestServer_reset(t *testing.T) {
	t.Parallel()
	r := serve(t, configure(t, func(c *Config) { c.Dev = true }))
	root := r.s.root
	pool := r.pool()
	if a := r.do(http.MethodPost, "/_cogtrail/clock", `{"advance":"90m"}`, nil); a.status != http.StatusOK {
		t.Errorf("clock: %d %s", a.status, a.body)
	}
	if d := time.Until(r.s.clock.Now()); d < 89*time.Minute || d > 90*time.Minute {
		t.Errorf("the clock is %s before", d)
	}
	if a := r.do(http.MethodPost, "/_cogtrail/reset", "", nil); a.status != http.StatusOK || a.body != "{\"status\":\"empty\"}\n" {
		t.Fatalf("reset: %d %s", a.status, a.body)
	}
	if a := r.do(http.MethodGet, "/"+pool+"/.well-known/jwks.json", "", nil); a.status != http.StatusBadRequest {
		t.Errorf("the pool is still there: %d %s", a.status, a.body)
	}
	if a := r.do(http.MethodGet, "/_cogtrail/health", "", nil); a.status != http.StatusOK {
		t.Errorf("health: %d %s", a.status, a.body)
	}
	if kept, made, err := loadRootKey(r.s.config.Data, none); err != nil || made || kept != root {
		t.Errorf("root key %+v, %v, want the former", kept, err)
	}
	if pools := r.cognito("ListUserPools", `{"MaxResults":10}`)["UserPools"]; len(pools.([]any)) != 0 {
		t.Errorf("pools %v", pools)
	}
	r.pool() // it works
	if own := r.history(ownapi.Source); len(own) != 1 || own[0].Get("eventName").Str != "ResetServer" {
		t.Errorf("records %v", own)
	}
}

// Outside dev mode messages want the root key, and what empties is not there.
func TestServer_withoutDev(t *testing.T) {
	t.Parallel()
	r := serve(t, configure(t, func(*Config) {}))
	for name, tc := range map[string]struct {
		method, path, body string
		header             map[string]string
		status             int
	}{
		"messages for nobody": {http.MethodGet, "/_cogtrail/messages", "", nil, 401},
		"reset":               {http.MethodPost, "/_cogtrail/reset", "", nil, 404},
		"clock":               {http.MethodPost, "/_cogtrail/clock", `{"advance":"1h"}`, nil, 404},
		"health":              {http.MethodGet, "/_cogtrail/health", "", nil, 200},
		"any Host":            {http.MethodGet, "/_cogtrail/health", "", map[string]string{"Host": "cogtrail.example"}, 200},
	} {
		if a := r.do(tc.method, tc.path, tc.body, tc.header); a.status != tc.status {
			t.Errorf("%s: %d %s, want %d", name, a.status, a.body, tc.status)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+"/_cogtrail/messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(r.s.root.ID, r.s.root.Secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("messages for root: %d", res.StatusCode)
	}
	if own := r.history(ownapi.Source); len(own) != 1 || own[0].Get("eventName").Str != "ListMessages" || own[0].Get("userIdentity.accessKeyId").Str != r.s.root.ID {
		t.Errorf("records %v", own)
	}
}

// The root key is shown once; its secret is shown nowhere else.
func TestServer_greet(t *testing.T) {
	t.Parallel()
	c := &Config{PublicURL: "http://127.0.0.1:4700", Data: "/data"}
	key := rootKey{"AKIAX", "s3cret"}
	const head, foot = "cogtrail development on http://127.0.0.1:4700, data in /data\n", "Point clients at it with AWS_ENDPOINT_URL=http://127.0.0.1:4700\n"
	for name, tc := range map[string]struct {
		dev, made bool
		want      string
	}{
		"later":      {false, false, head + foot},
		"first time": {false, true, head + "Root access key, shown this once and kept in /data/root-credentials:\n  AWS_ACCESS_KEY_ID=AKIAX\n  AWS_SECRET_ACCESS_KEY=s3cret\n" + foot},
		"dev mode":   {true, false, head + "DEV MODE: any credentials act as root and no signature is checked.\n" + foot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			config := *c
			config.Dev = tc.dev
			(&server{config: &config, root: key, made: tc.made}).greet(&b)
			if b.String() != tc.want {
				t.Errorf("%q, want %q", b.String(), tc.want)
			}
		})
	}
}

// A reset does not wait for itself, but for everyone else.
func TestSwap(t *testing.T) {
	t.Parallel()
	var s swap
	locked := make(map[string]bool)
	var mu sync.Mutex
	s.h = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		free := s.mu.TryLock()
		if free {
			s.mu.Unlock()
		}
		mu.Lock()
		defer mu.Unlock()
		locked[r.URL.Path] = !free
	})
	for _, path := range []string{"/_cogtrail/reset", "/_cogtrail/health", "/"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.ServeHTTP(nil, r)
	}
	if want := map[string]bool{"/_cogtrail/reset": false, "/_cogtrail/health": true, "/": true}; !maps.Equal(locked, want) {
		t.Errorf("held up by: %v, want %v", locked, want)
	}
}
