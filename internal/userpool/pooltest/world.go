package pooltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// Account and Region of a world's signed calls.
const (
	Account = "123456789012"
	Region  = "us-east-1"
	// Password conforms to the default policy.
	Password = "Passw0rd!"
)

// World is one server's user pools.
type World struct {
	T     testing.TB
	State store.State
	S     *service.Service
	// Functions are the Lambda functions of all pools.
	Functions *Functions

	mu     sync.Mutex
	now    time.Time
	source string
	agent  string
}

// The SRP group's table and two key sets are made once for all tests of a program: they do not change.
var (
	group = sync.OnceValue(func() *srp.Group { g := srp.New(); g.Warm(); return g })
	keys  = sync.OnceValue(func() []*token.KeySet {
		out := make([]*token.KeySet, 2)
		for i := range out {
			ks, err := token.GenerateKeySet()
			if err != nil {
				panic("BUG: generate keys: " + err.Error())
			}
			out[i] = ks
		}
		return out
	})
)

// Keys are the key sets of all worlds: pools get the first and the second in turn.
func Keys() []*token.KeySet { return keys() }

// Group is the SRP group of all worlds.
func Group() *srp.Group { return group() }

// cycle hands out the shared key sets in turn, so that neighbouring pools differ.
type cycle struct {
	mu sync.Mutex
	n  int
}

func (c *cycle) Take(context.Context) (*token.KeySet, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	return keys()[(c.n-1)%len(keys())], nil
}

// New returns a world over an engine in memory.
func New(t testing.TB) *World { return Over(t, mem.New()) }

