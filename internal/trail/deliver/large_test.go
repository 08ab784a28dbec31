package deliver

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
)

// Large records of random bytes, which anybody may cause, must not add up to a
// row that the store refuses: delivery, and all that follows it, would stop for good.
func TestDelivery_largeRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(nil)
	const n, size = 40, 200 << 10
	src := rand.NewChaCha8([32]byte{1})
	var batch []Record
	for i := range n {
		noise := make([]byte, size/2)
		_, _ = src.Read(noise) // never fails
		id := fmt.Sprintf("event-%03d", i)
		data := fmt.Sprintf(`{"eventTime":%q,"eventSource":"cognito-idp.amazonaws.com","eventName":"InitiateAuth","eventID":%q,"readOnly":false,"eventCategory":"Management","noise":"%x"}`,
			w.clock.t.Format(time.RFC3339), id, noise)
		batch = append(batch, Record{Account: account, Region: region, EventID: id, Data: []byte(data)})
	}
	w.update(func(tx store.Tx) error { return w.d.Settle(tx, batch) })
	rows := 0
	w.update(func(tx store.Tx) error {
		rows = 0
		for p, err := range pendings.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			if rows++; p.Raw > maxPending || len(p.Data) > maxPending {
				t.Errorf("a row holds %d bytes, %d packed", p.Raw, len(p.Data))
			}
		}
		return nil
	})
	if rows < n*size/maxPending {
		t.Errorf("%d rows", rows)
	}
	if err := w.pass(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(n)
	if err := w.pass(time.Hour); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(); !r.Valid() || r.Records != n {
		t.Errorf("%d records proven, want %d: %+v", r.Records, n, r.Findings)
	}
}

// A Region whose files cannot be put holds back no other.
func TestDelivery_oneRegionFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(func(r *trail.Row) { r.MultiRegion = true })
	for i, name := range []string{"eu-west-1", region, "us-west-2"} {
		data := fmt.Sprintf(`{"eventTime":%q,"eventName":"SignUp","eventID":"event-%d","eventCategory":"Management"}`, w.clock.t.Format(time.RFC3339), i)
		w.update(func(tx store.Tx) error {
			return w.d.Settle(tx, []Record{{Account: account, Region: name, EventID: fmt.Sprint("event-", i), Data: []byte(data)}})
		})
	}
	w.d.Bucket = refusing{w.bucket, "/eu-west-1/"}
	if err := w.pass(5 * time.Minute); err == nil {
		t.Error("the failed put was not reported")
	}
	w.wantOnce(2)
	w.d.Bucket = w.bucket
	if err := w.pass(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(3)
}

// A file that was put, but not settled when the process died, is not put into
// another bucket because the trail got one meanwhile; if the old bucket takes no
// more, it goes to the new one.
func TestDelivery_bucketChangesBetween(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{"old bucket there": false, "old bucket gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := w.trail(func(r *trail.Row) { r.Validate = false })
			w.settle("SignUp")
			in, err := w.d.planFile(t.Context(), r, region, w.clock.t)
			if err != nil {
				t.Fatal(err)
			}
			w.trail(func(r *trail.Row) { r.Validate, r.Bucket = false, "other" })
			want := in.Bucket
			if gone {
				want = "other"
				w.d.Bucket = refusing{w.bucket, in.Key}
				if err := w.pass(5 * time.Minute); err == nil {
					t.Error("the failed put was not reported")
				}
			}
			if err := w.pass(5 * time.Minute); err != nil {
				t.Fatal(err)
			}
			w.wantOnce(1)
			for key, o := range w.bucket.objects {
				if o.Bucket != want || !gone && key != in.Key {
					t.Errorf("%s is in %s, want %s in %s", key, o.Bucket, in.Key, want)
				}
			}
		})
	}
}

// A digest that was begun for a bucket that is gone goes to the trail's new bucket
// instead of holding the chain up for good.
func TestDelivery_digestOfLostBucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.trail(nil)
	w.settle("SignUp")
	if err := w.pass(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.clock.t = w.clock.t.Add(time.Hour)
	begun, err := w.d.planDigest(t.Context(), r, region, w.clock.t, false)
	if err != nil || begun == nil {
		t.Fatalf("digest %v, %v", begun, err)
	}
	w.trail(func(n *trail.Row) { n.Bucket, n.Started, n.ValidateSince = "other", r.Started, r.ValidateSince })
	w.d.Bucket = refusing{w.bucket, begun.Key}
	if err := w.pass(time.Minute); err == nil {
		t.Error("the failed put was not reported")
	}
	if err := w.pass(10 * time.Minute); err != nil {
		t.Fatal(err)
	}
	digests, err := w.Digests(t.Context())
	if err != nil || len(digests) != 1 || w.bucket.objects[digests[0]].Bucket != "other" {
		t.Errorf("digests %v, %v, want one in the new bucket", digests, err)
	}
}

// refusing fails puts whose key holds a text.
type refusing struct {
	*fakeBucket
	text string
}

func (b refusing) PutLog(ctx context.Context, o Object) error {
	if strings.Contains(o.Key, b.text) {
		return s3Error("AccessDenied")
	}
	return b.fakeBucket.PutLog(ctx, o)
}
