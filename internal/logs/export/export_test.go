package export_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/export"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// buckets keeps objects; asked and put are what it answers, by turns for put.
type buckets struct {
	objects map[string][]byte
	acl     error
	asked   error
	put     []error
}

func (b *buckets) CheckACL(store.Tx, export.Object) error { return b.acl }
func (b *buckets) Check(store.Tx, export.Object) error    { return b.asked }
func (b *buckets) Put(_ context.Context, o export.Object) error {
	if len(b.put) > 0 {
		err := b.put[0]
		if b.put = b.put[1:]; err != nil {
			return err
		}
	}
	b.objects[o.Key] = o.Data
	return nil
}

type world struct {
	*logstest.World
	svc     *export.Service
	buckets *buckets
	group   *logs.Group
}

func newWorld(t *testing.T) *world {
	w := &world{World: logstest.New(t), buckets: &buckets{objects: make(map[string][]byte)}}
	w.svc = &export.Service{State: w.State, Reader: w.Store, Masks: new(mask.Masker), Buckets: w.buckets, Tokens: w.Vault, Now: w.Now}
	w.group = &logs.Group{Account: logstest.Account, Region: logstest.Region, Name: "/a", ID: "1", Class: "STANDARD"}
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error { return logs.Groups.Put(tx, w.group) })
	return w
}

func (w *world) events(stream string, messages ...string) {
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
		_, err := logs.AddStream(tx, w.group, stream, w.MS())
		return err
	})
	var events []logs.Event
	for i, m := range messages {
		events = append(events, logs.Event{Account: logstest.Account, Region: logstest.Region, Group: "/a", Stream: stream, Time: w.MS() + int64(i), Ingested: w.MS(), Message: []byte(m)})
	}
	w.Store.Append(events)
}

func (w *world) create(in *api.CreateExportTaskInput) (id string, err error) {
	in.LogGroupName, in.Destination = "/a", "bucket"
	if in.To == 0 {
		in.From, in.To = w.MS(), w.MS()+1
	}
	_, err = w.Do(func(c *op.Call) error {
		out, err := w.svc.CreateExportTask(c, in)
		if err == nil {
			id = *out.TaskId
		}
		return err
	})
	return id, err
}

func (w *world) run(id string, attempt int) error {
	payload, err := json.Marshal(map[string]string{"Task": id})
	if err != nil {
		return err
	}
	return w.svc.Run(w.T.Context(), job.Job{Account: logstest.Account, Region: logstest.Region, Attempt: attempt, Payload: payload})
}

func (w *world) task(id string) api.ExportTask {
	w.T.Helper()
	var out *api.DescribeExportTasksOutput
	w.Must(func(c *op.Call) (err error) {
		out, err = w.svc.DescribeExportTasks(c, &api.DescribeExportTasksInput{TaskId: &id})
		return err
	})
	return out.ExportTasks[0]
}

func (w *world) cancel(id string) error {
	_, err := w.Do(func(c *op.Call) error { return w.svc.CancelExportTask(c, &api.CancelExportTaskInput{TaskId: id}) })
	return err
}

func plain(t *testing.T, data []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.events("a/b", "one", "two", "beyond the time")
	w.events("a-b", "three")
	w.events("a/c", "mail to x@y.example")
	w.events("empty")
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
		const ids = `["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]`
		return logs.Protections.Put(tx, &logs.Protection{Account: logstest.Account, Region: logstest.Region, Group: "/a",
			Document: `{"Name":"p","Version":"2021-06-01","Statement":[{"DataIdentifier":` + ids + `,"Operation":{"Audit":{"FindingsDestination":{}}}},` +
				`{"DataIdentifier":` + ids + `,"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`})
	})
	id, err := w.create(&api.CreateExportTaskInput{TaskName: new("mine")})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.task(id); *got.Status.Code != "PENDING" || *got.DestinationPrefix != "exportedlogs" || *got.TaskName != "mine" {
		t.Errorf("at first %+v", got)
	}
	_, err = w.create(&api.CreateExportTaskInput{})
	logstest.Refused(t, err, "LimitExceededException", "Resource limit exceeded.")
	down := errors.New("down")
	w.buckets.put = []error{nil, nil, down} // after the test object and one part
	if err := w.run(id, 1); !errors.Is(err, down) || *w.task(id).Status.Code != "RUNNING" {
		t.Errorf("a failing bucket: %v, %s", err, *w.task(id).Status.Code)
	}
	if err := w.run(id, 2); err != nil {
		t.Fatal(err)
	}
	if got := w.task(id); *got.Status.Code != "COMPLETED" || *got.ExecutionInfo.CompletionTime != w.MS() {
		t.Errorf("at last %+v", got.Status)
	}
	under := "exportedlogs/" + id + "/"
	want := map[string]string{
		under + "a-b/000000.gz":          "2026-03-01T12:00:00.000Z three\n",
		under + "a-b-c14cddc0/000000.gz": "2026-03-01T12:00:00.000Z one\n2026-03-01T12:00:00.001Z two\n", // what "a-b" leaves to "a/b"
		under + "a-c/000000.gz":          "2026-03-01T12:00:00.000Z mail to ***********\n",
	}
	for key, data := range w.buckets.objects {
		if key == "exportedlogs/aws-logs-write-test" {
			continue
		}
		text, known := want[key]
		if got := plain(t, data); !known || got != text {
			t.Errorf("%s: %q, want %q", key, got, text)
		}
	}
	if len(w.buckets.objects) != 4 || string(w.buckets.objects["exportedlogs/aws-logs-write-test"]) != "Permission Check Successful" {
		t.Errorf("objects %v", slices.Sorted(maps.Keys(w.buckets.objects)))
	}
	logstest.Refused(t, w.cancel(id), "InvalidOperationException", "The specified export task has already finished.")
}

