package eventbus_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/eventbus"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	region  = "us-east-1"
	alerts  = "arn:aws:sns:us-east-1:111122223333:alerts"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// topics remembers what was published; refusal is the answer of Check.
type topics struct {
	got     []string
	refusal error
}

func (p *topics) Check(store.Tx, string, string, string, string) error { return p.refusal }

func (p *topics) Publish(_ store.Tx, _ time.Time, _, _, message string) error {
	p.got = append(p.got, message)
	return nil
}

type world struct {
	t         *testing.T
	db        *mem.DB
	s         *eventbus.Service
	runner    *eventbus.Runner
	topics    *topics
	groups    *groups
	functions *functions
	now       time.Time
	metrics   map[string]int
}

func open(t *testing.T) *world {
	vault := secret.NewVault(secret.GenerateMasterKey())
	w := &world{t: t, db: mem.New(), topics: &topics{}, groups: &groups{}, functions: &functions{}, now: noon, metrics: map[string]int{}}
	w.s = eventbus.New(eventbus.Deps{Vault: vault, Functions: w.functions})
	w.runner = &eventbus.Runner{
		State: w.db, Vault: vault, Topics: w.topics, LogGroups: w.groups, Functions: w.functions, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return w.now },
		Emit: func(_ store.Tx, acct, reg, namespace, name string, dimensions map[string]string, unit string, _ time.Time, s series.Summary) error {
			if acct != account || reg != region || namespace != "AWS/Events" || unit != "Count" || len(dimensions) != 1 {
				t.Errorf("metric %s %s %s %s %v %s", acct, reg, namespace, name, dimensions, unit)
			}
			w.metrics[name+" "+dimensions["RuleName"]] += int(s.Sum)
			return nil
		},
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// run runs one operation and commits it.
func run[I, O any](w *world, f func(*op.Call, *I) (O, error), in I) (out O, err error) {
	err = w.db.Update(w.t.Context(), func(tx store.Tx) (err error) {
		out, err = f(&op.Call{
			Context: w.t.Context(), Now: noon, Account: account, Region: region, Tx: tx, Record: &audit.Builder{},
			Allowed: func(string, string, string, string) (bool, error) { return true, nil },
		}, &in)
		return err
	})
	return out, err
}

func silent[I any](f func(*op.Call, *I) error) func(*op.Call, *I) (struct{}, error) {
	return func(c *op.Call, in *I) (struct{}, error) { return struct{}{}, f(c, in) }
}

// rule makes a rule that tells the topic, if the target names no other.
func (w *world) rule(name, pattern, state string, target events.Target) {
	w.t.Helper()
	_, err := run(w, w.s.PutRule, events.PutRuleInput{Name: name, EventPattern: &pattern, State: &state})
	w.must(err)
	target.Id = "t"
	if target.Arn == "" {
		target.Arn = alerts
	}
	out, err := run(w, w.s.PutTargets, events.PutTargetsInput{Rule: name, Targets: []events.Target{target}})
	if err != nil || *out.FailedEntryCount != 0 {
		w.t.Fatal(err, out)
	}
}

func (w *world) jobs() []job.Job {
	w.t.Helper()
	var out []job.Job
	w.must(w.db.View(w.t.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			var j job.Job
			if err := errors.Join(err, json.Unmarshal(kv.Value, &j)); err != nil {
				return err
			}
			out = append(out, j)
		}
		return nil
	}))
	return out
}

