package schedule_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/schedule"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const writer = "arn:aws:iam::111122223333:role/writer"

func to(uri string) *api.DestinationConfiguration {
	return &api.DestinationConfiguration{S3Configuration: &api.S3Configuration{DestinationIdentifier: uri, RoleArn: writer}}
}

// deliveries are the jobs of deliveries.
func (w *world) deliveries() (out []job.Job) {
	w.T.Helper()
	err := w.State.View(w.T.Context(), func(tx store.Tx) error {
		out = nil
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			var j job.Job
			if err := errors.Join(err, json.Unmarshal(kv.Value, &j)); err != nil {
				return err
			}
			if j.Kind == schedule.DeliveryJobKind {
				out = append(out, j)
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return out
}

// run makes a query with a destination and triggers it once.
func (w *world) run(uri string) (arn string) {
	w.T.Helper()
	in := input()
	in.DestinationConfiguration = to(uri)
	arn, err := w.create(in)
	if err != nil {
		w.T.Fatal(err)
	}
	w.Advance(time.Hour)
	w.fire(arn, w.Clock)
	if n := len(w.deliveries()); n != 1 {
		w.T.Fatalf("%d deliveries", n)
	}
	return arn
}

// destination is what the history says of the last run's.
func (w *world) destination() (out api.ScheduledQueryDestination) {
	w.T.Helper()
	err := w.do(func(c *op.Call) error {
		h, err := w.svc.GetScheduledQueryHistory(c, &api.GetScheduledQueryHistoryInput{Identifier: "hourly", StartTime: 0, EndTime: w.MS()})
		if err == nil {
			out = h.TriggerHistory[len(h.TriggerHistory)-1].Destinations[0]
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return out
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	arn := w.run("s3://results/daily/")
	id := arn[strings.LastIndexByte(arn, ':')+1:]
	if d := w.destination(); *d.Status != "IN_PROGRESS" || *d.DestinationType != "S3" || *d.DestinationIdentifier != "s3://results/daily/" || d.ProcessedIdentifier != nil {
		t.Errorf("%+v", d)
	}
	// While the query runs it is asked about again, once, although its job ran twice.
	w.queries.status = "Running"
	first := w.deliveries()[0]
	for range 2 {
		if err := w.svc.Deliver(t.Context(), first); err != nil {
			t.Fatal(err)
		}
	}
	all := w.deliveries()
	if len(all) != 2 || len(w.bucket.put) != 0 {
		t.Fatalf("%d jobs, %d objects", len(all), len(w.bucket.put))
	}
	w.queries.status = ""
	for _, j := range append(all, all...) {
		if err := w.svc.Deliver(t.Context(), j); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.bucket.put) != 1 {
		t.Fatalf("put %d times", len(w.bucket.put))
	}
	o := w.bucket.put[0]
	key := "daily/" + id + "/" + w.Clock.UTC().Format("2006/01/02") + "/q1.json"
	if o.Bucket != "results" || o.Key != key || o.Role != writer || o.Owner != logstest.Account || o.Schedule != arn {
		t.Errorf("%+v", o)
	}
	want := `{"scheduledQueryArn":"` + arn + `","queryId":"q1","triggeredTimestamp":` + number(w.MS()) + `,"status":"Complete",` +
		`"results":[[{"field":"count(*)","value":"<7>"}]],"statistics":{"recordsMatched":7,"recordsScanned":0,"bytesScanned":0}}` + "\n"
	if string(o.Data) != want {
		t.Errorf("got %swant %s", o.Data, want)
	}
	if d := w.destination(); *d.Status != "COMPLETE" || *d.ProcessedIdentifier != "s3://results/"+key || d.ErrorMessage != nil {
		t.Errorf("%+v", d)
	}
	err := w.do(func(c *op.Call) error {
		got, err := w.svc.GetScheduledQuery(c, &api.GetScheduledQueryInput{Identifier: arn})
		if err == nil && got.DestinationConfiguration.S3Configuration.DestinationIdentifier != "s3://results/daily/" {
			t.Errorf("%+v", got.DestinationConfiguration)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func number(n int64) string {
	raw, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestDeliver_failures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status, reason string
		refusal        error
		want, message  string
	}{
		"refused":       {"", "", schedule.Refusal("no bucket"), "CLIENT_ERROR", "no bucket"},
		"failed query":  {"Failed", "too large", nil, "FAILED", "There is no result: Failed too large"},
		"gone":          {"gone", "", nil, "FAILED", "The result of the query is not kept any more."},
		"broken engine": {"", "", errors.New("secret path"), "IN_PROGRESS", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			arn := w.run("s3://results")
			w.queries.status, w.queries.reason, w.bucket.refusal = tc.status, tc.reason, tc.refusal
			j := w.deliveries()[0]
			err := w.svc.Deliver(t.Context(), j)
			if again := tc.want == "IN_PROGRESS"; (err != nil) != again {
				t.Errorf("error %v", err)
			}
			d := w.destination()
			if *d.Status != tc.want || tc.message != "" && *d.ErrorMessage != tc.message || len(w.bucket.put) != 0 {
				t.Errorf("%s %v", *d.Status, d.ErrorMessage)
			}
			err = w.State.Update(t.Context(), func(tx store.Tx) error { return w.svc.DeliveryGivenUp(tx, w.Clock, j) })
			if err != nil {
				t.Fatal(err)
			}
			if d := w.destination(); tc.want == "IN_PROGRESS" && (*d.Status != "FAILED" || *d.ErrorMessage != "The result could not be put.") || tc.want != "IN_PROGRESS" && *d.Status != tc.want {
				t.Errorf("given up: %s", *d.Status)
			}
			err = w.do(func(c *op.Call) error {
				_, err := w.svc.DeleteScheduledQuery(c, &api.DeleteScheduledQueryInput{Identifier: arn})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.svc.Deliver(t.Context(), j); err != nil {
				t.Errorf("of a query that was deleted: %v", err)
			}
		})
	}
}

func TestDestination_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := input()
	in.DestinationConfiguration = to("s3://results/x")
	in.DestinationConfiguration.S3Configuration.KmsKeyId = new("arn:aws:kms:eu-west-1:111122223333:key/k")
	_, err := w.create(in)
	logstest.Refused(t, err, "ValidationException", "kmsKeyId is not supported by this server.")
	in.DestinationConfiguration = to("s3://results/x")
	in.DestinationConfiguration.S3Configuration.OwnerAccountId = new("999988887777")
	w.bucket.refusal = schedule.Refusal("The bucket results does not exist.")
	_, err = w.create(in)
	logstest.Refused(t, err, "ValidationException", "The bucket results does not exist.")
	if o := w.bucket.asked[0]; o.Owner != "999988887777" || !strings.HasPrefix(o.Key, "x/") {
		t.Errorf("%+v", o)
	}
	// Who may pass the role of the query only cannot write by another.
	w.bucket.refusal = nil
	err = func() error {
		_, err := w.Do(func(c *op.Call) error {
			c.Allowed = func(_, resource, _, _ string) (bool, error) { return resource != writer, nil }
			_, err := w.svc.CreateScheduledQuery(c, in)
			return err
		})
		return err
	}()
	if err == nil || !strings.Contains(err.Error(), "iam:PassRole on resource: "+writer) {
		t.Errorf("%v", err)
	}
	if n := len(w.deliveries()); n != 0 {
		t.Errorf("%d jobs", n)
	}
}