// Over returns a world over an engine of the test's choice.
func Over(t testing.TB, state store.State) *World {
	h, err := password.NewHasher(password.Params{MemoryKiB: 64, Passes: 1, Threads: 1}, 4, 1000)
	if err != nil {
		t.Fatal(err)
	}
	functions := &Functions{t: t}
	s, err := service.New(service.Deps{
		Functions: trigger.New(functions),
		Vault:     secret.NewVault(secret.GenerateMasterKey()), SRP: group(), Hasher: h, Messages: box{}, Keys: &cycle{},
		Issuer: func(id string) string { return "http://localhost:4700/" + id },
		Threat: threat.Guard{Emit: emit, Logs: logs{}, FeedbackURL: "http://localhost:4700/feedback"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &World{T: t, State: state, S: s, Functions: functions, now: time.Date(2026, 3, 3, 7, 5, 9, 250e6, time.UTC), source: "198.51.100.7", agent: "test"}
}

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Advance moves the clock.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// From is whence calls come from now on: an address and a user agent.
func (w *World) From(source, agent string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.source, w.agent = source, agent
}

func (w *World) from() (source, agent string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.source, w.agent
}

// Result is what became of a call beside its output.
type Result struct {
	Err error
	// Code and Message are those of a modelled refusal.
	Code, Message string
	// Sub is the record's subject.
	Sub string
}

// Do runs an operation as the gateway does, for the pool's owner if the call is unsigned and for Account otherwise.
func Do[In, Out any](w *World, run func(*op.Call, *In) (*Out, error), in *In) (*Out, Result) {
	return As(w, Account, Region, "AIDAEXAMPLE", run, in)
}

// As is Do for a signed call of another account, Region or principal.
func As[In, Out any](w *World, account, region, caller string, run func(*op.Call, *In) (*Out, error), in *In) (*Out, Result) {
	var out *Out
	var res Result
	var c *op.Call
	journal := &op.Journal{}
	once := func(tx store.Tx) error {
		w.Functions.busy.Store(true)
		defer w.Functions.busy.Store(false)
		record := &audit.Builder{}
		source, agent := w.from()
		c = &op.Call{
			Context: context.Background(), Now: w.Now(), Caller: principal.User(account, "/", "admin", caller, "AKIAEXAMPLE"), Account: account,
			Region: region, RequestID: "00000000-0000-4000-8000-000000000000", SourceIP: source, UserAgent: agent, Tx: tx, Record: record,
			Journal: journal,
		}
		if a, r, ok := w.S.Realm.Owner(tx, in); ok {
			c.Account, c.Region, c.Caller = a, r, principal.Anonymous()
		}
		res = Result{}
		res.Err = tx.Savepoint(func() (err error) {
			out, err = run(c, in)
			return err
		})
		if s := c.Suspended(); s != nil {
			return s
		}
		for _, keep := range c.Kept() {
			if err := keep(tx); err != nil {
				return fmt.Errorf("keep: %w", err)
			}
		}
		res.Sub = subject(c, record)
		return nil
	}
	err := w.State.Update(context.Background(), once)
	for s := (*op.Suspension)(nil); errors.As(err, &s); err = w.State.Update(context.Background(), once) {
		journal.Resume(context.Background(), s)
	}
	if err != nil {
		res.Err = err
	}
	if res.Err == nil {
		for _, f := range c.Following() {
			if res.Err = w.S.Realm.Notify(context.Background(), f.Payload); res.Err != nil {
				break
			}
		}
	}
	var refused *schema.Error
	if errors.As(res.Err, &refused) {
		res.Code, res.Message = refused.Code, refused.Message
	}
	if res.Err != nil {
		out = nil
	}
	return out, res
}

// subject reads the record as it would be written.
func subject(c *op.Call, b *audit.Builder) string {
	enc := audit.Encoder{Hidden: audit.HiddenForSecurity}
	raw := enc.Append(nil, &audit.Event{Caller: c.Caller, Time: c.Now, Type: audit.APICall, Category: "Management", Builder: b})
	var r struct {
		AdditionalEventData struct {
			Sub string `json:"sub"`
		} `json:"additionalEventData"`
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		panic("BUG: record is no JSON: " + err.Error())
	}
	return r.AdditionalEventData.Sub
}

// Must is Do for a call that has to succeed.
func Must[In, Out any](w *World, run func(*op.Call, *In) (*Out, error), in *In) *Out {
	w.T.Helper()
	out, res := Do(w, run, in)
	if res.Err != nil {
		w.T.Fatalf("%T: %v", in, res.Err)
	}
	return out
}

// Nothing turns an operation without output into the common form.
func Nothing[In any](run func(*op.Call, *In) error) func(*op.Call, *In) (*struct{}, error) {
	return func(c *op.Call, in *In) (*struct{}, error) { return nil, run(c, in) }
}

// Refused fails the test unless a call was refused with this code and message.
func (w *World) Refused(res Result, code, message string) {
	w.T.Helper()
	if res.Code != code || res.Message != message {
		w.T.Fatalf("got %v, want %s: %s", res.Err, code, message)
	}
}

// Pool makes a pool; set may change the input.
func (w *World) Pool(set func(*cognitoidp.CreateUserPoolInput)) string {
	w.T.Helper()
	in := &cognitoidp.CreateUserPoolInput{PoolName: "p", AutoVerifiedAttributes: []string{"email"}}
	if set != nil {
		set(in)
	}
	return *Must(w, w.S.Pool.CreateUserPool, in).UserPool.Id
}

// Client makes a client that allows the password, SRP and refresh flows; set may change the input.
func (w *World) Client(pool string, set func(*cognitoidp.CreateUserPoolClientInput)) *cognitoidp.UserPoolClientType {
	w.T.Helper()
	in := &cognitoidp.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: "c", ExplicitAuthFlows: []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"},
	}
	if set != nil {
		set(in)
	}
	return Must(w, w.S.Client.CreateUserPoolClient, in).UserPoolClient
}

// User makes a confirmed user with Password and an e-mail address that is verified, and returns his sub.
func (w *World) User(pool, name, email string) string {
	w.T.Helper()
	in := &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: name, MessageAction: new("SUPPRESS")}
	if email != "" {
		in.UserAttributes = []cognitoidp.AttributeType{{Name: "email", Value: &email}, {Name: "email_verified", Value: new("true")}}
	}
	out := Must(w, w.S.User.AdminCreateUser, in)
	Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{
		UserPoolId: pool, Username: name, Password: Password, Permanent: new(true),
	})
	for _, a := range out.User.Attributes {
		if a.Name == "sub" {
			return *a.Value
		}
	}
	w.T.Fatal("user has no sub")
	return ""
}

// SignIn tries USER_PASSWORD_AUTH.
func (w *World) SignIn(client, name, text string) (*cognitoidp.InitiateAuthOutput, Result) {
	return Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_PASSWORD_AUTH", ClientId: client, AuthParameters: map[string]string{"USERNAME": name, "PASSWORD": text},
	})
}

// Tokens signs a user in with Password.
func (w *World) Tokens(client, name string) *cognitoidp.AuthenticationResultType {
	w.T.Helper()
	out, res := w.SignIn(client, name, Password)
	if res.Err != nil || out.AuthenticationResult == nil {
		w.T.Fatalf("sign in %s: %v", name, res.Err)
	}
	return out.AuthenticationResult
}

// Refresh tries REFRESH_TOKEN_AUTH.
func (w *World) Refresh(client, refresh string) (*cognitoidp.InitiateAuthOutput, Result) {
	return Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "REFRESH_TOKEN_AUTH", ClientId: client, AuthParameters: map[string]string{"REFRESH_TOKEN": refresh},
	})
}

