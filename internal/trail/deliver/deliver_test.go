package deliver

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/trail/verify"
)

const (
	account = "111122223333"
	region  = "us-east-1"
	bucket  = "audit"
)

// fakeBucket keeps objects and fails when told to.
type fakeBucket struct {
	mu      sync.Mutex
	objects map[string]Object
	puts    int
	// fail decides on the n-th put, before or after it takes effect.
	fail func(n int) (before, after error)
}

func (b *fakeBucket) PutLog(_ context.Context, o Object) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.puts++
	if b.fail != nil {
		before, after := b.fail(b.puts)
		if before != nil {
			return before
		}
		b.objects[o.Key] = o
		return after
	}
	b.objects[o.Key] = o
	return nil
}

type testClock struct{ t time.Time }

func (c *testClock) Now() time.Time { return c.t }

// world is a delivery over the map-backed engine.
type world struct {
	*testing.T
	db     *mem.DB
	bucket *fakeBucket
	clock  *testClock
	keys   *digest.Keyring
	d      *Delivery
	n      int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, _, err := secret.Load(t.Context(), secret.Source{Getenv: func(string) string { return "" }, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		T: t, db: mem.New(), bucket: &fakeBucket{objects: make(map[string]Object)},
		clock: &testClock{time.Date(2026, 3, 2, 10, 0, 31, 0, time.UTC)}, keys: &digest.Keyring{Vault: secret.NewVault(key)},
	}
	w.start()
	return w
}

// start makes the delivery anew, as after a restart of the process.
func (w *world) start() {
	w.d = New(Options{
		State: w.db, Bucket: w.bucket, Signer: w.keys, Clock: w.clock, Log: slog.New(slog.DiscardHandler),
		GroupExists: func(_ store.Tx, _, _, g string) (bool, error) { return g == "trails", nil }, Interval: 5 * time.Minute, DigestInterval: time.Hour,
	})
}

func (w *world) update(fn func(store.Tx) error) {
	w.Helper()
	if err := w.db.Update(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) trail(change func(*trail.Row)) *trail.Row {
	w.Helper()
	r := &trail.Row{
		ID: "t1", Account: account, Region: region, Name: "main", Bucket: bucket, Global: true, Validate: true, Logging: true,
		Started: w.clock.t, ValidateSince: w.clock.t,
	}
	if change != nil {
		change(r)
	}
	w.update(func(tx store.Tx) error { return trail.Put(tx, r) })
	return r
}

// settle hands records to the trail as the drainer does.
func (w *world) settle(names ...string) {
	w.Helper()
	var batch []Record
	for _, name := range names {
		w.n++
		id := fmt.Sprintf("event-%03d", w.n)
		readOnly := strings.HasPrefix(name, "Describe")
		data := fmt.Sprintf(`{"eventTime":%q,"eventSource":"cognito-idp.amazonaws.com","eventName":%q,"requestID":"req-%s","eventID":%q,"readOnly":%v,"eventType":"AwsApiCall","eventCategory":"Management"}`,
			w.clock.t.Format(time.RFC3339), name, name, id, readOnly)
		batch = append(batch, Record{Account: account, Region: region, EventID: id, Data: []byte(data)})
	}
	w.update(func(tx store.Tx) error { return w.d.Settle(tx, batch) })
}

// pass advances the clock and delivers what is due.
func (w *world) pass(after time.Duration) error {
	w.clock.t = w.clock.t.Add(after)
	return w.d.pass(w.Context(), w.clock.t, true)
}

// delivered lists the event ids in log files, with their counts.
func (w *world) delivered() map[string]int {
	w.Helper()
	ids := make(map[string]int)
	for key, o := range w.bucket.objects {
		if !strings.Contains(key, "/CloudTrail/") {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader(o.Body))
		if err != nil {
			w.Fatal(err)
		}
		body, err := io.ReadAll(z)
		if err != nil {
			w.Fatal(err)
		}
		for _, r := range gjson.GetBytes(body, "Records").Array() {
			ids[r.Get("eventID").String()]++
		}
	}
	return ids
}

func (w *world) wantOnce(n int) {
	w.Helper()
	ids := w.delivered()
	if len(ids) != n {
		w.Errorf("%d events delivered, want %d", len(ids), n)
	}
	for id, times := range ids {
		if times != 1 {
			w.Errorf("%s is in %d files", id, times)
		}
	}
}

// Digests, Get and PublicKey make the world a source for verification.
func (w *world) Digests(context.Context) ([]string, error) {
	keys := slices.Sorted(maps.Keys(w.bucket.objects))
	return slices.DeleteFunc(keys, func(k string) bool { return !strings.Contains(k, "CloudTrail-Digest") }), nil
}

func (w *world) Get(_ context.Context, _, key string) ([]byte, map[string]string, error) {
	o, ok := w.bucket.objects[key]
	if !ok {
		return nil, nil, verify.ErrMissing
	}
	return o.Body, o.Metadata, nil
}

func (w *world) PublicKey(ctx context.Context, fingerprint string) (*rsa.PublicKey, error) {
	var key *rsa.PublicKey
	err := w.db.Update(ctx, func(tx store.Tx) error {
		c := &op.Call{Context: ctx, Now: w.clock.t, Account: account, Region: region, Tx: tx}
		out, err := w.keys.ListPublicKeys(c, &cloudtrail.ListPublicKeysInput{})
		if err != nil {
			return err
		}
		for _, k := range out.PublicKeyList {
			if *k.Fingerprint == fingerprint {
				key, err = digest.ParsePublic(k.Value)
			}
		}
		return err
	})
	return key, err
}

func (w *world) verify() *verify.Report {
	w.Helper()
	r, err := verify.Run(w.Context(), w, bucket)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func TestDelivery_fileAndDigests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(nil)
	w.settle("CreateUserPool", "DescribeUserPool")
	if err := w.pass(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	var names []string
	for k := range w.bucket.objects {
		names = append(names, k)
	}
	if len(names) != 1 || !strings.HasPrefix(names[0], "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T1005Z_") ||
		!strings.HasSuffix(names[0], ".json.gz") {
		t.Fatalf("objects %v", names)
	}
	w.wantOnce(2)
	w.settle("SignUp")
	for range 2 { // the first hour's digest with two files, then an empty one
		if err := w.pass(time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	r := w.verify()
	if !r.Valid() || r.Digests != 2 || r.Files != 2 || r.Records != 3 || r.Gaps != 0 {
		t.Errorf("report %+v", r)
	}
	digests, _ := w.Digests(t.Context())
	const want = "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T110531Z.json.gz"
	if digests[0] != want {
		t.Errorf("digest is named %s", digests[0])
	}
}

// Every byte of every delivered file is covered: one flip anywhere is found.
func TestDelivery_changedByteIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(nil)
	w.settle("CreateUserPool", "SignUp")
	for range 2 {
		if err := w.pass(time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if !w.verify().Valid() {
		t.Fatal("the untouched trail is not valid")
	}
	digests, _ := w.Digests(t.Context())
	newest := digests[len(digests)-1]
	for key, o := range maps.Clone(w.bucket.objects) {
		body := unpack(t, o.Body)
		for _, at := range []int{0, 1, len(body) / 3, len(body) / 2, len(body) - 2, len(body) - 1} {
			changed := bytes.Clone(body)
			changed[at] ^= 1
			packed, err := compress(changed)
			if err != nil {
				t.Fatal(err)
			}
			w.bucket.objects[key] = Object{Key: key, Body: packed, Metadata: o.Metadata}
			if w.verify().Valid() {
				t.Errorf("flip at %d of %s was not found", at, key)
			}
		}
		w.bucket.objects[key] = o
		if key == newest {
			continue // without a later digest nothing can miss it
		}
		delete(w.bucket.objects, key)
		if w.verify().Valid() {
			t.Errorf("deleting %s was not found", key)
		}
		w.bucket.objects[key] = o
	}
}

func unpack(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A put may fail before or after it took effect, and the process may end at
// any point; every record is still in exactly one file.
func TestDelivery_exactlyOnceOverFaults(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 6; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("put %d fails, after effect %v", n, after), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.trail(nil)
				fault := s3Error("SlowDown")
				w.bucket.fail = func(i int) (error, error) {
					if i != n {
						return nil, nil
					}
					if after {
						return nil, fault
					}
					return fault, nil
				}
				failed := 0
				for range 8 {
					w.settle("CreateUserPool", "SignUp", "InitiateAuth")
					if err := w.pass(20 * time.Minute); err != nil {
						failed++
						w.start() // restart with what is in the state
					}
				}
				if err := w.pass(2 * time.Hour); err != nil {
					t.Fatal(err)
				}
				if failed != 1 {
					t.Errorf("%d passes failed, want 1", failed)
				}
				w.wantOnce(24)
				if r := w.verify(); !r.Valid() || r.Gaps != 0 {
					t.Errorf("report %+v", r)
				}
			})
		}
	}
}

type s3Error string

func (e s3Error) Error() string { return string(e) }
func (e s3Error) Code() string  { return string(e) }

func TestDelivery_failureShowsInStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(nil)
	w.bucket.fail = func(int) (error, error) { return s3Error("NoSuchBucket"), nil }
	w.settle("SignUp")
	if err := w.pass(5 * time.Minute); err == nil {
		t.Fatal("the failed put was not reported")
	}
	status := func() *trail.Status {
		var st *trail.Status
		w.update(func(tx store.Tx) (err error) { st, err = trail.Statuses.Get(tx, store.K("t1", region)); return err })
		return st
	}
	if got := status().DeliveryError; got != "NoSuchBucket" {
		t.Errorf("LatestDeliveryError is %q", got)
	}
	w.bucket.fail = nil
	if err := w.pass(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	if st := status(); st.DeliveryError != "" || !st.Delivery.Equal(w.clock.t) {
		t.Errorf("after success: %+v", st)
	}
	w.wantOnce(1)
}

// What happened before StopLogging is delivered, with its own record last, and a
// final digest closes the chain. What comes after is not.
func TestDelivery_stopLogging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.trail(nil)
	w.settle("SignUp")
	w.clock.t = w.clock.t.Add(time.Minute)
	r.Logging, r.Stopped, r.Ending, r.EndRequest = false, w.clock.t, true, "req-StopLogging"
	w.update(func(tx store.Tx) error { return trail.Put(tx, r) })
	w.settle("InitiateAuth", "StopLogging", "GetUser")
	w.clock.t = w.clock.t.Add(time.Minute)
	w.settle("AdminGetUser")
	if err := w.pass(time.Second); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(3)
	if rep := w.verify(); !rep.Valid() || rep.Digests != 1 || rep.Records != 3 {
		t.Errorf("report %+v", rep)
	}
	w.update(func(tx store.Tx) error {
		row, err := trail.Trails.Get(tx, trail.Trails.Key(r))
		if err == nil && (row.Ending || row.Drained || row.Logging) {
			t.Errorf("trail after its end: %+v", row)
		}
		return err
	})
}

func TestDelivery_deletedTrailGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.trail(nil)
	w.clock.t = w.clock.t.Add(time.Minute)
	r.Logging, r.Deleted, r.Stopped, r.Ending, r.EndRequest = false, true, w.clock.t, true, "req-DeleteTrail"
	w.update(func(tx store.Tx) error { return trail.Put(tx, r) })
	w.settle("DeleteTrail")
	if err := w.pass(time.Second); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(1)
	err := w.db.View(t.Context(), func(tx store.Tx) error {
		_, err := trail.Trails.Get(tx, trail.Trails.Key(r))
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the trail is still there: %v", err)
	}
}

func TestDelivery_selectorsAndLogGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(func(r *trail.Row) {
		r.LogGroup = "arn:aws:logs:us-east-1:111122223333:log-group:trails:*"
		r.Basic = []cloudtrail.EventSelector{{ReadWriteType: new("WriteOnly")}}
	})
	w.settle("SignUp", "DescribeUserPool")
	if err := w.pass(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(1)
	for name, want := range map[string]int{"SignUp": 1, "DescribeUserPool": 0} {
		rec, err := json.Marshal(map[string]any{"eventName": name, "eventCategory": "Management", "readOnly": want == 0})
		if err != nil {
			t.Fatal(err)
		}
		copies, err := w.d.Route(t.Context(), Record{Account: account, Region: region, EventID: "e", Data: rec})
		if err != nil || len(copies) != want {
			t.Errorf("%s: %d copies, error %v", name, len(copies), err)
		}
		if want == 1 && (copies[0].Group != "trails" || copies[0].Stream != "111122223333_CloudTrail_us-east-1") {
			t.Errorf("copy %+v", copies[0])
		}
	}
}
