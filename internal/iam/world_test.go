package iam_test

import (
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	foreign = "999988887777"

	allowGet = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`
	denyAll  = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	trust    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}`
)

var now = time.Date(2026, 3, 2, 10, 15, 30, 0, time.UTC)

// served are the operations of IAM as the model knows them.
var served = sync.OnceValues(func() (*schema.Service, error) {
	services, err := model.Load()
	if err != nil {
		return nil, err
	}
	for _, s := range services {
		if s.Name == "iam" {
			return s, nil
		}
	}
	return nil, errors.New("no model of iam")
})

// world is the IAM of one server over the engine in memory.
type world struct {
	testing.TB
	db      *mem.DB
	vault   *secret.Vault
	s       *iam.Service
	ops     map[string]*op.Operation
	account string
	caller  principal.Principal
	now     time.Time
}

func newWorld(t testing.TB) *world {
	t.Helper()
	m, err := served()
	if err != nil {
		t.Fatal(err)
	}
	vault := secret.NewVault(secret.GenerateMasterKey())
	w := &world{
		TB: t, db: mem.New(), vault: vault, s: &iam.Service{Vault: vault}, ops: make(map[string]*op.Operation),
		account: account, caller: principal.RootOf(account, "AKIAROOT"), now: now,
	}
	for _, o := range append(append(api.UserOps(m, w.s), api.RoleOps(m, w.s)...), api.AccesskeyOps(m, w.s)...) {
		w.ops[o.Name] = o
	}
	return w
}

// as is the same server asked by someone else.
func (w *world) as(p principal.Principal) *world {
	other := *w
	other.caller, other.account = p, p.Account
	return &other
}

// in is the same server asked by a subtest.
func (w *world) in(t testing.TB) *world {
	other := *w
	other.TB = t
	return &other
}

// at is the same server later.
func (w *world) at(d time.Duration) *world {
	other := *w
	other.now = w.now.Add(d)
	return &other
}

// answer is what became of a call.
type answer struct {
	out any
	err error
	// code, message and status are those of a refusal, as the query protocol shows them.
	code, message string
	status        int
}

// call runs an operation as the gateway does: a refusal undoes its writes.
func (w *world) call(name string, in any) answer {
	w.Helper()
	o := w.ops[name]
	if o == nil {
		w.Fatalf("operation %s is not served", name)
	}
	var a answer
	a.err = w.db.Update(w.Context(), func(tx store.Tx) (err error) {
		c := &op.Call{Context: w.Context(), Now: w.now, Caller: w.caller, Account: w.account, Region: "us-east-1", Tx: tx, Record: &audit.Builder{}}
		a.out, err = o.Run(c, in)
		return err
	})
	if refused, ok := errors.AsType[*schema.Error](a.err); ok {
		a.code, a.message, a.status = refused.QueryCode, refused.Message, refused.HTTPStatus()
		if a.code == "" {
			a.code = refused.Code
		}
	}
	return a
}

// must is call for calls that are not what the test is about.
func (w *world) must(name string, in any) any {
	w.Helper()
	a := w.call(name, in)
	if a.err != nil {
		w.Fatalf("%s: %v", name, a.err)
	}
	return a.out
}

// random are the parts of answers that differ from run to run.
var random = regexp.MustCompile(`"(AIDA|AROA|AKIA|ASIA)[A-Z2-7]{16,17}"`)

// text is an answer as JSON, random identifiers shortened to their prefix.
func (w *world) text(out any) string {
	w.Helper()
	return random.ReplaceAllString(optest.JSON(w, out), `"$1"`)
}

// wants compares an answer with JSON.
func (w *world) wants(name string, in any, want string) {
	w.Helper()
	if got := w.text(w.must(name, in)); got != want {
		w.Errorf("%s answers\n%s, want\n%s", name, got, want)
	}
}

// refuses compares a refusal, and that it changed nothing.
func (w *world) refuses(name string, in any, code string, status int, message string) {
	w.Helper()
	before := w.dump()
	a := w.call(name, in)
	if a.err == nil {
		w.Errorf("%s is answered %s, want %s", name, w.text(a.out), code)
		return
	}
	if a.code != code || a.status != status || a.message != message {
		w.Errorf("%s is refused with %d %s %q, want %d %s %q (%v)", name, a.status, a.code, a.message, status, code, message, a.err)
	}
	if after := w.dump(); after != before {
		w.Errorf("%s was refused and changed the state from\n%s\nto\n%s", name, before, after)
	}
}

// dump is all of the state.
func (w *world) dump() string {
	w.Helper()
	var b strings.Builder
	err := w.db.View(w.Context(), func(tx store.Tx) error {
		for _, space := range []string{"iam.users", "iam.roles", "iam.keys"} {
			for kv, err := range tx.Scan(space, nil, nil, false) {
				if err != nil {
					return err
				}
				b.WriteString(space + " " + string(kv.Key) + " " + string(kv.Value) + "\n")
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return b.String()
}

func (w *world) user(name string) *api.User {
	w.Helper()
	return w.must("CreateUser", &api.CreateUserInput{UserName: name}).(*api.CreateUserOutput).User
}

func (w *world) role(name string) *api.Role {
	w.Helper()
	return w.must("CreateRole", &api.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: trust}).(*api.CreateRoleOutput).Role
}

func (w *world) key(user *string) *api.AccessKey {
	w.Helper()
	return w.must("CreateAccessKey", &api.CreateAccessKeyInput{UserName: user}).(*api.CreateAccessKeyOutput).AccessKey
}

// view reads the state.
func view[T any](w *world, read func(store.Tx) (T, error)) (T, error) {
	var out T
	err := w.db.View(w.Context(), func(tx store.Tx) (err error) {
		out, err = read(tx)
		return err
	})
	return out, err
}

func (w *world) identify(id string) (*iam.Caller, error) {
	return view(w, func(tx store.Tx) (*iam.Caller, error) { return w.s.Identify(tx, id) })
}

// newInput is an operation's input as the gateway decodes it.
func newInput(o *schema.Operation, members map[string]string) *schema.Struct {
	in := schema.NewStruct(o.Input)
	for name, value := range members {
		in.Set(name, value)
	}
	return in
}
