package group_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

type world struct {
	*logstest.World
	svc *group.Service
}

func newWorld(t *testing.T) *world {
	w := logstest.New(t)
	return &world{w, &group.Service{Marks: w.Store, Tokens: w.Vault}}
}

func (w *world) create(names ...string) {
	w.T.Helper()
	for _, n := range names {
		w.Must(func(c *op.Call) error { return w.svc.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: n}) })
	}
}

func (w *world) stream(group string, names ...string) {
	w.T.Helper()
	for _, n := range names {
		w.Must(func(c *op.Call) error {
			return w.svc.CreateLogStream(c, &api.CreateLogStreamInput{LogGroupName: group, LogStreamName: n})
		})
	}
}

func (w *world) groups(in *api.DescribeLogGroupsInput) *api.DescribeLogGroupsOutput {
	w.T.Helper()
	var out *api.DescribeLogGroupsOutput
	w.Must(func(c *op.Call) (err error) { out, err = w.svc.DescribeLogGroups(c, in); return err })
	return out
}

func (w *world) streams(in *api.DescribeLogStreamsInput) *api.DescribeLogStreamsOutput {
	w.T.Helper()
	var out *api.DescribeLogStreamsOutput
	w.Must(func(c *op.Call) (err error) { out, err = w.svc.DescribeLogStreams(c, in); return err })
	return out
}

func groupNames(out *api.DescribeLogGroupsOutput) string {
	var names []string
	for _, g := range out.LogGroups {
		names = append(names, *g.LogGroupName)
	}
	return strings.Join(names, " ")
}

func streamNames(out *api.DescribeLogStreamsOutput) string {
	var names []string
	for _, s := range out.LogStreams {
		names = append(names, *s.LogStreamName)
	}
	return strings.Join(names, " ")
}

const arnA = "arn:aws:logs:eu-west-1:111122223333:log-group:/a"

func TestCreateLogGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	resources := w.Must(func(c *op.Call) error {
		return w.svc.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "/a", Tags: map[string]string{"k": "v"}})
	})
	if want := []string{"AWS::Logs::LogGroup " + arnA}; !slices.Equal(resources, want) {
		t.Errorf("record names %v, want %v", resources, want)
	}
	g := w.groups(&api.DescribeLogGroupsInput{}).LogGroups[0]
	if *g.Arn != arnA+":*" || *g.LogGroupArn != arnA || *g.CreationTime != w.MS() || *g.LogGroupClass != "STANDARD" ||
		*g.StoredBytes != 0 || *g.MetricFilterCount != 0 || g.RetentionInDays != nil || *g.DeletionProtectionEnabled {
		t.Errorf("described as %+v", g)
	}
	for name, c := range map[string]struct{ group, code, message string }{
		"again":    {"/a", "ResourceAlreadyExistsException", "The specified log group already exists"},
		"reserved": {"aws/x", "InvalidParameterException", "Log groups starting with AWS/ are reserved for AWS."},
	} {
		_, err := w.Do(func(call *op.Call) error {
			return w.svc.CreateLogGroup(call, &api.CreateLogGroupInput{LogGroupName: c.group})
		})
		t.Log(name)
		logstest.Refused(t, err, c.code, c.message)
	}
}

func TestDescribeLogGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/b/two", "/a", "/b/one", "Z")
	for name, c := range map[string]struct {
		in   api.DescribeLogGroupsInput
		want string
	}{
		"all in ASCII order":  {api.DescribeLogGroupsInput{}, "/a /b/one /b/two Z"},
		"prefix":              {api.DescribeLogGroupsInput{LogGroupNamePrefix: new("/b/")}, "/b/one /b/two"},
		"pattern":             {api.DescribeLogGroupsInput{LogGroupNamePattern: new("o")}, "/b/one /b/two"},
		"pattern minds case":  {api.DescribeLogGroupsInput{LogGroupNamePattern: new("O")}, ""},
		"class":               {api.DescribeLogGroupsInput{LogGroupClass: new("DELIVERY")}, ""},
		"identifiers":         {api.DescribeLogGroupsInput{LogGroupIdentifiers: []string{arnA, "Z", "none"}}, "/a Z"},
		"other account":       {api.DescribeLogGroupsInput{AccountIdentifiers: []string{"999999999999"}}, ""},
		"beginning of a name": {api.DescribeLogGroupsInput{LogGroupNamePrefix: new("/b/one")}, "/b/one"},
	} {
		if got := groupNames(w.groups(&c.in)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if g := w.groups(&api.DescribeLogGroupsInput{LogGroupNamePattern: new("a")}).LogGroups[0]; g.StoredBytes != nil || g.DeletionProtectionEnabled != nil {
		t.Errorf("a search by pattern shows %+v", g)
	}
	_, err := w.Do(func(c *op.Call) error {
		_, err := w.svc.DescribeLogGroups(c, &api.DescribeLogGroupsInput{LogGroupNamePrefix: new("a"), LogGroupNamePattern: new("b")})
		return err
	})
	logstest.Refused(t, err, "InvalidParameterException", "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
}

func TestDescribeLogGroups_paging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("a", "b", "c", "d", "e")
	var got []string
	in := &api.DescribeLogGroupsInput{Limit: new(int64(2))}
	for {
		out := w.groups(in)
		got = append(got, groupNames(out))
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if want := []string{"a b", "c d", "e"}; !slices.Equal(got, want) {
		t.Errorf("pages %v, want %v", got, want)
	}
	token := w.groups(&api.DescribeLogGroupsInput{Limit: new(int64(2))}).NextToken
	for name, in := range map[string]*api.DescribeLogGroupsInput{
		"made up":        {NextToken: new("abc")},
		"other question": {NextToken: token, LogGroupNamePrefix: new("a")},
	} {
		_, err := w.Do(func(c *op.Call) error { _, err := w.svc.DescribeLogGroups(c, in); return err })
		t.Log(name)
		logstest.Refused(t, err, "InvalidParameterException", "The specified nextToken is invalid.")
	}
	w.Caller = principal.RootOf("999999999999", "")
	_, err := w.Do(func(c *op.Call) error {
		_, err := w.svc.DescribeLogGroups(c, &api.DescribeLogGroupsInput{NextToken: token})
		return err
	})
	logstest.Refused(t, err, "InvalidParameterException", "The specified nextToken is invalid.")
}

func TestRetention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	put := func(group string, days int64) error {
		_, err := w.Do(func(c *op.Call) error {
			return w.svc.PutRetentionPolicy(c, &api.PutRetentionPolicyInput{LogGroupName: group, RetentionInDays: days})
		})
		return err
	}
	if err := put("/a", 7); err != nil {
		t.Fatal(err)
	}
	if g := w.groups(&api.DescribeLogGroupsInput{}).LogGroups[0]; *g.RetentionInDays != 7 || w.Store.Days["/a"] != 7 {
		t.Errorf("retention %d, in the log store %d", *g.RetentionInDays, w.Store.Days["/a"])
	}
	logstest.Refused(t, put("/none", 7), "ResourceNotFoundException", "The specified log group does not exist.")
	if err := put("/a", 2); err == nil || !strings.HasPrefix(err.Error(),
		"InvalidParameterException: 1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: ") {
		t.Errorf("two days: %v", err)
	}
	w.Must(func(c *op.Call) error {
		return w.svc.DeleteRetentionPolicy(c, &api.DeleteRetentionPolicyInput{LogGroupName: "/a"})
	})
	if g := w.groups(&api.DescribeLogGroupsInput{}).LogGroups[0]; g.RetentionInDays != nil || w.Store.Days["/a"] != 0 {
		t.Errorf("retention is not gone: %+v", g)
	}
}

func TestDeleteLogGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	w.stream("/a", "s")
	w.Must(func(c *op.Call) error {
		return logs.Filters.Put(c.Tx, &logs.Filter{Account: c.Account, Region: c.Region, Group: "/a", Name: "f"})
	})
	w.Clock = w.Clock.Add(time.Minute)
	w.Must(func(c *op.Call) error { return w.svc.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"}) })
	if got := groupNames(w.groups(&api.DescribeLogGroupsInput{})); got != "" {
		t.Errorf("still there: %s", got)
	}
	w.Clock = w.Clock.Add(time.Minute)
	w.create("/a")
	if got := streamNames(w.streams(&api.DescribeLogStreamsInput{LogGroupName: new("/a")})); got != "" {
		t.Errorf("a new group has the old streams %s", got)
	}
	if n := *w.groups(&api.DescribeLogGroupsInput{}).LogGroups[0].MetricFilterCount; n != 0 {
		t.Errorf("a new group has %d filters", n)
	}
	w.Settle(nil, nil, event.Settle)
	err := w.State.View(t.Context(), func(tx store.Tx) error {
		n := 0
		for _, err := range logs.Streams.Scan(tx, nil, nil) {
			n++
			if err != nil {
				return err
			}
		}
		for range logs.Orphans.Scan(tx, nil, nil) {
			n++
		}
		if n != 0 {
			t.Errorf("%d rows of the old group are left after sweeping", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Do(func(c *op.Call) error { return w.svc.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/b"}) })
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified log group does not exist.")
	w.Must(func(c *op.Call) error {
		return w.svc.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: "kept", DeletionProtectionEnabled: new(true)})
	})
	if _, err = w.Do(func(c *op.Call) error { return w.svc.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "kept"}) }); err == nil {
		t.Error("a protected group was deleted")
	}
}

func TestSweepOrphans_inPieces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	for i := range 7 {
		w.stream("/a", fmt.Sprint("s", i))
	}
	w.Must(func(c *op.Call) error { return w.svc.DeleteLogGroup(c, &api.DeleteLogGroupInput{LogGroupName: "/a"}) })
	left := func() (streams, orphans int) {
		_ = w.State.View(t.Context(), func(tx store.Tx) error {
			for range logs.Streams.Scan(tx, nil, nil) {
				streams++
			}
			for range logs.Orphans.Scan(tx, nil, nil) {
				orphans++
			}
			return nil
		})
		return
	}
	for _, want := range [][2]int{{4, 1}, {1, 1}, {0, 0}} {
		w.Must(func(c *op.Call) error { return logs.SweepOrphans(c.Tx, 3) })
		if s, o := left(); s != want[0] || o != want[1] {
			t.Errorf("%d streams and %d orphans are left, want %v", s, o, want)
		}
	}
}

func TestLogStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	w.stream("/a", "b", "a/2", "a/1")
	if got := streamNames(w.streams(&api.DescribeLogStreamsInput{LogGroupName: new("/a")})); got != "a/1 a/2 b" {
		t.Errorf("streams %q", got)
	}
	fresh := w.streams(&api.DescribeLogStreamsInput{LogGroupName: new("/a"), LogStreamNamePrefix: new("a/1")}).LogStreams[0]
	if *fresh.Arn != arnA+":log-stream:a/1" || *fresh.CreationTime != w.MS() || *fresh.StoredBytes != 0 ||
		fresh.FirstEventTimestamp != nil || fresh.LastEventTimestamp != nil || fresh.LastIngestionTime != nil || fresh.UploadSequenceToken != nil {
		t.Errorf("a fresh stream is shown as %+v", fresh)
	}
	w.Settle([]logs.Event{
		{Account: logstest.Account, Region: logstest.Region, Group: "/a", Stream: "b", Time: w.MS() - 5, Ingested: w.MS()},
		{Account: logstest.Account, Region: logstest.Region, Group: "/a", Stream: "a/1", Time: w.MS() - 9, Ingested: w.MS()},
	}, nil, event.Settle)
	for name, c := range map[string]struct {
		in   api.DescribeLogStreamsInput
		want string
	}{
		"names backwards": {api.DescribeLogStreamsInput{Descending: new(true)}, "b a/2 a/1"},
		"prefix":          {api.DescribeLogStreamsInput{LogStreamNamePrefix: new("a/")}, "a/1 a/2"},
		"by time":         {api.DescribeLogStreamsInput{OrderBy: new("LastEventTime")}, "a/2 a/1 b"},
		"newest first":    {api.DescribeLogStreamsInput{OrderBy: new("LastEventTime"), Descending: new(true)}, "b a/1 a/2"},
	} {
		c.in.LogGroupIdentifier = new(arnA)
		if got := streamNames(w.streams(&c.in)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		var paged []string
		in := c.in
		in.Limit = new(int64(1))
		for {
			out := w.streams(&in)
			paged = append(paged, streamNames(out))
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if got := strings.Join(paged, " "); got != c.want {
			t.Errorf("%s in pages: %q, want %q", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		run           func(c *op.Call) error
		code, message string
	}{
		"stream again": {func(c *op.Call) error {
			return w.svc.CreateLogStream(c, &api.CreateLogStreamInput{LogGroupName: "/a", LogStreamName: "b"})
		}, "ResourceAlreadyExistsException", "The specified log stream already exists"},
		"stream of no group": {func(c *op.Call) error {
			return w.svc.CreateLogStream(c, &api.CreateLogStreamInput{LogGroupName: "/x", LogStreamName: "b"})
		}, "ResourceNotFoundException", "The specified log group does not exist."},
		"no stream": {func(c *op.Call) error {
			return w.svc.DeleteLogStream(c, &api.DeleteLogStreamInput{LogGroupName: "/a", LogStreamName: "x"})
		}, "ResourceNotFoundException", "The specified log stream does not exist."},
		"name and ARN": {func(c *op.Call) error {
			_, err := w.svc.DescribeLogStreams(c, &api.DescribeLogStreamsInput{LogGroupName: new("/a"), LogGroupIdentifier: new(arnA)})
			return err
		}, "ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters."},
		"prefix by time": {func(c *op.Call) error {
			_, err := w.svc.DescribeLogStreams(c, &api.DescribeLogStreamsInput{
				LogGroupName: new("/a"), LogStreamNamePrefix: new("a"), OrderBy: new("LastEventTime"),
			})
			return err
		}, "InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix."},
		"another account's group": {func(c *op.Call) error {
			_, err := w.svc.DescribeLogStreams(c, &api.DescribeLogStreamsInput{
				LogGroupIdentifier: new("arn:aws:logs:eu-west-1:999999999999:log-group:/a"),
			})
			return err
		}, "ResourceNotFoundException", "The specified log group does not exist."},
	} {
		_, err := w.Do(c.run)
		t.Log(name)
		logstest.Refused(t, err, c.code, c.message)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create("/a")
	tags := func() string {
		var out *api.ListTagsForResourceOutput
		w.Must(func(c *op.Call) (err error) {
			out, err = w.svc.ListTagsForResource(c, &api.ListTagsForResourceInput{ResourceArn: arnA})
			return err
		})
		return fmt.Sprint(out.Tags)
	}
	w.Must(func(c *op.Call) error {
		return w.svc.TagResource(c, &api.TagResourceInput{ResourceArn: arnA, Tags: map[string]string{"a": "1", "b": "2"}})
	})
	w.Must(func(c *op.Call) error {
		return w.svc.UntagResource(c, &api.UntagResourceInput{ResourceArn: arnA, TagKeys: []string{"a", "none"}})
	})
	if got := tags(); got != "map[b:2]" {
		t.Errorf("tags %s", got)
	}
	many := make(map[string]string)
	for i := range 50 {
		many[fmt.Sprint("k", i)] = ""
	}
	_, err := w.Do(func(c *op.Call) error {
		return w.svc.TagResource(c, &api.TagResourceInput{ResourceArn: arnA, Tags: many})
	})
	if err == nil || !strings.HasPrefix(err.Error(), "TooManyTagsException") {
		t.Errorf("51 tags: %v", err)
	}
}
