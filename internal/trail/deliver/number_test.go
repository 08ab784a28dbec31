package deliver

import (
	"context"
	"testing"
	"time"
)

// A busy server settles more records while a file is being put, so that one pass
// delivers several files, all at the same time. Each must be in a digest.
func TestDelivery_severalFilesInOnePass(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(nil)
	w.settle("CreateUserPool")
	during := &settlingBucket{fakeBucket: w.bucket, settle: func() { w.settle("SignUp") }, times: 3}
	w.d.Bucket = during
	if err := w.pass(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(4)
	if err := w.pass(time.Hour); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(); !r.Valid() || r.Files != 4 || r.Records != 4 {
		t.Errorf("%d files and %d records proven, want 4 and 4: %+v", r.Files, r.Records, r.Findings)
	}
}

// A clock that stands still or steps back loses nothing.
func TestDelivery_clockStepsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.trail(nil)
	w.settle("CreateUserPool")
	w.settle("CreateUserPoolClient") // in the same instant
	w.d.Bucket = &settlingBucket{fakeBucket: w.bucket, times: 1, settle: func() {
		w.clock.t = w.clock.t.Add(-10 * time.Minute)
		w.settle("SignUp")
		w.clock.t = w.clock.t.Add(10 * time.Minute)
	}}
	if err := w.pass(5 * time.Minute); err != nil {
		t.Fatal(err)
	}
	w.wantOnce(3)
	if err := w.pass(time.Hour); err != nil {
		t.Fatal(err)
	}
	if r := w.verify(); !r.Valid() || r.Records != 3 {
		t.Errorf("%d records proven, want 3: %+v", r.Records, r.Findings)
	}
}

// settlingBucket has records settled while a put runs.
type settlingBucket struct {
	*fakeBucket
	settle func()
	times  int
}

func (b *settlingBucket) PutLog(ctx context.Context, o Object) error {
	if b.times > 0 {
		b.times--
		b.settle()
	}
	return b.fakeBucket.PutLog(ctx, o)
}
