package logdelivery_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// buckets are buckets with their files. One whose name begins with "no" is missing.
type buckets struct {
	files map[string]string
	puts  int
	// fault is the answer to every put, which is done all the same if lost.
	fault error
	lost  bool
}

// Check implements logdelivery.Buckets.
func (b *buckets) Check(_ store.Tx, o logdelivery.Object) error {
	if strings.HasPrefix(o.Bucket, "no") {
		return logdelivery.ErrNoBucket
	}
	return nil
}

// Put implements logdelivery.Buckets.
func (b *buckets) Put(_ context.Context, o logdelivery.Object) error {
	b.puts++
	if b.fault == nil || b.lost {
		z, err := gzip.NewReader(bytes.NewReader(o.Data))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(z)
		if err != nil {
			return err
		}
		b.files[o.Bucket+"/"+o.Key] = string(text)
	}
	return b.fault
}

type exporting struct {
	*pooltest.World
	*buckets
	pool string
	x    *logdelivery.Exporter
}

func newExporting(t *testing.T) *exporting {
	w := &exporting{World: pooltest.New(t), buckets: &buckets{files: map[string]string{}}}
	w.pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UserPoolTier = new("PLUS") })
	w.S.LogDelivery.Buckets = w.buckets
	w.x = &logdelivery.Exporter{State: w.State, Realm: w.S.Realm, Buckets: w.buckets, Interval: time.Minute, Now: w.Now, Log: slog.New(slog.DiscardHandler)}
	w.send("arn:aws:s3:::events")
	return w
}

// send sets the bucket.
func (w *exporting) send(name string) {
	w.T.Helper()
	if _, res := set(w.World, w.pool, toBucket("userAuthEvents", "INFO", name)); res.Err != nil {
		w.T.Fatal(res.Err)
	}
}

// deliver delivers events with numbers.
func (w *exporting) deliver(from, to int) {
	w.T.Helper()
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(w.pool))
		if err != nil {
			return err
		}
		for n := from; n <= to; n++ {
			if err := logdelivery.Deliver(tx, new(sink), p, "userAuthEvents", w.Now(), fmt.Appendf(nil, `{"n":%d}`, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *exporting) run(attempt int) error {
	return w.x.Run(context.Background(), job.Job{Account: "123456789012", Region: "us-east-1", Payload: []byte(`{"Pool":"` + w.pool + `"}`), Attempt: attempt})
}

// delivered are the numbers of the events in a bucket's files.
func (w *exporting) delivered(bucket string) string {
	var all []string
	for name, text := range w.files {
		if strings.HasPrefix(name, bucket+"/") {
			for _, m := range regexp.MustCompile(`"n":(\d+)`).FindAllStringSubmatch(text, -1) {
				all = append(all, m[1])
			}
		}
	}
	return strings.Join(all, " ")
}

// rows counts what waits, and the jobs that are to write files.
func (w *exporting) rows() (waiting, jobs int) {
	w.View(func(tx store.Tx) error {
		for _, err := range logdelivery.Waiting.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			waiting++
		}
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			if err != nil {
				return err
			}
			if bytes.Contains(kv.Value, []byte(logdelivery.JobKind)) {
				jobs++
			}
		}
		return nil
	})
	return waiting, jobs
}

