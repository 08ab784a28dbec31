package crash

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	apicloudtrail "github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	apiiam "github.com/cogtrail/cogtrail/internal/api/iam"
	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
	"github.com/cogtrail/cogtrail/test/server"
)

// rig is the real gateway with the real user pools, trails, log groups and
// identities over an engine in memory whose n-th operation can be made to fail.
type rig struct {
	db    *mem.DB
	plan  *storetest.Plan
	state store.State
	front http.Handler
	seen  *spaces
	vault *secret.Vault
}

var rootKey = server.Credentials{ID: "AKIAROOTROOTROOTROOT", Secret: "root-secret-root-secret-root-secret-root"}

// loadModels reads the models once: rigs do not change them.
var loadModels = sync.OnceValues(model.Load)

// newRig assembles the gateway over db; vault and seen go from rig to rig, so
// that each may read what the one before it wrote.
func newRig(db *mem.DB, vault *secret.Vault, seen *spaces) (*rig, error) {
	r := &rig{db: db, plan: storetest.FailOnce(storetest.Get, 0), vault: vault, seen: seen}
	r.state = storetest.Faulty(&watched{db, seen}, r.plan)
	models, err := loadModels()
	if err != nil {
		return nil, err
	}
	by := map[string]*schema.Service{}
	for _, m := range models {
		by[m.Name] = m
	}
	users := &iam.Service{Vault: vault, Root: []iam.RootKey{{Account: server.Account, ID: rootKey.ID, Secret: rootKey.Secret}}}
	pools, err := service.New(service.Deps{
		Vault: vault, SRP: pooltest.Group(), Messages: letters{}, Keys: sharedKeys{}, Issuer: func(pool string) string { return "http://localhost/" + pool },
	})
	if err != nil {
		return nil, err
	}
	trails := &trail.Service{Targets: anyTarget{}, Keys: &digest.Keyring{Vault: vault}}
	events := &event.Service{Tokens: vault, Encode: encode}
	ops := slices.Concat(
		apiiam.UserOps(by["iam"], users), apiiam.RoleOps(by["iam"], users), apiiam.AccesskeyOps(by["iam"], users),
		pools.Operations(by["cognito-idp"]),
		apicloudtrail.TrailOps(by["cloudtrail"], trails), apicloudtrail.SelectorOps(by["cloudtrail"], trails),
		apilogs.GroupOps(by["logs"], &group.Service{Marks: marks{}, Tokens: vault}), events.Ops(by["logs"]),
	)
	r.front = gateway.New(gateway.Config{
		Services: models, Operations: append(ops, absent(models, ops)...), State: r.state, Identities: identities{users},
		Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, Clock: wall{}, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Account: server.Account, Region: server.Region,
	})
	return r, nil
}

// absent answers the served operations that this rig leaves out.
func absent(models []*schema.Service, have []*op.Operation) (out []*op.Operation) {
	there := map[*schema.Operation]bool{}
	for _, o := range have {
		there[o.Operation] = true
	}
	for _, m := range models {
		for _, o := range m.Operations {
			if o.Area != "" && !there[o] {
				out = append(out, &op.Operation{Operation: o, Run: func(*op.Call, any) (any, error) {
					return nil, &schema.Error{Code: "NotInThisRig", Status: 400}
				}})
			}
		}
	}
	return out
}

// identities is IAM as the gateway asks it.
type identities struct{ iam *iam.Service }

func (i identities) Identify(tx store.Tx, id string) (*gateway.Identity, error) {
	c, err := i.iam.Identify(tx, id)
	if err != nil {
		return nil, err
	}
	return &gateway.Identity{
		Principal: c.Principal, Secret: c.Secret, Temporary: c.Temporary, TokenValid: c.TokenValid, Expires: c.Expires,
		Policies: eval.Policies{Identity: c.Identity, Session: c.Session, HasSession: len(c.Session) > 0},
	}, nil
}

type wall struct{}

func (wall) Now() time.Time { return time.Now() }

// anyTarget lets a trail deliver anywhere.
type anyTarget struct{}

func (anyTarget) CheckBucket(store.Tx, string, string, string, string) error   { return nil }
func (anyTarget) CheckLogGroup(store.Tx, string, string, string, string) error { return nil }
func (anyTarget) CheckTopic(store.Tx, string, string, string) error            { return nil }

// sharedKeys gives every pool the same keys, since making them takes long.
type sharedKeys struct{}

func (sharedKeys) Take(context.Context) (*token.KeySet, error) { return pooltest.Keys()[0], nil }

