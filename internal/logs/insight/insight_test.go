package insight_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/group"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/schema"
)

type world struct {
	*logstest.World
	svc    *insight.Service
	groups *group.Service
}

// newWorld must be called within a bubble when Run is used.
func newWorld(t testing.TB, edit func(*insight.Options)) *world {
	w := &world{World: logstest.New(t)}
	w.groups = &group.Service{Marks: w.Store, Tokens: w.Vault}
	o := insight.Options{
		State: w.State, Sources: w.Store, Tokens: w.Vault, Clock: w, Log: slog.New(slog.DiscardHandler), Engine: insight.Native{Workers: 1},
	}
	if edit != nil {
		edit(&o)
	}
	w.svc = insight.New("process-1", o)
	w.group("trail")
	return w
}

func (w *world) group(name string) {
	w.T.Helper()
	w.Must(func(c *op.Call) error {
		return w.groups.CreateLogGroup(c, &api.CreateLogGroupInput{LogGroupName: name})
	})
}

// serve runs the service until the test ends.
func (w *world) serve(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.svc.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	})
}

func (w *world) query(text string) *api.StartQueryInput {
	return &api.StartQueryInput{
		LogGroupName: new("trail"), QueryString: text, StartTime: w.Clock.Unix() - 3600, EndTime: w.Clock.Unix() + 3600,
	}
}

func (w *world) start(in *api.StartQueryInput) (id string, err error) {
	_, err = w.Do(func(c *op.Call) error {
		out, err := w.svc.StartQuery(c, in)
		if err == nil {
			id = *out.QueryId
		}
		return err
	})
	return id, err
}

func (w *world) results(in *api.GetQueryResultsInput) (out *api.GetQueryResultsOutput, err error) {
	_, err = w.Do(func(c *op.Call) error {
		var err error
		out, err = w.svc.GetQueryResults(c, in)
		return err
	})
	return out, err
}

// ask starts a query and waits for its end.
func (w *world) ask(t *testing.T, in *api.StartQueryInput) *api.GetQueryResultsOutput {
	t.Helper()
	id, err := w.start(in)
	if err != nil {
		t.Fatalf("%s: %v", in.QueryString, err)
	}
	return w.wait(t, id)
}