// forget drops the jobs.
func (w *world) forget() {
	w.t.Helper()
	w.must(w.db.Update(w.t.Context(), func(tx store.Tx) error {
		for _, j := range w.jobs() {
			if err := tx.Delete("jobs", store.K(j.ID)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// deliver runs the jobs and returns what was published.
func (w *world) deliver() []string {
	w.t.Helper()
	w.topics.got = nil
	for _, j := range w.jobs() {
		if j.Kind == eventbus.JobKind {
			w.must(w.runner.Run(w.t.Context(), j))
		}
	}
	slices.Sort(w.topics.got)
	return w.topics.got
}

func (w *world) emit(detail string) {
	w.t.Helper()
	w.must(w.db.Update(w.t.Context(), func(tx store.Tx) error {
		return w.s.Emit(tx, noon, eventbus.NewEvent(noon, account, region, "aws.cloudwatch", "CloudWatch Alarm State Change", []string{"arn:a"}, json.RawMessage(detail)))
	}))
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *schema.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

// TestEmit goes from an event to the topic, in every form that a target may ask for.
func TestEmit(t *testing.T) {
	t.Parallel()
	w := open(t)
	const alarms = `{"source":["aws.cloudwatch"],"detail":{"state":{"value":["ALARM"]}}}`
	w.rule("all", alarms, "ENABLED", events.Target{})
	w.rule("const", alarms, "ENABLED", events.Target{Input: new(`{"fixed":true}`)})
	w.rule("none", `{"source":["aws.iam"]}`, "ENABLED", events.Target{Input: new(`"never"`)})
	w.rule("off", alarms, "DISABLED", events.Target{Input: new(`"never"`)})
	w.rule("part", alarms, "ENABLED", events.Target{InputPath: new("$.detail.state")})
	w.rule("nowhere", alarms, "ENABLED", events.Target{InputPath: new("$.detail.ghost[3]")})
	w.rule("text", alarms, "ENABLED", events.Target{InputTransformer: &events.InputTransformer{
		InputPathsMap: map[string]string{"name": "$.detail.alarmName", "state": "$['detail'].state.value", "ghost": "$.x"}, InputTemplate: `"<name> is in <state><ghost>: \"<unknown>\" a < b, says <aws.events.rule-name>"`,
	}})
	w.rule("json", alarms, "ENABLED", events.Target{InputTransformer: &events.InputTransformer{
		InputPathsMap: map[string]string{"name": "$.detail.alarmName", "first": "$.resources[0]", "state": "$.detail.state"}, InputTemplate: `{"name": <name>, "about": "alarm <name>", "first": <first>, "state": <state>}`,
	}})
	w.emit(`{"alarmName":"say \"hi\"","state":{"value":"ALARM"}}`)
	w.emit(`{"alarmName":"x","state":{"value":"OK"}}`)
	jobs := w.jobs()
	if len(jobs) != 1 || strings.Contains(string(jobs[0].Payload), "ALARM") {
		t.Fatalf("%d jobs; an event must be sealed", len(jobs))
	}
	got := w.deliver()
	var whole map[string]any
	want := []string{
		`say "hi" is in ALARM: "<unknown>" a < b, says text`,
		`{"fixed":true}`,
		`{"name": "say \"hi\"", "about": "alarm say \"hi\"", "first": "arn:a", "state": {"value":"ALARM"}}`,
		`{"value":"ALARM"}`,
		``, // the whole event
	}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for _, g := range got {
		if strings.HasPrefix(g, `{"version":"0","id":"`) {
			w.must(json.Unmarshal([]byte(g), &whole))
			g = ""
		}
		if !slices.Contains(want, g) {
			t.Errorf("got %s", g)
		}
	}
	if whole["detail-type"] != "CloudWatch Alarm State Change" || whole["time"] != "2026-03-01T12:00:00Z" || whole["account"] != account || whole["region"] != region {
		t.Errorf("%v", whole)
	}
	// A topic that refuses for good ends the matter; any other failure does not.
	w.topics.refusal = sns.NotFoundException("Topic does not exist")
	if got := w.deliver(); len(got) != 0 {
		t.Errorf("%q", got)
	}
	w.topics.refusal = errors.New("the disk is full")
	if err := w.runner.Run(t.Context(), jobs[0]); err == nil {
		t.Error("a failure that may pass was taken for an end")
	}
}

// TestTrail has records as events: which rules see them, and that a trail must log.
func TestTrail(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("resets", `{"source":["aws.cognito-idp"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventSource":["cognito-idp.amazonaws.com"],"eventName":["ForgotPassword"]}}`, "ENABLED",
		events.Target{InputPath: new("$.detail.eventName")})
	w.rule("any", `{"detail":{"eventName":[{"exists":true}]}}`, "ENABLED", events.Target{InputPath: new("$.detail-type")})
	w.rule("reads too", `{"detail":{"readOnly":[true]}}`, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", events.Target{Input: new(`"a read"`)})
	w.rule("own", `{"source":["cogtrail.internal"]}`, "ENABLED", events.Target{Input: new(`"the server's own"`)})
	record := func(kind, source, name string, readOnly bool) eventbus.Record {
		return eventbus.Record{Account: account, Region: region, Message: fmt.Appendf(nil,
			`{"eventTime":"2026-03-01T11:59:00Z","eventType":%q,"eventSource":"%s.amazonaws.com","eventName":%q,"readOnly":%v,"managementEvent":true}`, kind, source, name, readOnly)}
	}
	logging := false
	var asked []string
	trail := &eventbus.Trail{
		Service: w.s, Logging: func(store.Tx, string) (bool, error) { return logging, nil },
		Chosen: func(_ store.Tx, r *eventbus.Record) (bool, error) {
			asked = append(asked, string(r.Message))
			return strings.Contains(string(r.Message), "GetObject"), nil
		},
	}
	settle := func() {
		w.must(w.db.Update(t.Context(), func(tx store.Tx) error {
			return trail.Settle(tx, noon, []eventbus.Record{
				record("AwsApiCall", "cognito-idp", "ForgotPassword", false), record("AwsApiCall", "cognito-idp", "ListUsers", true),
				record("AwsServiceEvent", "cognito-idp", "Login_GET", false), record("AwsConsoleSignIn", "signin", "ConsoleLogin", false),
				record("SomethingNew", "x", "y", false), {Account: account, Region: region, Message: []byte(`{"eventType":"AwsApiCall","eventSource":"cogtrail.internal"}`)}, {Account: "999988887777", Region: region, Message: []byte(`{"eventType":"AwsApiCall"}`)},
			})
		}))
	}
	settle()
	if n := len(w.jobs()); n != 0 {
		t.Errorf("%d jobs without a trail", n)
	}
	logging = true
	settle()
	want := []string{`"AWS API Call via CloudTrail"`, `"AWS Console Sign In via CloudTrail"`, `"AWS Service Event via CloudTrail"`, `"ForgotPassword"`, `"a read"`, `"the server's own"`}
	if got := w.deliver(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if n := len(w.jobs()); n != 1 {
		t.Errorf("%d jobs for one batch", n)
	}
	// Data events, reads too, if a trail chooses them; nobody else's are asked about.
	w.forget()
	read, write := record("AwsApiCall", "s3", "GetObject", true), record("AwsApiCall", "s3", "PutObject", false)
	read.Chosen, write.Chosen = true, true
	asked = nil
	w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return trail.Settle(tx, noon, []eventbus.Record{read, write}) }))
	if got := w.deliver(); !slices.Equal(got, []string{`"AWS API Call via CloudTrail"`, `"a read"`}) || len(asked) != 2 {
		t.Errorf("%q, asked %d times", got, len(asked))
	}
	w.forget()
	// Many events are cut into jobs.
	var many []eventbus.Record
	for range 250 {
		many = append(many, record("AwsApiCall", "iam", "CreateUser", false))
	}
	w.must(w.db.Update(t.Context(), func(tx store.Tx) error { return trail.Settle(tx, noon, many) }))
	if n := len(w.jobs()); n != 3 {
		t.Errorf("%d jobs", n)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	w := open(t)
	put := func(in events.PutRuleInput) error {
		_, err := run(w, w.s.PutRule, in)
		return err
	}
	pattern := new(`{"source":["a"]}`)
	wantError(t, put(events.PutRuleInput{Name: "r"}), "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.")
	wantError(t, put(events.PutRuleInput{Name: "r", ScheduleExpression: new("rate(1 day)")}), "ValidationException", "Rules on a schedule are not supported by this server.")
	wantError(t, put(events.PutRuleInput{Name: "r", EventPattern: new("{}")}), "InvalidEventPatternException", "Event pattern is not valid. Reason: an object of the pattern is empty")
	wantError(t, put(events.PutRuleInput{Name: "r", EventPattern: pattern, EventBusName: new("mine")}), "ResourceNotFoundException", "Event bus mine does not exist.")
	for _, name := range []string{"b", "a", "c"} {
		w.must(put(events.PutRuleInput{Name: name, EventPattern: pattern, Description: new("d"), EventBusName: new("default")}))
	}
	d, err := run(w, w.s.DescribeRule, events.DescribeRuleInput{Name: "a"})
	if err != nil || *d.Arn != "arn:aws:events:us-east-1:111122223333:rule/a" || *d.State != "ENABLED" || *d.EventPattern != *pattern || *d.EventBusName != "default" {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = run(w, w.s.DescribeRule, events.DescribeRuleInput{Name: "ghost"})
	wantError(t, err, "ResourceNotFoundException", "Rule ghost does not exist on EventBus default.")
	var names []string
	for in := (events.ListRulesInput{Limit: new(int64(1))}); ; {
		out, err := run(w, w.s.ListRules, in)
		w.must(err)
		for _, r := range out.Rules {
			names = append(names, *r.Name)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) {
		t.Errorf("%q", names)
	}
	_, err = run(w, w.s.ListRules, events.ListRulesInput{NextToken: new("forged")})
	wantError(t, err, "ValidationException", "The specified nextToken is not valid.")

	_, err = run(w, silent(w.s.DisableRule), events.DisableRuleInput{Name: "a"})
	w.must(err)
	if d, _ := run(w, w.s.DescribeRule, events.DescribeRuleInput{Name: "a"}); *d.State != "DISABLED" {
		t.Errorf("state %s", *d.State)
	}
	_, err = run(w, silent(w.s.EnableRule), events.EnableRuleInput{Name: "ghost"})
	wantError(t, err, "ResourceNotFoundException", "Rule ghost does not exist on EventBus default.")

	// Targets.
	bad := []events.Target{
		{Id: "1", Arn: "x"}, {Id: "2", Arn: "arn:aws:sqs:us-east-1:111122223333:q"}, {Id: "3", Arn: alerts, Input: new("{")},
		{Id: "4", Arn: alerts, Input: new("1"), InputPath: new("$")}, {Id: "5", Arn: alerts, InputPath: new("detail")}, {Id: "6", Arn: alerts + ":0"},
	}
	out, err := run(w, w.s.PutTargets, events.PutTargetsInput{Rule: "a", Targets: append(bad, events.Target{Id: "good", Arn: alerts}, events.Target{Id: "good", Arn: alerts, InputPath: new("$.x")})})
	if err != nil || *out.FailedEntryCount != 6 || *out.FailedEntries[1].ErrorMessage != "This server calls Amazon SNS topics, CloudWatch Logs log groups and AWS Lambda functions only." {
		t.Errorf("%+v, %v", out, err)
	}
	listed, err := run(w, w.s.ListTargetsByRule, events.ListTargetsByRuleInput{Rule: "a"})
	if err != nil || len(listed.Targets) != 1 || *listed.Targets[0].InputPath != "$.x" {
		t.Errorf("%+v, %v", listed, err)
	}
	var many []events.Target
	for i := range 6 {
		many = append(many, events.Target{Id: fmt.Sprint(i), Arn: alerts})
	}
	_, err = run(w, w.s.PutTargets, events.PutTargetsInput{Rule: "a", Targets: many})
	wantError(t, err, "LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	_, err = run(w, silent(w.s.DeleteRule), events.DeleteRuleInput{Name: "a"})
	wantError(t, err, "ValidationException", "Rule can't be deleted since it has targets.")
	_, err = run(w, w.s.RemoveTargets, events.RemoveTargetsInput{Rule: "a", Ids: []string{"good", "none"}})
	w.must(err)
	for range 2 {
		_, err = run(w, silent(w.s.DeleteRule), events.DeleteRuleInput{Name: "a"})
		w.must(err)
	}
	_, err = run(w, w.s.PutTargets, events.PutTargetsInput{Rule: "a", Targets: many})
	wantError(t, err, "ResourceNotFoundException", "Rule a does not exist on EventBus default.")
}

func TestTestEventPattern(t *testing.T) {
	t.Parallel()
	w := open(t)
	const event = `{"id":"1","account":"1","source":"app","time":"t","region":"r","resources":[],"detail-type":"x","detail":{"n":1}}`
	for pattern, want := range map[string]bool{`{"source":["app"]}`: true, `{"detail":{"n":[2]}}`: false} {
		out, err := run(w, w.s.TestEventPattern, events.TestEventPatternInput{EventPattern: pattern, Event: event})
		if err != nil || *out.Result != want {
			t.Errorf("%s: %v", pattern, err)
		}
	}
	_, err := run(w, w.s.TestEventPattern, events.TestEventPatternInput{EventPattern: "[", Event: event})
	wantError(t, err, "InvalidEventPatternException", "Event pattern is not valid. Reason: the pattern is not JSON")
	_, err = run(w, w.s.TestEventPattern, events.TestEventPatternInput{EventPattern: `{"source":["app"]}`, Event: `{"id":"1"}`})
	wantError(t, err, "ValidationException", "Parameter Event is not valid. Reason: member account is missing.")
}

func TestPutEvents(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.rule("mine", `{"source":["shop"]}`, "ENABLED", events.Target{InputPath: new("$.detail.n")})
	out, err := run(w, w.s.PutEvents, events.PutEventsInput{Entries: []events.PutEventsRequestEntry{
		{Source: new("shop"), DetailType: new("order"), Detail: new(`{"n":7}`)}, {Source: new("aws.iam"), DetailType: new("x"), Detail: new(`{}`)},
		{Source: new("shop"), DetailType: new("order"), Detail: new(`[]`)}, {Source: new("shop"), Detail: new(`{}`)}, {DetailType: new("x"), Detail: new(`{}`)},
		{Source: new("shop"), DetailType: new("order")}, {Source: new("shop"), DetailType: new("order"), Detail: new(`{} {}`)},
	}})
	w.must(err)
	var codes []string
	for _, e := range out.Entries {
		code := "ok"
		if e.ErrorCode != nil {
			code = *e.ErrorCode
		}
		codes = append(codes, code)
	}
	if want := []string{"ok", "NotAuthorizedForSourceException", "MalformedDetail", "InvalidArgument", "InvalidArgument", "InvalidArgument", "MalformedDetail"}; !slices.Equal(codes, want) || *out.FailedEntryCount != 6 {
		t.Errorf("%q", codes)
	}
	if got := w.deliver(); !slices.Equal(got, []string{"7"}) {
		t.Errorf("%q", got)
	}
}
