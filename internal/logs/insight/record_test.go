package insight_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/index"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/lookuptable"
	"github.com/cogtrail/cogtrail/internal/op"
)

// records finds the events of a test's store by the pointers that its blocks have.
type records struct{ w *world }

func (r records) At(ctx context.Context, account, pointer string) (logs.Event, bool, error) {
	var ord int64
	if _, err := fmt.Sscanf(pointer, "ptr-%d", &ord); err != nil {
		return logs.Event{}, false, nil
	}
	for _, g := range []string{"trail", ""} {
		p, err := r.w.Store.Events(ctx, logs.Request{Account: account, Region: logstest.Region, Group: g, Limit: 100})
		if err != nil {
			return logs.Event{}, false, err
		}
		for _, e := range p.Events {
			if e.Ord == ord {
				return e, true, nil
			}
		}
	}
	return logs.Event{}, false, nil
}

func newRecordWorld(t testing.TB) *world {
	w := newWorld(t, func(o *insight.Options) { o.Records = records{} })
	w.svc.Records = records{w}
	return w
}

func TestGetLogRecord(t *testing.T) {
	t.Parallel()
	w := newRecordWorld(t)
	w.store("trail", `{"eventName":"GetId","n":{"a":[1,true]},"@own":"x","z":null}`)
	w.store("", `{"history":"of the account"}`)
	get := func(pointer string) (out map[string]string, resources []string, err error) {
		resources, err = w.Do(func(c *op.Call) error {
			got, err := w.svc.GetLogRecord(c, &api.GetLogRecordInput{LogRecordPointer: pointer})
			if err == nil {
				out = got.LogRecord
			}
			return err
		})
		return out, resources, err
	}
	got, resources, err := get("ptr-1")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"@timestamp": fmt.Sprint(w.MS()), "@logStream": "111122223333_CloudTrail_eu-west-1", "@log": "111122223333:trail", "eventName": "GetId",
		"n.a.0": "1", "n.a.1": "1", "@@own": "x", "@ptr": "ptr-1",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if _, has := got["z"]; has || !strings.HasPrefix(got["@message"], "{") {
		t.Errorf("%v", got)
	}
	if len(resources) != 1 || !strings.HasSuffix(resources[0], ":log-group:trail") {
		t.Errorf("record names %v", resources)
	}
	const bad = "The specified logRecordPointer is invalid."
	for _, pointer := range []string{"ptr-2", "ptr-9", "x"} { // the history is no log group
		_, _, err := get(pointer)
		logstest.Refused(t, err, "InvalidParameterException", bad)
	}
}

func TestGetLogGroupFields(t *testing.T) {
	t.Parallel()
	w := newRecordWorld(t)
	w.store("trail", `{"a":1}`, `{"a":2,"b":{"c":3}}`, `text`)
	fields := func(in *api.GetLogGroupFieldsInput) (string, error) {
		var parts []string
		_, err := w.Do(func(c *op.Call) error {
			out, err := w.svc.GetLogGroupFields(c, in)
			if err != nil {
				return err
			}
			for _, f := range out.LogGroupFields {
				parts = append(parts, fmt.Sprintf("%s=%d", *f.Name, *f.Percent))
			}
			return nil
		})
		return strings.Join(parts, " "), err
	}
	const want = "@ingestionTime=100 @log=100 @logStream=100 @message=100 @timestamp=100 a=67 b.c=33"
	if got, err := fields(&api.GetLogGroupFieldsInput{LogGroupName: new("trail"), Time: new(w.Clock.Unix() + 300)}); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := fields(&api.GetLogGroupFieldsInput{LogGroupIdentifier: new("trail"), Time: new(w.Clock.Unix() - 3600)}); err != nil || got != "" {
		t.Errorf("another time: %s, %v", got, err)
	}
	_, err := fields(&api.GetLogGroupFieldsInput{LogGroupName: new("none")})
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified log group does not exist.")
}

func TestListLogGroupsForQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.group("other")
	in := w.query("fields a")
	in.LogGroupName, in.LogGroupNames = nil, []string{"other", "trail"}
	id, err := w.start(in)
	if err != nil {
		t.Fatal(err)
	}
	list := func(in *api.ListLogGroupsForQueryInput) (out *api.ListLogGroupsForQueryOutput, err error) {
		_, err = w.Do(func(c *op.Call) (err error) { out, err = w.svc.ListLogGroupsForQuery(c, in); return err })
		return out, err
	}
	out, err := list(&api.ListLogGroupsForQueryInput{QueryId: id, MaxResults: new(int64(1))})
	if err != nil || len(out.LogGroupIdentifiers) != 1 || !strings.HasSuffix(out.LogGroupIdentifiers[0], ":log-group:other") || out.NextToken == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	out, err = list(&api.ListLogGroupsForQueryInput{QueryId: id, NextToken: out.NextToken})
	if err != nil || len(out.LogGroupIdentifiers) != 1 || !strings.HasSuffix(out.LogGroupIdentifiers[0], ":log-group:trail") || out.NextToken != nil {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = list(&api.ListLogGroupsForQueryInput{QueryId: "none"})
	logstest.Refused(t, err, "ResourceNotFoundException", "The specified query does not exist.")
}

func TestStartQuery_lookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		tables := &lookuptable.Service{Tokens: w.Vault}
		w.Must(func(c *op.Call) error {
			_, err := tables.CreateLookupTable(c, &api.CreateLookupTableInput{LookupTableName: "users", TableBody: "sub,plan\na,gold\n"})
			return err
		})
		w.store("trail", `{"sub":"a"}`, `{"sub":"b"}`)
		w.serve(t)
		out := w.ask(t, w.query("lookup users sub OUTPUT plan | display sub, plan | sort sub asc"))
		if got := strings.Join(rows(out), "; "); got != "sub=a plan=gold; sub=b" {
			t.Errorf("%s, %s", *out.Status, got)
		}
		for text, want := range map[string]string{
			"lookup none sub OUTPUT plan":           "Lookup table none does not exist",
			"lookup users sub OUTPUT mail":          "Lookup table users has no column mail",
			"cidrlookup users sub as x OUTPUT plan": "Lookup table users has no column x",
		} {
			_, err := w.start(w.query(text))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}

func TestStartQuery_filterIndex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, nil)
		indexes := &index.Service{Tokens: w.Vault}
		w.group("other")
		w.store("trail", `{"a":"x","n":1}`, `{"a":"x","n":2}`)
		w.store("other", `{"a":"x","n":3}`)
		w.serve(t)
		in := w.query(`filterIndex a = "x" | fields n | sort n asc`)
		in.LogGroupName, in.LogGroupNames = nil, []string{"trail", "other"}
		if got := rows(w.ask(t, in)); len(got) != 0 {
			t.Errorf("no group has an index, but %v", got)
		}
		put := func(group string) {
			w.Must(func(c *op.Call) error {
				_, err := indexes.PutIndexPolicy(c, &api.PutIndexPolicyInput{LogGroupIdentifier: group, PolicyDocument: `{"Fields":["a"]}`})
				return err
			})
		}
		put("trail") // the range begins an hour before: only what comes from now on is indexed
		if got := strings.Join(rows(w.ask(t, in)), " "); got != "n=1 n=2" {
			t.Errorf("one group has an index: %v", got)
		}
		w.Advance(500 * 1e6) // half a second
		put("other")
		if got := strings.Join(rows(w.ask(t, in)), " "); got != "n=1 n=2" {
			t.Errorf("the other's event is older than its index: %v", got)
		}
	})
}