// wait needs a bubble: its clock runs on while all goroutines wait.
func (w *world) wait(t *testing.T, id string) *api.GetQueryResultsOutput {
	t.Helper()
	for range 1000 {
		out, err := w.results(&api.GetQueryResultsInput{QueryId: id})
		if err != nil {
			t.Fatal(err)
		}
		if *out.Status != insight.Scheduled && *out.Status != insight.Running {
			return out
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatal("the query does not end")
	return nil
}

func rows(out *api.GetQueryResultsOutput) []string {
	var lines []string
	for _, r := range out.Results {
		var cells []string
		for _, f := range r {
			if *f.Field != "@ptr" {
				cells = append(cells, *f.Field+"="+*f.Value)
			}
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines
}

func (w *world) store(group string, messages ...string) {
	var events []logs.Event
	for i, m := range messages {
		events = append(events, logs.Event{
			Account: logstest.Account, Region: logstest.Region, Group: group, Stream: "111122223333_CloudTrail_eu-west-1",
			Time: w.MS() + int64(i)*1000, Ingested: w.MS(), Message: []byte(m),
		})
	}
	w.Store.Append(events)
}

func TestStartQuery_record(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	resources := w.Must(func(c *op.Call) error { _, err := w.svc.StartQuery(c, w.query("fields @message")); return err })
	if want := []string{"AWS::Logs::LogGroup arn:aws:logs:eu-west-1:111122223333:log-group:trail"}; !slices.Equal(resources, want) {
		t.Errorf("record names %v", resources)
	}
}

func TestStartQuery_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *insight.Options) { o.Quota = 2 })
	w.group("other")
	edit := func(f func(*api.StartQueryInput)) *api.StartQueryInput {
		in := w.query("fields @message")
		f(in)
		return in
	}
	many := make([]string, 51)
	for i := range many {
		many[i] = "trail"
	}
	for name, c := range map[string]struct {
		in            *api.StartQueryInput
		code, message string
	}{
		"no groups":       {edit(func(in *api.StartQueryInput) { in.LogGroupName = nil }), "InvalidParameterException", "Exactly one of"},
		"two ways":        {edit(func(in *api.StartQueryInput) { in.LogGroupNames = []string{"other"} }), "InvalidParameterException", "Exactly one of"},
		"51 groups":       {edit(func(in *api.StartQueryInput) { in.LogGroupName, in.LogGroupNames = nil, many }), "InvalidParameterException", "A query may read 50"},
		"start after end": {edit(func(in *api.StartQueryInput) { in.StartTime = in.EndTime + 1 }), "InvalidParameterException", "The query's start time"},
		"unknown group":   {edit(func(in *api.StartQueryInput) { in.LogGroupName = new("none") }), "ResourceNotFoundException", "Log group 'none' does not exist for account ID '111122223333' (Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: "},
		"foreign group": {edit(func(in *api.StartQueryInput) {
			in.LogGroupName, in.LogGroupIdentifiers = nil, []string{"arn:aws:logs:eu-west-1:999999999999:log-group:trail"}
		}), "ResourceNotFoundException", "The specified log group"},
		"before the group": {edit(func(in *api.StartQueryInput) { in.StartTime, in.EndTime = in.StartTime-9000, in.StartTime-8000 }), "MalformedQueryException", "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings ([0,15]) (Service: AWSLogs"},
		"SOURCE and a group": {edit(func(in *api.StartQueryInput) {
			in.QueryString = "SOURCE logGroups(namePrefix: ['tr']) | fields @message"
		}), "InvalidParameterException", "Log groups cannot be given both"},
		"SQL":                  {edit(func(in *api.StartQueryInput) { in.QueryLanguage = new("SQL") }), "InvalidParameterException", "The query language SQL"},
		"no command":           {edit(func(in *api.StartQueryInput) { in.QueryString = "fieldz @message" }), "MalformedQueryException", ""},
		"field gone by stats":  {edit(func(in *api.StartQueryInput) { in.QueryString = "stats count(*) as c by a | filter b = 1" }), "MalformedQueryException", "Unknown symbols found in or after stats: b (Service: AWSLogs; Status Code: 400; Error Code: MalformedQueryException; Request ID: "},
		"limit beyond maximum": {edit(func(in *api.StartQueryInput) { in.Limit = new(int64(100_001)) }), "InvalidParameterException", "1 validation error detected: Value '100001' at 'limit'"},
	} {
		_, err := w.start(c.in)
		var e *schema.Error
		if !errors.As(err, &e) || e.Code != c.code || !strings.HasPrefix(e.Message, c.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := w.start(edit(func(in *api.StartQueryInput) { in.QueryString = "fields a | fieldz b" }))
	var e *schema.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	place, _ := e.Members["queryCompileError"].(map[string]any)["location"].(map[string]any)
	if place["startCharOffset"] != 11 || place["endCharOffset"] != 17 {
		t.Errorf("place of the error %v", place)
	}
	for range 2 {
		if _, err := w.start(w.query("fields @message")); err != nil {
			t.Fatal(err)
		}
	}
	_, err = w.start(w.query("fields @message"))
	logstest.Refused(t, err, "LimitExceededException", "Account maximum query concurrency limit of [2] reached.")
	w.Caller = principal.RootOf("999999999999", "") // another account has its own quota, and not this group
	_, err = w.start(w.query("fields @message"))
	if !errors.As(err, &e) || e.Code != "ResourceNotFoundException" {
		t.Errorf("another account's query: %v", err)
	}
}

func TestStartQuery_groups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		w.group("tr2")
		w.group("secret")
		w.store("trail", `{"a":1}`)
		w.store("tr2", `{"a":2}`)
		w.store("secret", `{"a":3}`)
		w.serve(t)
		for name, c := range map[string]struct {
			edit func(in *api.StartQueryInput)
			want string
		}{
			"names": {func(in *api.StartQueryInput) { in.LogGroupNames = []string{"trail", "tr2"} }, "a=1 a=2"},
			"identifiers": {func(in *api.StartQueryInput) {
				in.LogGroupIdentifiers = []string{"tr2", "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*"}
			}, "a=1 a=2"},
			"SOURCE by prefix": {func(in *api.StartQueryInput) {
				in.QueryString = "SOURCE logGroups(namePrefix: ['tr']) | fields a | sort a"
			}, "a=1 a=2"},
			"SOURCE by name":     {func(in *api.StartQueryInput) { in.QueryString = "SOURCE 'secret' | fields a" }, "a=3"},
			"SOURCE of no class": {func(in *api.StartQueryInput) { in.QueryString = "SOURCE logGroups(class: ['DELIVERY']) | fields a" }, ""},
			"foreign account": {func(in *api.StartQueryInput) {
				in.QueryString = "SOURCE logGroups(accountIdentifiers: ['999999999999']) | fields a"
			}, ""},
			"milliseconds": {func(in *api.StartQueryInput) {
				in.LogGroupNames, in.StartTime, in.EndTime = []string{"tr2"}, w.MS(), w.MS()
			}, "a=2"},
			"limit of the call": {func(in *api.StartQueryInput) { in.LogGroupNames, in.Limit = []string{"trail", "tr2"}, new(int64(1)) }, "a=1"},
		} {
			in := w.query("fields a | sort a")
			in.LogGroupName = nil
			c.edit(in)
			if got := strings.Join(rows(w.ask(t, in)), " "); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
	})
}

type access func(resource string) bool

func (a access) Allowed(_ *op.Call, action, resource string) (bool, error) {
	return action == "logs:StartQuery" && a(resource), nil
}

// A subquery must not read what its caller may not.
func TestStartQuery_innerSource(t *testing.T) {
	t.Parallel()
	const query = `filter a in ( SOURCE 'secret' | fields a )`
	for name, c := range map[string]struct {
		access insight.Access
		user   bool
		ok     bool
	}{
		"root without access":    {nil, false, true},
		"user without access":    {nil, true, false},
		"user who may":           {access(func(string) bool { return true }), true, true},
		"user who may not":       {access(func(r string) bool { return !strings.HasSuffix(r, "secret") }), true, false},
		"user without the first": {access(func(r string) bool { return !strings.HasSuffix(r, "trail") }), true, false},
	} {
		w := newWorld(t, func(o *insight.Options) { o.Access = c.access })
		w.group("secret")
		if c.user {
			w.Caller = principal.User(logstest.Account, "/", "ann", "AIDAEXAMPLE0000000001", "AKIAEXAMPLE000000002")
		}
		_, err := w.start(w.query(query))
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if e := (*schema.Error)(nil); !c.ok && (!errors.As(err, &e) || e.Code != "AccessDeniedException") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGetQueryResults_pages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		var messages []string
		for i := range 2500 {
			messages = append(messages, fmt.Sprintf(`{"n":%d}`, i))
		}
		var events []logs.Event
		for i, m := range messages {
			events = append(events, logs.Event{Account: logstest.Account, Region: logstest.Region, Group: "trail", Time: w.MS() + int64(i), Ingested: w.MS(), Message: []byte(m)})
		}
		w.Store.Append(events)
		w.serve(t)
		id, err := w.start(w.query("fields n | sort @timestamp asc"))
		if err != nil {
			t.Fatal(err)
		}
		if out := w.wait(t, id); len(out.Results) != 2500 || out.NextToken != nil {
			t.Fatalf("%d rows at once, token %v", len(out.Results), out.NextToken)
		}
		in := &api.GetQueryResultsInput{QueryId: id, MaxItems: new(int64(999))}
		var all []string
		pages := 0
		for {
			out, err := w.results(in)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, rows(out)...)
			pages++
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		if pages != 3 || len(all) != 2500 || all[0] != "n=0" || all[2499] != "n=2499" || all[1500] != "n=1500" {
			t.Errorf("%d pages with %d rows", pages, len(all))
		}
		_, err = w.results(&api.GetQueryResultsInput{QueryId: id, NextToken: new("abc")})
		logstest.Refused(t, err, "InvalidParameterException", "The specified nextToken is invalid.")
		w.Caller = principal.RootOf("999999999999", "")
		_, err = w.results(&api.GetQueryResultsInput{QueryId: id})
		logstest.Refused(t, err, "ResourceNotFoundException", "The specified query does not exist.")
		w.Caller = principal.RootOf(logstest.Account, "")
		w.Advance(8 * 24 * time.Hour)
		_, err = w.results(&api.GetQueryResultsInput{QueryId: id})
		logstest.Refused(t, err, "ResourceNotFoundException", "The specified query does not exist.")
	})
}