type marks struct{}

func (marks) Forget(tx store.Tx, account, region, group, stream string, before int64) error {
	return segment.MarkDeleted(tx, account, region, group, stream, before)
}

func (marks) Retain(tx store.Tx, account, region, group string, days int) error {
	return segment.SetRetention(tx, account, region, group, days)
}

func encode(b event.Batch) ([]byte, error) {
	batch := drain.LogBatch{Group: b.Group, Stream: b.Stream, Ingested: b.Ingested}
	for _, e := range b.Events {
		batch.Events = append(batch.Events, drain.LogEvent{Time: e.Timestamp, Message: []byte(e.Message)})
	}
	return batch.Marshal(nil), nil
}

// letters keeps messages as rows: one that belongs to a change undone is gone with it.
type letters struct{}

type letter struct{ To, Body string }

var sent = store.Table[letter]{Name: "test.letters", Key: func(l *letter) store.Key { return store.K(l.To) }}

func (letters) Send(tx store.Tx, m userpool.Message) error {
	return sent.Put(tx, &letter{m.Destination, m.Body})
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code is the newest code that was sent to an address.
func (r *rig) code(t *testing.T, to string) (code string) {
	t.Helper()
	err := r.state.View(t.Context(), func(tx store.Tx) error {
		l, err := sent.Get(tx, store.K(to))
		if err == nil {
			code = sixDigits.FindString(l.Body)
		}
		return err
	})
	if err != nil || code == "" {
		t.Fatalf("code of %s: %q, %v", to, code, err)
	}
	return code
}

// spaces collects the names of all spaces that were written.
type spaces struct {
	mu  sync.Mutex
	all map[string]bool
}

func (s *spaces) add(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[name] = true
}

func (s *spaces) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for n := range s.all {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// watched tells spaces what is written.
type watched struct {
	store.State
	seen *spaces
}

func (w *watched) Update(ctx context.Context, fn func(store.Tx) error) error {
	return w.State.Update(ctx, func(tx store.Tx) error { return fn(&watchedTx{tx, w.seen}) })
}

type watchedTx struct {
	store.Tx
	seen *spaces
}

func (t *watchedTx) Put(space string, key, value []byte) error {
	t.seen.add(space)
	return t.Tx.Put(space, key, value)
}

// outlive are spaces that a call may write though it fails: counters of
// attempts, and sessions, which are good for one answer whatever it leads to.
var outlive = []string{"userpool.attempts", "userpool.limits", "userpool.sessions"}

// dump is all rows but those that may outlive a refusal.
func (r *rig) dump(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	err := r.db.View(t.Context(), func(tx store.Tx) error {
		for _, space := range r.seen.names() {
			if slices.ContainsFunc(outlive, func(o string) bool { return strings.HasPrefix(space, o) }) {
				continue
			}
			for kv, err := range tx.Scan(space, nil, nil, false) {
				if err != nil {
					return err
				}
				fmt.Fprintf(&b, "%s %x %x\n", space, kv.Key, kv.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// settle empties the outbox, twice: the engine's second list shares no memory
// with what forks of it append to.
func (r *rig) settle(t *testing.T) {
	t.Helper()
	taken, err := r.db.Take(t.Context(), 1000)
	for range 2 {
		if err == nil {
			err = r.db.Update(t.Context(), func(tx store.Tx) error {
				for _, x := range taken {
					tx.Settle([]int64{x.ID})
				}
				return nil
			})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// records takes the audit records that were committed since last asked.
func (r *rig) records(t *testing.T) (good, bad int) {
	t.Helper()
	taken, err := r.db.Take(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range taken {
		switch {
		case x.Kind != store.AuditRecord:
		case gjson.GetBytes(x.Data, "errorCode").Exists():
			bad++
		default:
			good++
		}
	}
	return good, bad
}

// answer of a call to the rig.
type answer struct {
	status int
	body   string
}

// send takes one call through the gateway; the call of a JSON service is signed unless by is nil.
func (r *rig) send(t *testing.T, by *server.Credentials, service, operation string, in any) answer {
	t.Helper()
	s := &server.Server{URL: "http://127.0.0.1:4700"}
	req, body, err := s.Request(t.Context(), service, operation, in)
	if err != nil {
		t.Fatal(err)
	}
	if by != nil {
		if err := server.Sign(req, *by, server.Hash(body), service, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	rec := httptest.NewRecorder()
	r.front.ServeHTTP(rec, req)
	return answer{rec.Code, rec.Body.String()}
}
