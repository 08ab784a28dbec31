package pools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/test/server"
)

// bed is a world of user pools behind the gateway.
type bed struct {
	*pooltest.World
	front   http.Handler
	records *records
}

// answer is what came back, and the record of the call: nil if it has none.
type answer struct {
	status  int
	body    []byte
	request string // its id
	header  string // X-Amzn-ErrorType
	// code and message are those of a refusal.
	code, message string
	record        *record
}

// record is what a record says that tests compare.
type record struct {
	EventName, EventSource, RequestID, ErrorCode, ErrorMessage string
	AdditionalEventData                                        struct{ Sub string }
}

// records keeps the records of committed transactions.
type records struct {
	store.State
	mu  sync.Mutex
	all map[string]*record // by request id
	n   int
}

// Update implements store.State.
func (r *records) Update(ctx context.Context, fn func(store.Tx) error) error {
	var last [][]byte
	err := r.State.Update(ctx, func(tx store.Tx) error {
		t := &listening{Tx: tx}
		err := fn(t)
		last = t.records
		return err
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, raw := range last {
		rec := &record{}
		if err := json.Unmarshal(raw, rec); err != nil {
			return err
		}
		r.all[rec.RequestID] = rec
		r.n++
	}
	return nil
}

func (r *records) of(request string) *record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all[request]
}

type listening struct {
	store.Tx
	records [][]byte
}

// Append implements store.Tx.
func (l *listening) Append(r store.Record) {
	if r.Kind == store.AuditRecord {
		l.records = append(l.records, bytes.Clone(r.Data))
	}
	l.Tx.Append(r)
}

// loadModel reads the model once: beds do not change it.
var loadModel = sync.OnceValues(func() (*schema.Service, error) {
	all, err := model.Load()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		if s.Name == "cognito-idp" {
			return s, nil
		}
	}
	return nil, errors.New("the models have no cognito-idp")
})

var rootKey = server.Credentials{ID: "AKIAROOTROOTROOTROOT", Secret: "root-secret-root-secret-root-secret-root"}

type identities struct{}

// Identify implements gateway.Identities.
func (identities) Identify(_ store.Tx, id string) (*gateway.Identity, error) {
	if id != rootKey.ID {
		return nil, store.ErrNotFound
	}
	return &gateway.Identity{Principal: principal.RootOf(pooltest.Account, id), Secret: rootKey.Secret}, nil
}

// newBed makes a bed over an engine in memory.
func newBed(t testing.TB) *bed { return over(t, mem.New()) }

// over makes a bed over an engine of the test's choice.
func over(t testing.TB, engine store.State) *bed {
	t.Helper()
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	r := &records{State: engine, all: map[string]*record{}}
	b := &bed{World: pooltest.Over(t, r), records: r}
	b.front = gateway.New(gateway.Config{
		Services: []*schema.Service{m}, Operations: b.S.Operations(m), State: r, Identities: identities{},
		Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, Clock: b.World, Log: slog.New(slog.DiscardHandler),
		Account: pooltest.Account, Region: pooltest.Region,
	})
	return b
}

// call sends a call as bytes; the model says whether it is signed.
func (b *bed) call(operation string, in any) *answer {
	b.T.Helper()
	a := b.serve(b.request(operation, in))
	if a.status != http.StatusOK {
		var e struct {
			Type    string `json:"__type"`
			Message string `json:"message"`
		}
		if err := json.Unmarshal(a.body, &e); err != nil {
			b.T.Fatalf("%s: %d %q is no error: %v", operation, a.status, a.body, err)
		}
		a.code, a.message = e.Type, e.Message
	}
	a.record = b.records.of(a.request)
	return a
}

// request makes the request of a call.
func (b *bed) request(operation string, in any) *http.Request {
	b.T.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		b.T.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4700/", bytes.NewReader(body))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("User-Agent", "aws-sdk-go-v2/1.41")
	if !unsigned(b.T, operation) {
		if err := server.Sign(r, rootKey, server.Hash(body), "cognito-idp", b.Now()); err != nil {
			b.T.Fatal(err)
		}
	}
	return r
}

// serve takes a request through the gateway; what came back is not looked at.
func (b *bed) serve(r *http.Request) *answer {
	w := httptest.NewRecorder()
	b.front.ServeHTTP(w, r)
	return &answer{status: w.Code, body: w.Body.Bytes(), request: w.Header().Get("X-Amzn-Requestid"), header: w.Header().Get("X-Amzn-Errortype")}
}

// unsigned tells that an operation needs no signature.
func unsigned(t testing.TB, operation string) bool {
	t.Helper()
	m, err := loadModel()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range m.Operations {
		if o.Name == operation {
			return o.Unsigned
		}
	}
	t.Fatalf("there is no operation %s", operation)
	return false
}

// decode reads a success.
func (a *answer) decode(t testing.TB, out any) {
	t.Helper()
	if a.code != "" {
		t.Fatalf("%s: %s", a.code, a.message)
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		t.Fatal(err)
	}
}