// slow is an engine that works until it is stopped.
type slow struct {
	scanned int64
	fail    error
}

func (s slow) Run(ctx context.Context, _ insight.Work, p *run.Progress) (*run.Result, error) {
	p.Scanned.Store(s.scanned)
	if s.fail != nil {
		return nil, s.fail
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

type broken struct{}

func (broken) Run(context.Context, insight.Work, *run.Progress) (*run.Result, error) { panic("broken") }

func TestStopQuery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *insight.Options) { o.Engine = slow{scanned: 7} })
		w.serve(t)
		id, err := w.start(w.query("fields @message"))
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		out, err := w.results(&api.GetQueryResultsInput{QueryId: id})
		if err != nil || *out.Status != insight.Running || *out.Statistics.RecordsScanned != 7 || len(out.Results) != 0 || out.Results == nil {
			t.Fatalf("while it runs: %+v, %v", out, err)
		}
		stop := func() error {
			_, err := w.Do(func(c *op.Call) error { _, err := w.svc.StopQuery(c, &api.StopQueryInput{QueryId: id}); return err })
			return err
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		if out := w.wait(t, id); *out.Status != insight.Cancelled {
			t.Errorf("status %s", *out.Status)
		}
		logstest.Refused(t, stop(), "InvalidParameterException", "Query is not in running state")
		<-time.After(time.Second) // the slot is free again
		id, err = w.start(w.query("fields @message"))
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if out, _ := w.results(&api.GetQueryResultsInput{QueryId: id}); *out.Status != insight.Running {
			t.Errorf("the next query is %s", *out.Status)
		}
	})
}

