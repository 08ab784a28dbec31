package crash

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// TestFollow kills the server while a pool's function is told of a confirmation that is durable. Started again, the server tells the
// function once more, and the record has what came of it, as that of a call that nothing disturbed has what was answered.
func TestFollow(t *testing.T) {
	t.Parallel()
	var s *server.Server
	var told atomic.Int64
	kill := make(chan struct{}, 1)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told.Add(1)
		select {
		case <-kill:
			s.Kill()
		default:
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			_, _ = io.WriteString(w, `{"errorMessage":"no group"}`) // the server went away: the test sees it
		}
	}))
	t.Cleanup(hook.Close)
	const function = "arn:aws:lambda:us-east-1:123456789012:function:post"
	ctx, began := t.Context(), time.Now().Add(-time.Second)
	options := server.Options{
		Binary: binary, Data: filepath.Join(t.TempDir(), "data"), Args: []string{"--dev"}, // only the clock of dev mode may be moved
		Env: append([]string{"COGTRAIL_LAMBDA_FUNCTIONS=post=" + hook.URL}, fast...),
	}
	var err error
	if s, err = server.Start(options); err != nil {
		t.Fatal(err)
	}
	defer func() { s.Kill() }()
	pool, err := s.MakePool(ctx, "follow", map[string]any{"LambdaConfig": map[string]any{"PostConfirmation": function}})
	if err != nil {
		t.Fatal(err)
	}
	confirm := func(name string) (*server.Answer, error) {
		in := map[string]any{"ClientId": pool.Client, "Username": name, "Password": "Piccolo-Orbit-61!"}
		if err := s.Must(ctx, "cognito-idp", "SignUp", in, nil); err != nil {
			t.Fatal(err)
		}
		return s.Call(ctx, &s.Root, "cognito-idp", "AdminConfirmSignUp", map[string]any{"UserPoolId": pool.ID, "Username": name})
	}
	status := func(name string) string {
		var u struct{ UserStatus string }
		if err := s.Must(ctx, "cognito-idp", "AdminGetUser", map[string]any{"UserPoolId": pool.ID, "Username": name}, &u); err != nil {
			t.Fatal(err)
		}
		return u.UserStatus
	}
	records := func(n int) (list []server.Event) {
		t.Helper()
		for deadline := time.Now().Add(30 * time.Second); len(list) < n; <-time.After(20 * time.Millisecond) {
			if list, err = s.Events(ctx, began, "AdminConfirmSignUp"); err != nil {
				t.Fatal(err)
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d records of %d", len(list), n)
			}
		}
		return list
	}

	a, err := confirm("ann")
	if err != nil {
		t.Fatal(err)
	}
	e := records(1)[0]
	if a.Status != 400 || a.Code != "UserLambdaValidationException" || e.ErrorCode != a.Code || e.RequestID != a.RequestID ||
		e.ErrorMessage != "PostConfirmation failed with error no group." || status("ann") != "CONFIRMED" {
		t.Errorf("answer %+v, record %s", a, e.Raw)
	}

	kill <- struct{}{}
	if a, err := confirm("jo"); err == nil {
		t.Fatalf("answered %+v by a server that was killed", a)
	}
	if err := server.Check(binary, options.Data); err != nil {
		t.Fatal(err)
	}
	if s, err = server.Start(options); err != nil {
		t.Fatal(err)
	}
	if got := status("jo"); got != "CONFIRMED" || told.Load() != 2 {
		t.Errorf("the user is %s, the function was told %d times", got, told.Load())
	}
	// The server waits until no request can be at work on it any more.
	r, err := http.Post(s.URL+"/_cogtrail/clock", "application/json", strings.NewReader(`{"advance":"2m"}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Body.Close(); r.StatusCode != http.StatusOK {
		t.Fatalf("clock: %d", r.StatusCode)
	}
	both := records(2)
	if len(both) != 2 || both[0].ErrorCode != a.Code || both[1].ErrorCode != a.Code || both[0].RequestID == both[1].RequestID || told.Load() != 3 || status("jo") != "CONFIRMED" {
		t.Errorf("records %+v after %d calls of the function", both, told.Load())
	}
}
