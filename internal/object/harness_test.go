package object

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/fsblob"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	owner   = "111122223333"
	foreign = "444455556666"
	region  = "us-east-1"
)

var api = sync.OnceValue(func() *schema.Service {
	services, err := model.Load()
	if err != nil {
		panic(err)
	}
	for _, s := range services {
		if s.Name == "s3" {
			return s
		}
	}
	panic("no S3 model")
})

// clock is a clock that tests move.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// keeping is an engine that keeps names.
type keeping struct{ store.Blob }

func (keeping) Names() bool { return true }

// bench runs operations as the gateway does.
type bench struct {
	t     *testing.T
	s     *Service
	clock *clock
	db    *mem.DB
	ops   map[string]*op.Operation
	as    principal.Principal
	// crash ends a call after its stage, as a dying process would.
	crash bool
	// commitFault makes the transaction fail after Run.
	commitFault error
	record      string // the last call's own record
	records     []string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	blob, err := fsblob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return benchOn(t, blob)
}

func benchOn(t *testing.T, blob store.Blob) *bench {
	t.Helper()
	c := &clock{time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	db := mem.New()
	b := &bench{
		t: t, clock: c, db: db, ops: make(map[string]*op.Operation), as: principal.RootOf(owner, "AKIAROOT"),
		s: &Service{State: db, Blob: blob, Encoder: &audit.Encoder{Hidden: audit.HiddenForSecurity}, API: api(), Clock: c},
	}
	b.s.Authorise = func(c *op.Call, action, resource, account, bucketPolicy string) (bool, error) {
		return c.Caller.IsRoot() && allows(t, c, action, resource, account, bucketPolicy), nil
	}
	for _, o := range b.s.Operations() {
		b.ops[o.Name] = o
	}
	return b
}

// allows decides as the gateway does for a caller whose own policies allow everything.
func allows(t *testing.T, c *op.Call, action, resource, account, bucketPolicy string) bool {
	t.Helper()
	parse := func(text string, kind policy.Kind) []*policy.Document {
		doc, err := policy.Parse(text, kind)
		if err != nil {
			t.Fatal(err)
		}
		return []*policy.Document{doc}
	}
	p := &eval.Policies{Identity: parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`, policy.Identity)}
	if bucketPolicy != "" {
		p.Resource = parse(bucketPolicy, policy.Bucket)
	}
	return eval.Decide(&eval.Request{Principal: c.Caller, Action: action, Resource: resource, ResourceAccount: account}, p).Allowed
}

// authorise decides about a call as the gateway does.
func (b *bench) authorise(c *op.Call, o *op.Operation, in any) error {
	account, _, err := b.s.resourceOwner(c.Tx, in)
	if err != nil || o.Action == "-" || account == "" {
		return err
	}
	policies, err := b.s.ResourcePolicies(c.Tx, account, in)
	if err != nil {
		return err
	}
	text := strings.Join(policies, "")
	v := reflect.ValueOf(in).Elem()
	resource := strings.ReplaceAll(o.Resource, "{Bucket}", v.FieldByName("Bucket").String())
	if f := v.FieldByName("Key"); f.IsValid() && f.Kind() == reflect.String {
		resource = strings.ReplaceAll(resource, "{Key}", f.String())
	}
	if !allows(b.t, c, "s3:"+o.Action, resource, account, text) {
		return accessDenied()
	}
	return nil
}

// both runs a test on both kinds of engines.
func both(t *testing.T, test func(*testing.T, *bench)) {
	t.Parallel()
	t.Run("fresh names", func(t *testing.T) {
		t.Parallel()
		test(t, newBench(t))
	})
	t.Run("true names", func(t *testing.T) {
		t.Parallel()
		blob, err := fsblob.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		test(t, benchOn(t, keeping{blob}))
	})
}

func (b *bench) call(tx store.Tx, o *op.Operation, reg string) *op.Call {
	return &op.Call{
		Context: context.Background(), Now: b.clock.now, Caller: b.as, Account: b.as.Account, Region: reg, RequestID: "r-1",
		SourceIP: "192.0.2.1", UserAgent: "test", Tx: tx, Record: &audit.Builder{},
	}
}

// do runs an operation through stage, transaction and record.
func (b *bench) do(name string, in any) (any, error) { return b.in(region, name, in) }

func (b *bench) in(reg, name string, in any) (any, error) {
	b.t.Helper()
	o := b.ops[name]
	if o == nil {
		b.t.Fatalf("no operation %s", name)
	}
	tree, err := schema.Unbind(in, o.Input)
	if err != nil {
		b.t.Fatal(err)
	}
	if vs := schema.Validate(tree); len(vs) > 0 {
		b.t.Fatalf("%s: %s", name, schema.Message(vs))
	}
	var staged, out any
	if o.Stage != nil {
		if staged, err = o.Stage(b.call(nil, o, reg), in); err != nil {
			b.t.Fatalf("%s: stage: %v", name, err)
		}
	}
	if b.crash {
		return nil, errors.New("crashed")
	}
	var fault error
	err = b.db.Update(context.Background(), func(tx store.Tx) error {
		c := b.call(tx, o, reg)
		c.Staged = staged
		fault = tx.Savepoint(func() error {
			if err := b.authorise(c, o, in); err != nil {
				return err
			}
			out, err = o.Run(c, in)
			return err
		})
		e := audit.Event{
			Caller: c.Caller, Time: c.Now, Source: "s3.amazonaws.com", Name: o.Name, Region: c.Region, Request: tree, RequestID: c.RequestID,
			ID: "own", ReadOnly: o.ReadOnly, Type: audit.APICall, Category: o.Category, Account: c.Account, Builder: c.Record,
		}
		if known, ok := errorOf(fault); ok {
			e.ErrorCode, e.ErrorMessage = known.Code, known.Message
		}
		tx.Append(store.Record{Kind: store.AuditRecord, Account: c.Account, Region: c.Region, ID: e.ID, Data: b.s.Encoder.Append(nil, &e)})
		return b.commitFault
	})
	if err == nil {
		err = fault
	}
	if err != nil && staged != nil {
		o.Discard(staged)
	}
	b.drain()
	if err == nil && o.Output != nil {
		if _, err := schema.Unbind(out, o.Output); err != nil {
			b.t.Fatalf("%s: output: %v", name, err)
		}
	}
	return out, err
}

func (b *bench) drain() {
	b.t.Helper()
	taken, err := b.db.Take(context.Background(), 5000)
	if err != nil {
		b.t.Fatal(err)
	}
	b.records = nil
	for _, r := range taken {
		if !json.Valid(r.Data) {
			b.t.Fatalf("record is no JSON: %s", r.Data)
		}
		b.records = append(b.records, string(r.Data))
		if r.Record.ID == "own" {
			b.record = string(r.Data)
		}
	}
}

// must runs an operation that succeeds.
func must[O any](b *bench, name string, in any) *O {
	b.t.Helper()
	out, err := b.do(name, in)
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	if o, ok := out.(*O); ok {
		return o
	}
	if out == nil || reflect.ValueOf(out).IsNil() {
		return nil
	}
	b.t.Fatalf("%s gave %T", name, out)
	return nil
}

// refused runs an operation that is refused with a code.
func (b *bench) refused(code, name string, in any) *schema.Error {
	b.t.Helper()
	out, err := b.do(name, in)
	if err == nil {
		b.t.Fatalf("%s gave %+v, want %s", name, out, code)
	}
	e, ok := errorOf(err)
	if !ok {
		b.t.Fatalf("%s: %v, want %s", name, err, code)
	}
	if e.Code != code {
		b.t.Fatalf("%s: %v, want %s", name, e, code)
	}
	if !strings.Contains(b.record, `"errorCode":"`+code+`"`) {
		b.t.Errorf("%s: record %s", name, b.record)
	}
	return e
}

// names tells whether the last record has a resource of a type.
func (b *bench) recorded(kind, arn string) bool {
	return strings.Contains(b.record, `"type":"`+kind+`","ARN":"`+arn+`"`)
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	if c, ok := r.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
	}
	return string(raw)
}

// stored lists all blobs of a bucket in the engine.
func (b *bench) stored(bucket string) []string {
	b.t.Helper()
	var out []string
	for info, err := range b.s.Blob.List(context.Background(), bucket, "", "") {
		if err != nil {
			b.t.Fatal(err)
		}
		out = append(out, info.Key)
	}
	return out
}

// collect runs the jobs that are due after the grace.
func (b *bench) collect() {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	jobs := store.Table[job.Job]{Name: "jobs"}
	var due []job.Job
	err := b.db.View(ctx, func(tx store.Tx) error {
		for j, err := range jobs.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			due = append(due, *j)
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for _, j := range due {
		if j.Kind != CollectJob {
			b.t.Errorf("job of kind %s", j.Kind)
		}
		if err := b.s.Collect(ctx, j); err != nil {
			b.t.Errorf("collect: %v", err)
		}
	}
}

func stream(s string) io.Reader { return bytes.NewReader([]byte(s)) }