func TestEnds(t *testing.T) {
	for name, c := range map[string]struct {
		engine insight.Engine
		want   string
	}{
		"timeout": {slow{}, insight.Timeout},
		"failure": {slow{fail: run.ErrMemory}, insight.Failed},
		"panic":   {broken{}, insight.Failed},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(o *insight.Options) { o.Engine, o.MaxTime = c.engine, 3*time.Second })
			w.serve(t)
			if out := w.ask(t, w.query("fields @message")); *out.Status != c.want {
				t.Errorf("%s: status %s", name, *out.Status)
			}
		})
	}
}

func TestRun_boundsQueriesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *insight.Options) { o.Engine, o.AtOnce, o.MaxTime = slow{}, 2, 10*time.Second })
		w.serve(t)
		var ids []string
		for range 5 {
			id, err := w.start(w.query("fields @message"))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		<-time.After(time.Second)
		count := map[string]int{}
		for _, id := range ids {
			out, err := w.results(&api.GetQueryResultsInput{QueryId: id})
			if err != nil {
				t.Fatal(err)
			}
			count[*out.Status]++
		}
		if count[insight.Running] != 2 || count[insight.Scheduled] != 3 {
			t.Errorf("states %v", count)
		}
		<-time.After(40 * time.Second)
		for _, id := range ids {
			if out := w.wait(t, id); *out.Status != insight.Timeout {
				t.Errorf("status %s", *out.Status)
			}
		}
	})
}

