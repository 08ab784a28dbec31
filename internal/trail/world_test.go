package trail_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/trail"
)

const (
	account = "111122223333"
	foreign = "999988887777"
	east    = "us-east-1"
	west    = "eu-west-1"
	mainARN = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
	group   = "arn:aws:logs:us-east-1:111122223333:log-group:trails:*"
	role    = "arn:aws:iam::111122223333:role/Writer"
	// forbidden may not be passed by the caller of these tests.
	forbidden = "arn:aws:iam::111122223333:role/Admin"
	topic     = "arn:aws:sns:us-east-1:111122223333:news"
)

var (
	start   = time.Date(2026, 3, 2, 10, 0, 31, 250e6, time.UTC)
	errDisk = errors.New("disk is broken")
)

// checks are the trail's targets: what is asked for is written down, and the names below are the faults.
type checks struct {
	mu    sync.Mutex
	asked []string
}

func (c *checks) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, fmt.Sprintf(format, args...))
}

func (c *checks) CheckBucket(_ store.Tx, account, trailARN, bucket, prefix string) error {
	c.note("bucket %s %s %s %q", account, trailARN, bucket, prefix)
	return map[string]error{"gone": trail.ErrNoBucket, "closed": fmt.Errorf("statement 2: %w", trail.ErrBucketPolicy), "broken": errDisk}[bucket]
}

func (c *checks) CheckLogGroup(_ store.Tx, account, region, groupARN, roleARN string) error {
	c.note("group %s %s %s %s", account, region, groupARN, roleARN)
	return map[string]error{"gone": trail.ErrGroup, "untrusting": trail.ErrTrust, "weak": trail.ErrPermission, "broken": errDisk}[groupARN]
}

func (c *checks) CheckTopic(_ store.Tx, _, _, topicARN string) error {
	c.note("topic %s", topicARN)
	return map[string]error{"arn:aws:sns:us-east-1:111122223333:gone": trail.ErrTopic, "arn:broken": errDisk}[topicARN]
}

// signingKeys writes down where a key was asked for.
type signingKeys struct {
	mu   sync.Mutex
	made []string
	err  error
}

func (k *signingKeys) Ensure(c *op.Call) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.made = append(k.made, c.Account+" "+c.Region)
	return k.err
}

// world is the trails of one server over the engine in memory.
type world struct {
	testing.TB
	db      *mem.DB
	checks  *checks
	keys    *signingKeys
	s       *trail.Service
	account string
	region  string
	now     time.Time
	n       int
	// mayNotPass is a role that the caller may not pass.
	mayNotPass string
}

func newWorld(t testing.TB) *world {
	w := &world{TB: t, db: mem.New(), checks: &checks{}, keys: &signingKeys{}, account: account, region: east, now: start, mayNotPass: forbidden}
	w.s = &trail.Service{Targets: w.checks, Keys: w.keys}
	return w
}

// answer is what became of a call.
type answer struct {
	out     string // JSON without absent members, keys in alphabetical order
	err     error
	code    string
	message string
	status  int
	// resources is that part of the call's record.
	resources string
	request   string
}

// call runs an operation as the gateway does: a refusal undoes its writes.
func call[In, Out any](w *world, run func(*op.Call, *In) (*Out, error), in *In) answer {
	w.Helper()
	w.n++
	c := &op.Call{
		Context: w.Context(), Now: w.now, Caller: principal.RootOf(w.account, ""), Account: w.account, Region: w.region,
		RequestID: fmt.Sprintf("request-%d", w.n), Record: &audit.Builder{},
		Allowed: func(action, resource, account, _ string) (bool, error) {
			return action == "iam:PassRole" && resource != w.mayNotPass && account == w.account, nil
		},
	}
	a := answer{request: c.RequestID}
	err := w.db.Update(w.Context(), func(tx store.Tx) error {
		c.Tx = tx
		out, err := run(c, in)
		if err == nil {
			a.out = optest.JSON(w, out)
		}
		return err
	})
	var refused *schema.Error
	if errors.As(err, &refused) {
		a.code, a.message, a.status = refused.Code, refused.Message, refused.HTTPStatus()
	}
	a.err = err
	record := (&audit.Encoder{}).Append(nil, &audit.Event{Caller: c.Caller, Builder: c.Record})
	a.resources = gjson.GetBytes(record, "resources").Raw
	return a
}

// must is call for calls that are not what the test is about.
func must[In, Out any](w *world, run func(*op.Call, *In) (*Out, error), in *In) answer {
	w.Helper()
	a := call(w, run, in)
	if a.err != nil {
		w.Fatalf("%T: %v", in, a.err)
	}
	return a
}

// rows are the trails of all accounts, without their random ids.
func (w *world) rows() []trail.Row {
	w.Helper()
	var out []trail.Row
	err := w.db.View(w.Context(), func(tx store.Tx) error {
		for r, err := range trail.Trails.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			if r.ID == "" {
				w.Errorf("trail %s has no id", r.Name)
			}
			r.ID = ""
			out = append(out, *r)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func (w *world) generation() int64 {
	w.Helper()
	var n int64
	err := w.db.View(w.Context(), func(tx store.Tx) (err error) {
		n, err = trail.Generation(tx, w.account)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// edit changes the one trail behind the operations' back, as delivery does.
func (w *world) edit(change func(*trail.Row)) {
	w.Helper()
	err := w.db.Update(w.Context(), func(tx store.Tx) error {
		for r, err := range trail.Trails.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			change(r)
			return trail.Put(tx, r)
		}
		return errors.New("there is no trail")
	})
	if err != nil {
		w.Fatal(err)
	}
}

// want compares the state with rows.
func (w *world) want(rows ...trail.Row) {
	w.Helper()
	if got, want := optest.JSON(w, w.rows()), optest.JSON(w, rows); got != want {
		w.Errorf("state\n got %s\nwant %s", got, want)
	}
}

// base is the row of a trail made with a name and a bucket only.
func base(name string) trail.Row {
	return trail.Row{Account: account, Region: east, Name: name, Created: start, Bucket: "audit", Global: true}
}

func with(r trail.Row, change func(*trail.Row)) trail.Row {
	change(&r)
	return r
}

func (a answer) want(t testing.TB, out string) {
	t.Helper()
	if a.err != nil {
		t.Fatalf("refused: %v", a.err)
	}
	if a.out != out {
		t.Errorf("answer\n got %s\nwant %s", a.out, out)
	}
}

func (a answer) refused(t testing.TB, code, message string) {
	t.Helper()
	if a.code != code || a.message != message || a.status != 400 {
		t.Errorf("got  %s (HTTP %d): %s (%v)\nwant %s (HTTP 400): %s", a.code, a.status, a.message, a.err, code, message)
	}
}

func (a answer) about(t testing.TB, arns ...string) {
	t.Helper()
	want := ""
	for i, s := range arns {
		want += map[bool]string{true: "[", false: ","}[i == 0] + `{"accountId":"` + account + `","type":"AWS::CloudTrail::Trail","ARN":"` + s + `"}`
	}
	if want != "" {
		want += "]"
	}
	if a.resources != want {
		t.Errorf("the record's resources\n got %s\nwant %s", a.resources, want)
	}
}

// listed are the ARNs of a list in an answer.
func listed(out, list string) []string {
	var got []string
	for _, x := range gjson.Get(out, list+".#.TrailARN").Array() {
		got = append(got, x.String())
	}
	return got
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