// GetUser calls GetUser.
func (w *World) GetUser(access string) (*cognitoidp.GetUserOutput, Result) {
	return Do(w, w.S.Profile.GetUser, &cognitoidp.GetUserInput{AccessToken: access})
}

// StartSRP is the first step of USER_SRP_AUTH with a fresh client side.
func (w *World) StartSRP(client, name string) (*srp.Client, *cognitoidp.InitiateAuthOutput, Result) {
	side := group().NewClient()
	out, res := Do(w, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_SRP_AUTH", ClientId: client, AuthParameters: map[string]string{"USERNAME": name, "SRP_A": side.A()},
	})
	return side, out, res
}

// Claim makes the answer to PASSWORD_VERIFIER.
func (w *World) Claim(side *srp.Client, pool, client string, out *cognitoidp.InitiateAuthOutput, text string) *cognitoidp.RespondToAuthChallengeInput {
	w.T.Helper()
	p := out.ChallengeParameters
	signature, at, err := side.Sign(pool[len(Region)+1:], p["USER_ID_FOR_SRP"], text, p["SALT"], p["SRP_B"], p["SECRET_BLOCK"], w.Now())
	if err != nil {
		w.T.Fatal(err)
	}
	return &cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses: map[string]string{
		"USERNAME": p["USER_ID_FOR_SRP"], "PASSWORD_CLAIM_SECRET_BLOCK": p["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": at,
	}}
}

// Respond calls RespondToAuthChallenge.
func (w *World) Respond(in *cognitoidp.RespondToAuthChallengeInput) (*cognitoidp.RespondToAuthChallengeOutput, Result) {
	return Do(w, w.S.Signin.RespondToAuthChallenge, in)
}

// AdminSignIn tries ADMIN_USER_PASSWORD_AUTH.
func (w *World) AdminSignIn(pool, client, name, text string) (*cognitoidp.AdminInitiateAuthOutput, Result) {
	return Do(w, w.S.Signin.AdminInitiateAuth, &cognitoidp.AdminInitiateAuthInput{
		AuthFlow: "ADMIN_USER_PASSWORD_AUTH", UserPoolId: pool, ClientId: client, AuthParameters: map[string]string{"USERNAME": name, "PASSWORD": text},
	})
}

// SignInSRP does both steps of USER_SRP_AUTH.
func (w *World) SignInSRP(pool, client, name, text string) (*cognitoidp.RespondToAuthChallengeOutput, Result) {
	w.T.Helper()
	side, out, res := w.StartSRP(client, name)
	if res.Err != nil {
		return nil, res
	}
	return w.Respond(w.Claim(side, pool, client, out, text))
}

// View reads the state.
func (w *World) View(f func(tx store.Tx) error) {
	w.T.Helper()
	if err := w.State.View(context.Background(), f); err != nil {
		w.T.Fatal(err)
	}
}

// Stored returns a user's row.
func (w *World) Stored(pool, name string) *userpool.User {
	w.T.Helper()
	var u *userpool.User
	w.View(func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		u, err = w.S.Realm.User(tx, p, name)
		return err
	})
	return u
}

// ChangeUser changes a user's row as no served operation can, such as giving him a status for a test of it.
func (w *World) ChangeUser(pool, name string, change func(*userpool.User)) {
	w.T.Helper()
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		u, err := w.S.Realm.User(tx, p, name)
		if err != nil {
			return err
		}
		change(u)
		return w.S.Realm.PutUser(tx, p, u)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// box keeps messages as rows of the transaction, so that those of refused calls are gone.
type box struct{}

type letter struct {
	N int64
	userpool.Message
}

var letters = store.Table[letter]{Name: "test.letters", Key: func(l *letter) store.Key { return store.K(l.N) }}

func (box) Send(tx store.Tx, m userpool.Message) error {
	if m.Nobody {
		return nil
	}
	var n int64
	for _, err := range letters.Scan(tx, nil, nil) {
		if err != nil {
			return err
		}
		n++
	}
	return letters.Put(tx, &letter{N: n, Message: m})
}

// Messages are all messages sent so far, oldest first.
func (w *World) Messages() []userpool.Message {
	w.T.Helper()
	var out []userpool.Message
	w.View(func(tx store.Tx) error {
		for l, err := range letters.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			out = append(out, l.Message)
		}
		return nil
	})
	return out
}

var digits = regexp.MustCompile(`\d{6}`)

// Code is the code in the newest message.
func (w *World) Code() string {
	w.T.Helper()
	all := w.Messages()
	if len(all) == 0 {
		w.T.Fatal("no message was sent")
	}
	code := digits.FindString(all[len(all)-1].Body)
	if code == "" {
		w.T.Fatalf("no code in %q", all[len(all)-1].Body)
	}
	return code
}