// More text than one object holds goes on in the next, without loss or repeat.
func TestExport_parts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var messages []string
	for i := range 40 {
		messages = append(messages, fmt.Sprint(i, " ", strings.Repeat("x", 1<<20)))
	}
	w.events("s", messages...)
	id, err := w.create(&api.CreateExportTaskInput{From: w.MS(), To: w.MS() + 100, DestinationPrefix: new("p")})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(id, 1); err != nil {
		t.Fatal(err)
	}
	text := plain(t, w.buckets.objects["p/"+id+"/s/000000.gz"]) + plain(t, w.buckets.objects["p/"+id+"/s/000001.gz"])
	if n := strings.Count(text, "\n"); n != 40 || len(w.buckets.objects) != 3 {
		t.Errorf("%d lines in %d objects", n, len(w.buckets.objects))
	}
}

func TestExport_ends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.events("s", "one")
	for name, c := range map[string]struct {
		put     error
		attempt int
		code    string
		message string
	}{
		"no bucket":      {export.ErrNoBucket, 1, "FAILED", "The bucket does not exist."},
		"denied":         {export.ErrDenied, 1, "FAILED", "The bucket policy does not allow CloudWatch Logs to put objects."},
		"down for hours": {errors.New("down"), 12, "FAILED", "The export failed by an internal error."},
	} {
		id, err := w.create(&api.CreateExportTaskInput{})
		if err != nil {
			t.Fatal(err)
		}
		w.buckets.put = []error{c.put}
		if err := w.run(id, c.attempt); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := w.task(id); *got.Status.Code != c.code || *got.Status.Message != c.message {
			t.Errorf("%s: %s %s", name, *got.Status.Code, *got.Status.Message)
		}
	}
	id, err := w.create(&api.CreateExportTaskInput{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.cancel(id); err != nil {
		t.Fatal(err)
	}
	if err := w.run(id, 1); err != nil || *w.task(id).Status.Code != "CANCELLED" || len(w.buckets.objects) != 0 {
		t.Errorf("cancelled: %v, %s, %d objects", err, *w.task(id).Status.Code, len(w.buckets.objects))
	}
	logstest.Refused(t, w.cancel("none"), "ResourceNotFoundException", "The specified export task does not exist.")
	var list *api.DescribeExportTasksOutput
	w.Must(func(c *op.Call) (err error) {
		list, err = w.svc.DescribeExportTasks(c, &api.DescribeExportTasksInput{StatusCode: new("FAILED")})
		return err
	})
	if len(list.ExportTasks) != 3 {
		t.Errorf("%d failed tasks", len(list.ExportTasks))
	}
}

func TestCreateExportTask_refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, c := range map[string]struct {
		in         api.CreateExportTaskInput
		acl, asked error
		message    string
	}{
		"times":     {api.CreateExportTaskInput{From: 5, To: 5}, nil, nil, "The parameter 'from' must be before 'to'."},
		"no bucket": {api.CreateExportTaskInput{}, export.ErrNoBucket, nil, "The given bucket does not exist. Please make sure the bucket exists."},
		"acl":       {api.CreateExportTaskInput{}, export.ErrDenied, nil, "GetBucketAcl call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation."},
		"put":       {api.CreateExportTaskInput{}, nil, export.ErrDenied, "PutObject call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation."},
	} {
		w.buckets.acl, w.buckets.asked = c.acl, c.asked
		_, err := w.create(&c.in)
		t.Log(name)
		logstest.Refused(t, err, "InvalidParameterException", c.message)
	}
	_, err := w.Do(func(c *op.Call) error {
		_, err := w.svc.CreateExportTask(c, &api.CreateExportTaskInput{LogGroupName: "/x", From: 1, To: 2})
		return err
	})
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified log group does not exist.")
}
