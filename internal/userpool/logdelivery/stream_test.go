package logdelivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
)

// streams are streams of Firehose with what they were sent. One whose ARN ends with "unknown" has no address.
type streams struct {
	got   []logdelivery.Request
	fault error
}

func (s *streams) Knows(stream string) bool { return !strings.HasSuffix(stream, "unknown") }

func (s *streams) Send(_ context.Context, r logdelivery.Request) error {
	s.got = append(s.got, r)
	return s.fault
}

const hose = "arn:aws:firehose:us-east-1:123456789012:deliverystream/"

// newStreaming is a pool that delivers to a stream.
func newStreaming(t *testing.T) (*exporting, *streams) {
	w, s := newExporting(t), &streams{}
	w.S.LogDelivery.Streams, w.x.Streams = s, s
	w.stream("events")
	return w, s
}

// stream sets the stream.
func (w *exporting) stream(name string) {
	w.T.Helper()
	if _, res := set(w.World, w.pool, toStream("userAuthEvents", "INFO", hose+name)); res.Err != nil {
		w.T.Fatal(res.Err)
	}
}

// sizes are how many records each request had.
func (s *streams) sizes() (out []int) {
	for _, r := range s.got {
		out = append(out, len(r.Records))
	}
	return out
}

func TestExporter_stream(t *testing.T) {
	t.Parallel()
	w, s := newStreaming(t)
	w.deliver(1, 3)
	if n, _ := w.rows(); n != 3 {
		t.Errorf("%d rows", n)
	}
	for range 2 { // the same job once more finds nothing
		if err := w.run(1); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.got) != 1 || s.got[0].Stream != hose+"events" || len(s.got[0].ID) != 36 || !s.got[0].Now.Equal(w.Now()) || len(w.files) != 0 {
		t.Fatalf("%+v", s.got)
	}
	want := `{"eventTimestamp":"1772521509250","eventSource":"USER_ACTIVITY","logLevel":"INFO","message":{"n":2},"logSourceId":{"userPoolId":"` + w.pool + `"}}`
	if string(s.got[0].Records[1]) != want {
		t.Errorf("%s", s.got[0].Records[1])
	}
	if n, _ := w.rows(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	// A request takes 500 records.
	s.got = nil
	w.deliver(1, 1001)
	for range 3 {
		if err := w.run(1); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.sizes(); !slices.Equal(got, []int{500, 500, 1}) {
		t.Errorf("%v", got)
	}
}

// A request that may have arrived is sent again as it was, whatever came since.
func TestExporter_streamAgain(t *testing.T) {
	t.Parallel()
	w, s := newStreaming(t)
	w.deliver(1, 2)
	s.fault = errors.New("connection lost")
	if err := w.run(1); err == nil {
		t.Fatal("no further attempt")
	}
	w.deliver(3, 4)
	s.fault = nil
	for range 2 {
		if err := w.run(2); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(s.sizes(), []int{2, 2, 2}) || s.got[0].ID != s.got[1].ID || s.got[1].ID == s.got[2].ID || fmt.Sprintf("%s", s.got[0].Records) != fmt.Sprintf("%s", s.got[1].Records) {
		t.Errorf("%+v", s.got)
	}
	// What is refused for good, and what waited a day, is dropped.
	w.deliver(5, 5)
	s.fault = fmt.Errorf("%w: it answered 400", logdelivery.ErrRefused)
	if err := w.run(1); err != nil {
		t.Fatal(err)
	}
	if n, _ := w.rows(); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	s.got, s.fault = nil, errors.New("connection lost")
	w.deliver(6, 6)
	_ = w.run(1)
	w.Advance(25 * time.Hour)
	_ = w.run(2)
	s.fault = nil
	w.deliver(7, 7)
	for range 2 {
		if err := w.run(3); err != nil {
			t.Fatal(err)
		}
	}
	if last := s.got[len(s.got)-1]; len(last.Records) != 1 || !strings.Contains(string(last.Records[0]), `"n":7`) {
		t.Errorf("%s", last.Records)
	}
	// A pool that turns to a bucket takes what waits along.
	w.deliver(8, 8)
	w.send("arn:aws:s3:::others")
	if err := w.run(1); err != nil || w.delivered("others") != "8" {
		t.Errorf("%q, %v", w.delivered("others"), err)
	}
}

func TestSetLogDeliveryConfiguration_stream(t *testing.T) {
	t.Parallel()
	w, _ := newStreaming(t)
	for name, message := range map[string]string{
		hose + "unknown": "Invalid log destination: " + hose + "unknown has no address: logs.destinations of this server names none.",
		"arn:aws:firehose:us-east-1:999988887777:deliverystream/events": "Invalid log destination: arn:aws:firehose:us-east-1:999988887777:deliverystream/events",
		"arn:aws:firehose:eu-west-1:123456789012:deliverystream/events": "Invalid log destination: arn:aws:firehose:eu-west-1:123456789012:deliverystream/events",
		"arn:aws:kinesis:us-east-1:123456789012:stream/events":          "Invalid log destination: arn:aws:kinesis:us-east-1:123456789012:stream/events",
	} {
		_, res := set(w.World, w.pool, toStream("userAuthEvents", "INFO", name))
		w.Refused(res, "InvalidParameterException", message)
	}
	_, res := set(w.World, w.pool, toStream("userNotification", "ERROR", hose+"events"))
	w.Refused(res, "InvalidParameterException", "EventSource userNotification can be delivered to CloudWatch Logs only.")
	if got := get(w.World, w.pool); !strings.Contains(got, `"FirehoseConfiguration":{"StreamArn":"`+hose+`events"}`) {
		t.Errorf("a refused call left %s", got)
	}
}
