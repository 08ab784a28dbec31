//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
	"github.com/cogtrail/cogtrail/test/server"
)

// world is gateway, user pools and the embedded state engine in this process,
// so that a profile shows what a call costs.
type world struct {
	testing.TB
	state    *sqlite.DB
	segments *segment.Store
	drainer  *drain.Drainer
	handler  http.Handler
	pool     pool
	srp      *srp.Group
}

// forgetful is State without the outbox: records are made and thrown away.
type forgetful struct{ store.State }

func (f forgetful) Update(ctx context.Context, fn func(store.Tx) error) error {
	return f.State.Update(ctx, func(tx store.Tx) error { return fn(forgetfulTx{tx}) })
}

type forgetfulTx struct{ store.Tx }

func (forgetfulTx) Append(store.Record) {}

// rootKey signs everything.
var rootKey = server.Credentials{ID: "AKIAEXAMPLE000000001", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}

type identities struct{}

func (identities) Identify(_ store.Tx, id string) (*gateway.Identity, error) {
	if id != rootKey.ID {
		return nil, store.ErrNotFound
	}
	return &gateway.Identity{Principal: principal.RootOf(server.Account, id), Secret: rootKey.Secret}, nil
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

type outcomes struct{}

func (outcomes) Call(string, string, string, time.Duration) {}

// unsent drops messages.
type unsent struct{}

func (unsent) Send(store.Tx, userpool.Message) error { return nil }

// oneKey gives every pool the same signing keys.
type oneKey struct{ *token.KeySet }

func (k oneKey) Take(context.Context) (*token.KeySet, error) { return k.KeySet, nil }

var signingKey = sync.OnceValues(token.GenerateKeySet)

// newWorld makes a world with a pool and users; without recording the outbox stays empty.
func newWorld(t testing.TB, recording bool) *world {
	state, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	must(t, err)
	w := &world{TB: t, state: state, srp: srp.New()}
	w.srp.Warm()
	log := slog.New(slog.DiscardHandler)
	w.segments, err = segment.Open(t.Context(), state, t.TempDir(), segment.Options{Log: log})
	must(t, err)
	w.drainer = &drain.Drainer{State: state, Segments: w.segments, Log: log, SealEvery: time.Second}
	models, err := model.Load()
	must(t, err)
	var idp *schema.Service
	for _, m := range models {
		if m.Name == "cognito-idp" {
			idp = m
		}
	}
	keys, err := signingKey()
	must(t, err)
	pools, err := service.New(service.Deps{
		Vault: secret.NewVault(secret.GenerateMasterKey()), SRP: w.srp, Messages: unsent{}, Keys: oneKey{keys},
		Issuer: func(id string) string { return "http://localhost:4700/" + id },
	})
	must(t, err)
	var kept store.State = state
	if !recording {
		kept = forgetful{state}
	}
	w.handler = gateway.New(gateway.Config{
		Services: []*schema.Service{idp}, Operations: pools.Operations(idp), State: kept, Identities: identities{},
		Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, Clock: clock{}, Log: log, Account: server.Account, Region: server.Region,
		Counters: outcomes{},
	})
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = w.drainer.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		must(t, w.segments.Close())
		must(t, state.Close())
	})
	w.pool.id = w.must("CreateUserPool", map[string]any{"PoolName": "bench"}, true)["UserPool"].(map[string]any)["Id"].(string)
	w.pool.client = w.must("CreateUserPoolClient", map[string]any{
		"UserPoolId": w.pool.id, "ClientName": "bench", "ExplicitAuthFlows": []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	}, true)["UserPoolClient"].(map[string]any)["ClientId"].(string)
	for i := range users {
		name := fmt.Sprintf("user%d", i)
		w.must("AdminCreateUser", map[string]any{"UserPoolId": w.pool.id, "Username": name, "MessageAction": "SUPPRESS"}, true)
		w.must("AdminSetUserPassword", map[string]any{"UserPoolId": w.pool.id, "Username": name, "Password": userPassword, "Permanent": true}, true)
	}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// request makes a call; it may be served often with a fresh body.
func (w *world) request(operation string, in any, signed bool) (*http.Request, []byte) {
	body, err := json.Marshal(in)
	must(w, err)
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4700/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", prefixes["cognito-idp"]+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("User-Agent", "aws-sdk-go-v2/1.41 os/linux lang/go md/GOOS#linux api/cognitoidentityprovider#1.57")
	if signed {
		must(w, server.Sign(r, rootKey, server.Hash(body), "cognito-idp", time.Now()))
	}
	return r, body
}

// serve takes a request through the gateway.
func (w *world) serve(r *http.Request, body []byte) ([]byte, error) {
	r = r.Clone(r.Context())
	r.Body = readCloser{bytes.NewReader(body)}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return nil, fmt.Errorf("answer %d %s", answer.Code, answer.Body)
	}
	return answer.Body.Bytes(), nil
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func (w *world) must(operation string, in any, signed bool) (out map[string]any) {
	w.Helper()
	r, body := w.request(operation, in, signed)
	raw, err := w.serve(r, body)
	must(w, err)
	if len(raw) > 0 {
		must(w, json.Unmarshal(raw, &out))
	}
	return out
}

// startSRP is the first step of a sign-in, as a request, with the client's side.
func (w *world) startSRP(user string) (*srp.Client, *http.Request, []byte) {
	c := w.srp.NewClient()
	r, body := w.request("InitiateAuth", map[string]any{
		"ClientId": w.pool.client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": map[string]string{"USERNAME": user, "SRP_A": c.A()},
	}, false)
	return c, r, body
}

// answerSRP is the second step, to the first's answer.
func (w *world) answerSRP(c *srp.Client, raw []byte) (*http.Request, []byte) {
	var out struct {
		Session             string
		ChallengeParameters map[string]string
	}
	must(w, json.Unmarshal(raw, &out))
	p := out.ChallengeParameters
	_, name, _ := strings.Cut(w.pool.id, "_")
	sig, at, err := c.Sign(name, p["USER_ID_FOR_SRP"], userPassword, p["SALT"], p["SRP_B"], p["SECRET_BLOCK"], time.Now())
	must(w, err)
	in := map[string]any{
		"ClientId": w.pool.client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": map[string]string{
			"USERNAME": p["USER_ID_FOR_SRP"], "PASSWORD_CLAIM_SECRET_BLOCK": p["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": sig, "TIMESTAMP": at,
		},
	}
	if out.Session != "" {
		in["Session"] = out.Session
	}
	return w.request("RespondToAuthChallenge", in, false)
}