func TestExporter(t *testing.T) {
	t.Parallel()
	w := newExporting(t)
	w.deliver(1, 3)
	if n, jobs := w.rows(); n != 3 || jobs != 1 {
		t.Errorf("%d rows, %d jobs", n, jobs)
	}
	if err := w.run(1); err != nil {
		t.Fatal(err)
	}
	for name, text := range w.files {
		if ok, _ := regexp.MatchString(`^events/AWSLogs/123456789012/cognito-idp/us-east-1/2026/03/03/123456789012_userAuthEvents_`+w.pool+`_20260303T0705Z_\w{16}\.log\.gz$`, name); !ok {
			t.Errorf("name %s", name)
		}
		if !strings.HasPrefix(text, `{"eventTimestamp":"1772521509250","eventSource":"USER_ACTIVITY","logLevel":"INFO","message":{"n":1},"logSourceId":{"userPoolId":"`+w.pool+`"}}`+"\n") {
			t.Errorf("file %s", text)
		}
	}
	if got := w.delivered("events"); got != "1 2 3" {
		t.Errorf("delivered %q", got)
	}
	if err := w.run(1); err != nil || w.puts != 1 { // the same job once more
		t.Errorf("%d puts, %v", w.puts, err)
	}
	if n, _ := w.rows(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// The answer to a put is lost, or the server ends before it is noted: each event is still in one file.
func TestExporter_crash(t *testing.T) {
	t.Parallel()
	w := newExporting(t)
	w.deliver(1, 2)
	w.fault, w.lost = errors.New("connection lost"), true
	if err := w.run(1); err == nil {
		t.Fatal("no further attempt")
	}
	w.deliver(3, 4)
	w.fault = nil
	if err := w.run(2); err != nil {
		t.Fatal(err)
	}
	if got := w.delivered("events"); got != "1 2" || len(w.files) != 1 {
		t.Errorf("delivered %q in %d files", got, len(w.files))
	}
	if err := w.run(1); err != nil {
		t.Fatal(err)
	}
	if n, _ := w.rows(); n != 0 || len(w.files) != 2 || len(w.delivered("events")) != len("1 2 3 4") {
		t.Errorf("delivered %q, %d wait", w.delivered("events"), n)
	}
}

// What a bucket does not take waits for the next one, or a day.
func TestExporter_closedBucket(t *testing.T) {
	t.Parallel()
	w := newExporting(t)
	w.deliver(1, 1)
	w.fault = logdelivery.ErrDenied
	if err := w.run(1); !errors.Is(err, logdelivery.ErrDenied) {
		t.Fatal(err)
	}
	if err := w.run(12); err != nil { // a new job goes on
		t.Fatal(err)
	}
	if _, jobs := w.rows(); jobs != 2 {
		t.Errorf("%d jobs", jobs)
	}
	w.send("arn:aws:s3:::others")
	if err := w.run(1); err == nil {
		t.Error("the bucket of before was not asked first")
	}
	w.fault = nil
	if err := w.run(2); err != nil || w.delivered("others") != "1" {
		t.Errorf("delivered %q, %v", w.delivered("others"), err)
	}
	w.deliver(2, 2)
	w.fault = logdelivery.ErrNoBucket
	_ = w.run(1)
	w.Advance(25 * time.Hour)
	w.deliver(3, 3)
	_ = w.run(2)
	w.fault = nil
	for range 2 {
		if err := w.run(3); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.delivered("others"); strings.Contains(got, "2") || !strings.Contains(got, "3") {
		t.Errorf("delivered %q", got)
	}
	w.deliver(4, 4)
	if _, res := set(w.World, w.pool); res.Err != nil {
		t.Fatal(res.Err)
	}
	if err := w.run(1); err != nil {
		t.Fatal(err)
	}
	if n, _ := w.rows(); n != 0 || strings.Contains(w.delivered("others"), "4") {
		t.Errorf("%d rows are left", n)
	}
}

func TestExporter_bounded(t *testing.T) {
	t.Parallel()
	w := newExporting(t)
	w.deliver(1, 20_010)
	if n, jobs := w.rows(); n != 20_000 || jobs != 1 {
		t.Errorf("%d rows, %d jobs", n, jobs)
	}
	if err := w.run(1); err != nil || strings.Contains(w.delivered("events"), "20001") {
		t.Error(err)
	}
}

func TestSetLogDeliveryConfiguration_bucket(t *testing.T) {
	t.Parallel()
	w := newExporting(t)
	for name, message := range map[string]string{
		"arn:aws:s3:::nothing":  "Bucket nothing does not exist or its policy does not allow delivery.logs.amazonaws.com to put log files.",
		"arn:aws:s3:::events/x": "Invalid log destination: arn:aws:s3:::events/x",
	} {
		_, res := set(w.World, w.pool, toBucket("userAuthEvents", "INFO", name))
		w.Refused(res, "InvalidParameterException", message)
	}
	if got := get(w.World, w.pool); !strings.Contains(got, `"S3Configuration":{"BucketArn":"arn:aws:s3:::events"}`) {
		t.Errorf("a refused call left %s", got)
	}
}