// What ran when the process died is Failed after the next start; what waited runs.
func TestRun_afterCrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *insight.Options) { o.Engine, o.AtOnce = slow{}, 1 })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.svc.Run(ctx) }()
		var ids []string
		for range 2 {
			id, err := w.start(w.query("fields @message"))
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
			w.Advance(time.Millisecond)
		}
		<-time.After(time.Second)
		cancel()
		<-done
		w.svc = insight.New("process-2", insight.Options{State: w.State, Sources: w.Store, Tokens: w.Vault, Clock: w, Log: slog.New(slog.DiscardHandler)})
		w.serve(t)
		if out := w.wait(t, ids[0]); *out.Status != insight.Failed {
			t.Errorf("what ran is %s", *out.Status)
		}
		if out := w.wait(t, ids[1]); *out.Status != insight.Complete {
			t.Errorf("what waited is %s", *out.Status)
		}
	})
}

func TestDescribeQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(o *insight.Options) { o.KeepQueries = 3 })
		w.serve(t)
		for i := range 5 {
			w.Advance(time.Second)
			w.ask(t, w.query(fmt.Sprintf("fields a%d", i)))
		}
		describe := func(in *api.DescribeQueriesInput) (out *api.DescribeQueriesOutput) {
			w.Must(func(c *op.Call) (err error) { out, err = w.svc.DescribeQueries(c, in); return err })
			return out
		}
		out := describe(&api.DescribeQueriesInput{})
		var texts []string
		for _, q := range out.Queries {
			texts = append(texts, *q.QueryString)
		}
		from, to := w.Clock.Unix()-3600, w.Clock.Unix()+3600
		if len(texts) != 3 || texts[0] != fmt.Sprintf(`SOURCE "trail" START=%d000 END=%d999 | fields a4`, from, to) {
			t.Errorf("queries %q", texts)
		}
		if q := out.Queries[0]; *q.Status != insight.Complete || *q.LogGroupName != "trail" || *q.UserIdentity != "arn:aws:iam::111122223333:root" || q.QueryDuration == nil {
			t.Errorf("first %+v", q)
		}
		page := describe(&api.DescribeQueriesInput{MaxResults: new(int64(2))})
		rest := describe(&api.DescribeQueriesInput{MaxResults: new(int64(2)), NextToken: page.NextToken})
		if len(page.Queries) != 2 || len(rest.Queries) != 1 || rest.NextToken != nil {
			t.Errorf("pages of %d and %d", len(page.Queries), len(rest.Queries))
		}
		for name, in := range map[string]*api.DescribeQueriesInput{
			"status": {Status: new(insight.Failed)}, "group": {LogGroupName: new("other")}, "language": {QueryLanguage: new("PPL")},
		} {
			if n := len(describe(in).Queries); n != 0 {
				t.Errorf("by %s: %d queries", name, n)
			}
		}
	})
}

func FuzzResultToken(f *testing.F) {
	f.Add("abc")
	f.Add("")
	w := newWorld(f, nil)
	id, err := w.start(w.query("fields @message"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token string) {
		w.T = t
		_, err := w.results(&api.GetQueryResultsInput{QueryId: id, NextToken: &token})
		if e := (*schema.Error)(nil); !errors.As(err, &e) || e.Code != "InvalidParameterException" {
			t.Errorf("token %q: %v", token, err)
		}
		_, err = w.Do(func(c *op.Call) error {
			_, err := w.svc.DescribeQueries(c, &api.DescribeQueriesInput{NextToken: &token})
			return err
		})
		if e := (*schema.Error)(nil); !errors.As(err, &e) || e.Code != "InvalidParameterException" {
			t.Errorf("token %q: %v", token, err)
		}
	})
}
