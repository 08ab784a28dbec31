package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

var background = context.Background()

// patience bounds every wait for something that takes milliseconds on an idle machine.
const patience = 30 * time.Second

// eventually asks ok again until it holds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}

// probe collects the refusals of one test and looks for their records at its end.
type probe struct {
	*testing.T
	began time.Time

	mu   sync.Mutex
	want map[string]string // request id to variant
	n    int
}

func newProbe(t *testing.T) *probe {
	p := &probe{T: t, began: time.Now(), want: map[string]string{}}
	t.Cleanup(func() {
		variants.Add(int64(p.n))
		t.Logf("%d variants", p.n)
	})
	return p
}

// refused counts a variant and fails unless it was answered with one of the
// codes, or with any client's error or "not implemented" if none is given. No
// answer at all, because the connection was refused, is a refusal as well.
func (p *probe) refused(variant string, a *server.Answer, err error, codes ...string) bool {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n++
	switch {
	case err != nil && len(codes) == 0:
		return true
	case err != nil:
		p.Errorf("%s: %v", variant, err)
		return false
	case len(codes) == 0 && a.Status == http.StatusNotImplemented:
		return true
	case a.Status/100 == 4 && (len(codes) == 0 || slices.Contains(codes, a.Code)):
		return true
	}
	p.Errorf("%s: answer %d %s %.300s, want %v", variant, a.Status, a.Code, a.Body, codes)
	return false
}

// recorded is refused, and the refusal must be in the Event history.
func (p *probe) recorded(variant string, a *server.Answer, err error, codes ...string) {
	p.Helper()
	if !p.refused(variant, a, err, codes...) || a == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if a.RequestID == "" {
		p.Errorf("%s: the answer has no request id", variant)
		return
	}
	p.want[a.RequestID] = variant
}

// settle waits until every refusal is recorded, each once and with its error.
func (p *probe) settle() {
	p.Helper()
	var missing []string
	for deadline := time.Now().Add(patience); ; {
		events, err := srv.Events(p.Context(), p.began, "")
		if err != nil {
			p.Fatal(err)
		}
		seen := map[string]int{}
		for _, e := range events {
			if _, ok := p.want[e.RequestID]; !ok {
				continue
			}
			seen[e.RequestID]++
			if e.ErrorCode == "" {
				p.Errorf("%s is recorded as a success: %s", p.want[e.RequestID], e.Raw)
			}
		}
		missing = nil
		for id, variant := range p.want {
			if seen[id] != 1 {
				missing = append(missing, fmt.Sprintf("%s (%d times)", variant, seen[id]))
			}
		}
		if len(missing) == 0 {
			return
		}
		if time.Now().After(deadline) {
			break
		}
		<-time.After(100 * time.Millisecond)
	}
	p.Errorf("%d refusals are not recorded once, such as %s", len(missing), missing[0])
}

// must fails the test on an error.
func (p *probe) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// call is a signed call, or an unsigned one without credentials.
func (p *probe) call(c *server.Credentials, service, operation string, in any) (*server.Answer, error) {
	p.Helper()
	return srv.Call(p.Context(), c, service, operation, in)
}

// root makes a call as root that has to succeed, and returns the answer's tree.
func (p *probe) root(service, operation string, in any) map[string]any {
	p.Helper()
	a, err := srv.Call(p.Context(), &srv.Root, service, operation, in)
	if err == nil {
		err = a.Err()
	}
	if err != nil {
		p.Fatalf("%s: %v", operation, err)
	}
	var out map[string]any
	if len(a.Body) > 0 && a.Body[0] == '{' {
		p.must(json.Unmarshal(a.Body, &out))
	}
	return out
}

var serial atomic.Int64

// name is a name that nobody else uses.
func name(prefix string) string { return fmt.Sprintf("%s%d", prefix, serial.Add(1)) }

// user makes an IAM user with a policy, or none if it is empty.
func (p *probe) user(policy string) (string, server.Credentials) {
	p.Helper()
	who := name("user")
	p.root("iam", "CreateUser", url.Values{"UserName": {who}})
	if policy != "" {
		p.root("iam", "PutUserPolicy", url.Values{"UserName": {who}, "PolicyName": {"p"}, "PolicyDocument": {policy}})
	}
	return who, p.key(who)
}

func (p *probe) key(user string) server.Credentials {
	p.Helper()
	a, err := srv.Call(p.Context(), &srv.Root, "iam", "CreateAccessKey", url.Values{"UserName": {user}})
	p.must(err)
	p.must(a.Err())
	return credentials(a)
}

// credentials reads an XML answer.
func credentials(a *server.Answer) server.Credentials {
	return server.Credentials{
		ID: element(a, "AccessKeyId"), Secret: element(a, "SecretAccessKey"), Token: element(a, "SessionToken"),
	}
}

func element(a *server.Answer, name string) string {
	_, rest, _ := strings.Cut(string(a.Body), "<"+name+">")
	text, _, _ := strings.Cut(rest, "<")
	return text
}

func allow(actions, resource string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%s,"Resource":%q}]}`, actions, resource)
}

// pool makes a user pool.
func (p *probe) pool(more map[string]any) *server.Pool {
	p.Helper()
	out, err := srv.MakePool(p.Context(), name("pool"), more)
	p.must(err)
	return out
}

const (
	password  = "Correct-Horse-42"
	wrong     = "Wrong-Horse-42"
	nae       = "NotAuthorizedException"
	incorrect = "Incorrect username or password."
	idp       = "cognito-idp"
)

// person makes a confirmed user with a password.
func (p *probe) person(pool, who string, attributes map[string]string) {
	p.Helper()
	in := map[string]any{"UserPoolId": pool, "Username": who, "MessageAction": "SUPPRESS"}
	var list []any
	for k, v := range attributes {
		list = append(list, map[string]string{"Name": k, "Value": v})
	}
	if list != nil {
		in["UserAttributes"] = list
	}
	p.root(idp, "AdminCreateUser", in)
	p.root(idp, "AdminSetUserPassword", map[string]any{"UserPoolId": pool, "Username": who, "Password": password, "Permanent": true})
}

func signInInput(client, who, word string) map[string]any {
	return map[string]any{"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": map[string]string{"USERNAME": who, "PASSWORD": word}}
}

func refreshInput(client, token string) map[string]any {
	return map[string]any{"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": map[string]string{"REFRESH_TOKEN": token}}
}

// tokens of a sign-in.
type tokens struct{ AccessToken, IdToken, RefreshToken string }

func (p *probe) tokens(client, who string) tokens {
	p.Helper()
	a, err := p.call(nil, idp, "InitiateAuth", signInInput(client, who, password))
	p.must(err)
	var out struct{ AuthenticationResult tokens }
	p.must(a.Decode(&out))
	return out.AuthenticationResult
}

// message is the text of a JSON error.
func message(a *server.Answer) string {
	var m struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(a.Body, &m) != nil {
		return ""
	}
	return m.Message
}

// put stores an object of the data bucket as root.
func (p *probe) put(key, body string) {
	p.Helper()
	a, err := srv.S3(p.Context(), &srv.Root, "PUT", "/"+trail.Data+"/"+key, []byte(body), nil)
	p.must(err)
	p.must(a.Err())
}

// absent fails if an object is there.
func (p *probe) absent(key string) {
	p.Helper()
	a, err := srv.S3(p.Context(), &srv.Root, "GET", "/"+trail.Data+"/"+key, nil, nil)
	p.must(err)
	if a.Status != http.StatusNotFound {
		p.Errorf("object %s is there: %d %.100s", key, a.Status, a.Body)
	}
}
