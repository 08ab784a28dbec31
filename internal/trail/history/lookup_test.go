package history_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/trail/history"
)

// day is a day's work, newest first: each kind of caller once.
func day() []event {
	const key = `"accessKeyId":"AKIAEXAMPLE000000001",`
	return []event{
		{"federated", minutes(1), `"userIdentity":{"type":"FederatedUser","principalId":"111122223333:ann","accessKeyId":"ASIAEXAMPLE000000002"},"eventSource":"iam.amazonaws.com","eventName":"GetRole","readOnly":true,"requestParameters":{"roleName":"Writer"},`},
		{"anonymous", minutes(2), `"userIdentity":{"type":"Unknown","principalId":"Anonymous"},"eventSource":"cognito-idp.amazonaws.com","eventName":"InitiateAuth","readOnly":false,`},
		{"session", minutes(3), `"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:build-7","accessKeyId":"ASIAEXAMPLE000000001"},"eventSource":"cognito-idp.amazonaws.com","eventName":"DescribeUserPool","readOnly":true,"requestParameters":{"userPoolId":"us-east-1_AbCdEfGhI"},`},
		{"service", minutes(4), `"userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"},"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","readOnly":true,"resources":[{"accountId":"111122223333","type":"AWS::IAM::Role","ARN":"arn:aws:iam::111122223333:role/Writer"}],`},
		{"root", minutes(5), `"userIdentity":{"type":"Root","principalId":"111122223333","userName":"alias"},"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",`},
		{"user", minutes(6), `"userIdentity":{"type":"IAMUser",` + key + `"userName":"ops"},"eventSource":"cognito-idp.amazonaws.com","eventName":"DeleteUserPool","readOnly":false,"requestParameters":{"userPoolId":"us-east-1_AbCdEfGhI"},`},
		{"hidden", minutes(7), `"userIdentity":{"type":"IAMUser","userName":"HIDDEN_FOR_SECURITY_REASONS"},"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","readOnly":false,`},
	}
}

// oldest turns the order of the answers into that of the arrivals.
func oldest(events []event) []event {
	events = slices.Clone(events)
	slices.Reverse(events)
	return events
}

func TestLookupEvents_Attributes(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		events := oldest(day())
		w.seal(events[:4]...)
		w.add(events[4:]...) // answers join what is sealed and what is not
		for name, c := range map[string]struct {
			attributes []cloudtrail.LookupAttribute
			want       string
		}{
			"all":                       {nil, "federated anonymous session service root user hidden"},
			"empty list":                {[]cloudtrail.LookupAttribute{}, "federated anonymous session service root user hidden"},
			"EventId":                   {by("EventId", "root"), "root"},
			"EventId, not there":        {by("EventId", "stranger"), ""},
			"EventName":                 {by("EventName", "ConsoleLogin"), "root hidden"},
			"EventName, case":           {by("EventName", "consolelogin"), ""},
			"EventName, part":           {by("EventName", "Console"), ""},
			"EventSource":               {by("EventSource", "cognito-idp.amazonaws.com"), "anonymous session user"},
			"EventSource, part":         {by("EventSource", "cognito-idp"), ""},
			"ReadOnly true":             {by("ReadOnly", "true"), "federated session service"},
			"ReadOnly false":            {by("ReadOnly", "false"), "anonymous user hidden"},
			"ReadOnly, case":            {by("ReadOnly", "True"), ""},
			"Username of a user":        {by("Username", "ops"), "user"},
			"Username of root":          {by("Username", "root"), "root"},
			"Username, alias of root":   {by("Username", "alias"), ""},
			"Username, session":         {by("Username", "build-7"), "session"},
			"Username, federated":       {by("Username", "ann"), "federated"},
			"Username, marker":          {by("Username", "HIDDEN_FOR_SECURITY_REASONS"), "hidden"},
			"AccessKeyId":               {by("AccessKeyId", "AKIAEXAMPLE000000001"), "user"},
			"AccessKeyId, session's":    {by("AccessKeyId", "ASIAEXAMPLE000000001"), "session"},
			"ResourceType, derived":     {by("ResourceType", "AWS::Cognito::UserPool"), "session user"},
			"ResourceName, derived":     {by("ResourceName", "us-east-1_AbCdEfGhI"), "session user"},
			"ResourceType, of record":   {by("ResourceType", "AWS::IAM::Role"), "federated service"},
			"ResourceName, of record":   {by("ResourceName", "arn:aws:iam::111122223333:role/Writer"), "service"},
			"ResourceName, type's text": {by("ResourceName", "AWS::IAM::Role"), ""},
			"value like a pattern":      {by("EventName", "%"), ""},
			"value like JSON":           {by("EventName", `ConsoleLogin","x":"`), ""},
		} {
			t.Run(name, func(t *testing.T) {
				out := w.lookup(cloudtrail.LookupEventsInput{LookupAttributes: c.attributes})
				if got := ids(out.Events); got != c.want {
					t.Errorf("found %q, want %q", got, c.want)
				}
				if out.NextToken != nil || out.Events == nil {
					t.Errorf("one page: %s", optest.JSON(t, out))
				}
			})
		}
	})
}

// What an event looks like, for each kind of caller: absent members are absent.
func TestLookupEvents_Shape(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		events := day()
		w.seal(oldest(events)...)
		want := map[string]string{
			"federated": `"AccessKeyId":"ASIAEXAMPLE000000002","EventId":"federated","EventName":"GetRole","EventSource":"iam.amazonaws.com","EventTime":"2026-03-02T09:59:31Z","ReadOnly":"true","Resources":[{"ResourceName":"Writer","ResourceType":"AWS::IAM::Role"}],"Username":"ann"`,
			"anonymous": `"EventId":"anonymous","EventName":"InitiateAuth","EventSource":"cognito-idp.amazonaws.com","EventTime":"2026-03-02T09:58:31Z","ReadOnly":"false","Resources":[]`,
			"session":   `"AccessKeyId":"ASIAEXAMPLE000000001","EventId":"session","EventName":"DescribeUserPool","EventSource":"cognito-idp.amazonaws.com","EventTime":"2026-03-02T09:57:31Z","ReadOnly":"true","Resources":[{"ResourceName":"us-east-1_AbCdEfGhI","ResourceType":"AWS::Cognito::UserPool"}],"Username":"build-7"`,
			"service":   `"EventId":"service","EventName":"AssumeRole","EventSource":"sts.amazonaws.com","EventTime":"2026-03-02T09:56:31Z","ReadOnly":"true","Resources":[{"ResourceName":"arn:aws:iam::111122223333:role/Writer","ResourceType":"AWS::IAM::Role"}]`,
			"root":      `"EventId":"root","EventName":"ConsoleLogin","EventSource":"signin.amazonaws.com","EventTime":"2026-03-02T09:55:31Z","Resources":[],"Username":"root"`,
			"user":      `"AccessKeyId":"AKIAEXAMPLE000000001","EventId":"user","EventName":"DeleteUserPool","EventSource":"cognito-idp.amazonaws.com","EventTime":"2026-03-02T09:54:31Z","ReadOnly":"false","Resources":[{"ResourceName":"us-east-1_AbCdEfGhI","ResourceType":"AWS::Cognito::UserPool"}],"Username":"ops"`,
			"hidden":    `"EventId":"hidden","EventName":"ConsoleLogin","EventSource":"signin.amazonaws.com","EventTime":"2026-03-02T09:53:31Z","ReadOnly":"false","Resources":[],"Username":"HIDDEN_FOR_SECURITY_REASONS"`,
		}
		for i, e := range w.lookup(cloudtrail.LookupEventsInput{}).Events {
			if e.CloudTrailEvent == nil || *e.CloudTrailEvent != events[i].record() {
				t.Errorf("%s: the record is not the one that was written: %v", events[i].id, e.CloudTrailEvent)
			}
			e.CloudTrailEvent = nil
			if got := optest.JSON(t, e); got != "{"+want[events[i].id]+"}" {
				t.Errorf("event\n got %s\nwant {%s}", got, want[events[i].id])
			}
		}
	})
}

// series are n events a second apart, three in each second, oldest first.
func series(n int) []event {
	out := make([]event, n)
	for i := range out {
		name := []string{"GetUser", "SignUp"}[i%2]
		out[i] = event{fmt.Sprintf("e%03d", i), minutes(10).Add(time.Duration(i/3) * time.Second), `"eventSource":"cognito-idp.amazonaws.com","eventName":"` + name + `",`}
	}
	return out
}

// pages reads to the end and returns all events and the pages' sizes. between
// runs after each page.
func (w *world) pages(in cloudtrail.LookupEventsInput, between func()) (all []cloudtrail.Event, sizes []int) {
	w.Helper()
	for range 1000 {
		out := w.lookup(in)
		all, sizes = append(all, out.Events...), append(sizes, len(out.Events))
		if out.NextToken == nil {
			return all, sizes
		}
		if *out.NextToken == "" {
			w.Fatal("an empty token")
		}
		in.NextToken = out.NextToken
		if between != nil {
			between()
		}
	}
	w.Fatal("pages without end")
	return nil, nil
}

func TestLookupEvents_Pages(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		events := series(120)
		w.seal(events[:70]...)
		w.add(events[70:]...)
		for name, c := range map[string]struct {
			in      cloudtrail.LookupEventsInput
			from, n int // the events that are to be found: from so many on, every n-th
			sizes   []int
		}{
			"50 without asking":   {cloudtrail.LookupEventsInput{}, 0, 1, []int{50, 50, 20}},
			"50":                  {cloudtrail.LookupEventsInput{MaxResults: new(int64(50))}, 0, 1, []int{50, 50, 20}},
			"7":                   {cloudtrail.LookupEventsInput{MaxResults: new(int64(7)), StartTime: new(events[93].at)}, 93, 1, []int{7, 7, 7, 6}},
			"1":                   {cloudtrail.LookupEventsInput{MaxResults: new(int64(1)), StartTime: new(events[117].at)}, 117, 1, []int{1, 1, 1}},
			"exactly full":        {cloudtrail.LookupEventsInput{MaxResults: new(int64(40))}, 0, 1, []int{40, 40, 40}},
			"one page":            {cloudtrail.LookupEventsInput{StartTime: new(events[72].at)}, 72, 1, []int{48}},
			"of every other":      {cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", "GetUser"), MaxResults: new(int64(25))}, 0, 2, []int{25, 25, 10}},
			"of every other, odd": {cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", "SignUp")}, 1, 2, []int{50, 10}},
		} {
			t.Run(name, func(t *testing.T) {
				var want []string
				for i := c.from; i < len(events); i += c.n {
					want = append(want, events[i].id)
				}
				slices.Reverse(want)
				all, sizes := w.pages(c.in, nil)
				if ids(all) != strings.Join(want, " ") {
					t.Errorf("found %s", ids(all))
				}
				if !slices.Equal(sizes, c.sizes) {
					t.Errorf("pages of %v, want %v", sizes, c.sizes)
				}
			})
		}
	})
}

// What happens while somebody turns pages neither repeats nor hides an event:
// new events, sealing, a restart.
func TestLookupEvents_PagesStandStill(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		events := series(60)
		w.seal(events...)
		n := 0
		all, _ := w.pages(cloudtrail.LookupEventsInput{MaxResults: new(int64(17))}, func() {
			n++
			w.seal(event{fmt.Sprintf("late%d", n), minutes(1), ""})
		})
		slices.Reverse(events)
		var want []string
		for _, e := range events {
			want = append(want, e.id)
		}
		if ids(all) != strings.Join(want, " ") || n == 0 {
			t.Errorf("after %d pages: %s", n, ids(all))
		}
	})
}

func TestLookupEvents_Times(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		at := minutes(5)
		ancient := now.AddDate(0, 0, -90)
		w.seal(
			event{"gone", ancient.Add(-time.Second).Truncate(time.Second), ""}, event{"kept", ancient.Truncate(time.Second).Add(time.Second), ""},
			event{"before", at.Add(-time.Second), ""}, event{"at", at, ""}, event{"after", at.Add(time.Second), ""},
		)
		for name, c := range map[string]struct {
			start, end *time.Time
			want       string
		}{
			"open":                        {nil, nil, "after at before kept"},
			"start is inclusive":          {&at, nil, "after at"},
			"end is inclusive":            {nil, &at, "at before kept"},
			"start is end":                {&at, &at, "at"},
			"start within the second":     {new(at.Add(time.Millisecond)), nil, "after"},
			"end within the second":       {nil, new(at.Add(999 * time.Millisecond)), "at before kept"},
			"end before the second":       {nil, new(at.Add(-time.Millisecond)), "before kept"},
			"nothing between":             {new(at.Add(time.Millisecond)), new(at.Add(2 * time.Millisecond)), ""},
			"in another zone":             {new(at.In(time.FixedZone("", 7200))), new(at.In(time.FixedZone("", -7200))), "at"},
			"older than the history":      {new(ancient.AddDate(-1, 0, 0)), nil, "after at before kept"},
			"wholly before the history":   {new(ancient.AddDate(-1, 0, 0)), new(ancient.Add(-time.Hour)), ""},
			"start in the future":         {new(now.Add(time.Hour)), nil, ""},
			"end in the future":           {&at, new(now.Add(time.Hour)), "after at"},
			"the future":                  {new(now.Add(time.Hour)), new(now.Add(2 * time.Hour)), ""},
			"all that can be said":        {new(time.Unix(0, 0)), new(now.AddDate(1, 0, 0)), "after at before kept"},
			"start is the oldest of all":  {new(ancient.Truncate(time.Second).Add(time.Second)), nil, "after at before kept"},
			"start just behind the first": {new(ancient.Add(time.Second)), nil, "after at before"},
		} {
			t.Run(name, func(t *testing.T) {
				if got := ids(w.lookup(cloudtrail.LookupEventsInput{StartTime: c.start, EndTime: c.end}).Events); got != c.want {
					t.Errorf("found %q, want %q", got, c.want)
				}
			})
		}
	})
}

// Accounts and Regions see their own events and nothing else, also when they ask
// for a foreign event by its id.
func TestLookupEvents_Isolation(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		places := [][2]string{{account, east}, {account, west}, {foreign, east}, {foreign, west}}
		for i, p := range places {
			w.account, w.region = p[0], p[1]
			add := w.seal
			if i == len(places)-1 { // the last one's are in memory only
				add = func(e ...event) { w.add(e...) }
			}
			add(event{"old-" + p[0] + p[1], minutes(2), `"eventName":"SignUp",`}, event{"new-" + p[0] + p[1], minutes(1), `"eventName":"SignUp",`})
		}
		for _, p := range places {
			w.account, w.region = p[0], p[1]
			own := w.lookup(cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", "SignUp")})
			if want := "new-" + p[0] + p[1] + " old-" + p[0] + p[1]; ids(own.Events) != want {
				t.Errorf("%v sees %q, want %q", p, ids(own.Events), want)
			}
			for _, other := range places {
				if other == p {
					continue
				}
				if out := w.lookup(cloudtrail.LookupEventsInput{LookupAttributes: by("EventId", "new-"+other[0]+other[1])}); len(out.Events) != 0 {
					t.Errorf("%v sees an event of %v", p, other)
				}
			}
		}
	})
}

func TestLookupEvents_Refusals(t *testing.T) {
	t.Parallel()
	const attributes = "InvalidLookupAttributesException"
	const length = "The value of a lookup attribute must be 1 to 2000 characters."
	insight := new("insight")
	for name, c := range map[string]struct {
		in            cloudtrail.LookupEventsInput
		code, message string
	}{
		"start after end":           {cloudtrail.LookupEventsInput{StartTime: new(minutes(1)), EndTime: new(minutes(2))}, "InvalidTimeRangeException", "The start time must be before the end time."},
		"start a moment after end":  {cloudtrail.LookupEventsInput{StartTime: new(minutes(1).Add(1)), EndTime: new(minutes(1))}, "InvalidTimeRangeException", "The start time must be before the end time."},
		"start after end, long ago": {cloudtrail.LookupEventsInput{StartTime: new(time.Unix(2, 0)), EndTime: new(time.Unix(1, 0))}, "InvalidTimeRangeException", "The start time must be before the end time."},
		"no result":                 {cloudtrail.LookupEventsInput{MaxResults: new(int64(0))}, "InvalidMaxResultsException", "MaxResults must be between 1 and 50."},
		"less than none":            {cloudtrail.LookupEventsInput{MaxResults: new(int64(-1))}, "InvalidMaxResultsException", "MaxResults must be between 1 and 50."},
		"51 results":                {cloudtrail.LookupEventsInput{MaxResults: new(int64(51))}, "InvalidMaxResultsException", "MaxResults must be between 1 and 50."},
		"results beyond 32 bits":    {cloudtrail.LookupEventsInput{MaxResults: new(int64(1)<<32 + 1)}, "InvalidMaxResultsException", "MaxResults must be between 1 and 50."},
		"two attributes":            {cloudtrail.LookupEventsInput{LookupAttributes: append(by("EventName", "a"), by("EventId", "b")...)}, attributes, "You can only specify one lookup attribute."},
		"one attribute twice":       {cloudtrail.LookupEventsInput{LookupAttributes: append(by("EventName", "a"), by("EventName", "a")...)}, attributes, "You can only specify one lookup attribute."},
		"unknown key":               {cloudtrail.LookupEventsInput{LookupAttributes: by("SourceIPAddress", "a")}, attributes, "The lookup attribute SourceIPAddress is not valid."},
		"key in another case":       {cloudtrail.LookupEventsInput{LookupAttributes: by("eventName", "a")}, attributes, "The lookup attribute eventName is not valid."},
		"no key":                    {cloudtrail.LookupEventsInput{LookupAttributes: by("", "a")}, attributes, "The lookup attribute  is not valid."},
		"key like a format":         {cloudtrail.LookupEventsInput{LookupAttributes: by("%d", "a")}, attributes, "The lookup attribute %d is not valid."},
		"no value":                  {cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", "")}, attributes, length},
		"2001 characters":           {cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", strings.Repeat("é", 2001))}, attributes, length},
		"1001 characters of two":    {cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", strings.Repeat("_ ,\n", 250)+"_")}, attributes, length},
		"Insights by user":          {cloudtrail.LookupEventsInput{EventCategory: insight, LookupAttributes: by("Username", "ops")}, attributes, "The lookup attribute Username is not valid."},
		"Insights by resource":      {cloudtrail.LookupEventsInput{EventCategory: insight, LookupAttributes: by("ResourceName", "x")}, attributes, "The lookup attribute ResourceName is not valid."},
		"Insights by readOnly":      {cloudtrail.LookupEventsInput{EventCategory: insight, LookupAttributes: by("ReadOnly", "true")}, attributes, "The lookup attribute ReadOnly is not valid."},
		"Insights by access key":    {cloudtrail.LookupEventsInput{EventCategory: insight, LookupAttributes: by("AccessKeyId", "A")}, attributes, "The lookup attribute AccessKeyId is not valid."},
		"another category":          {cloudtrail.LookupEventsInput{EventCategory: new("management")}, "InvalidEventCategoryException", "The event category management is not valid."},
		"category in another case":  {cloudtrail.LookupEventsInput{EventCategory: new("Insight")}, "InvalidEventCategoryException", "The event category Insight is not valid."},
		"token of nobody":           {cloudtrail.LookupEventsInput{NextToken: new("b3BhcXVl")}, "InvalidNextTokenException", "Invalid NextToken."},
		"empty token":               {cloudtrail.LookupEventsInput{NextToken: new("")}, "InvalidNextTokenException", "Invalid NextToken."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := &fakeEvents{}
			s := &history.Service{Events: events, Tokens: secret.NewVault(secret.GenerateMasterKey())}
			out, err := s.LookupEvents(&op.Call{Context: t.Context(), Now: now, Account: account, Region: east}, &c.in)
			refused(t, err, c.code, c.message)
			if out != nil || len(events.asked) > 0 {
				t.Errorf("a refused call answered %v and asked for %v", out, events.asked)
			}
		})
	}
}

// What a call asks of the store of events: the whole query, nothing assumed there.
func TestLookupEvents_Query(t *testing.T) {
	t.Parallel()
	ninety := now.AddDate(0, 0, -90)
	long := strings.Repeat("é", 2000)
	for name, c := range map[string]struct {
		days int
		in   cloudtrail.LookupEventsInput
		want []history.Query
	}{
		"plain":            {0, cloudtrail.LookupEventsInput{}, []history.Query{{From: ninety, To: now, Limit: 50}}},
		"shorter history":  {7, cloudtrail.LookupEventsInput{}, []history.Query{{From: now.AddDate(0, 0, -7), To: now, Limit: 50}}},
		"start too old":    {7, cloudtrail.LookupEventsInput{StartTime: &ninety}, []history.Query{{From: now.AddDate(0, 0, -7), To: now, Limit: 50}}},
		"range":            {0, cloudtrail.LookupEventsInput{StartTime: new(minutes(9)), EndTime: new(minutes(2))}, []history.Query{{From: minutes(9), To: minutes(2), Limit: 50}}},
		"one result":       {0, cloudtrail.LookupEventsInput{MaxResults: new(int64(1))}, []history.Query{{From: ninety, To: now, Limit: 1}}},
		"fifty results":    {0, cloudtrail.LookupEventsInput{MaxResults: new(int64(50))}, []history.Query{{From: ninety, To: now, Limit: 50}}},
		"attribute":        {0, cloudtrail.LookupEventsInput{LookupAttributes: by("Username", " ops ")}, []history.Query{{From: ninety, To: now, Limit: 50, Key: "Username", Value: " ops "}}},
		"2000 characters":  {0, cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", long)}, []history.Query{{From: ninety, To: now, Limit: 50, Key: "EventName", Value: long}}},
		"1000 of two":      {0, cloudtrail.LookupEventsInput{LookupAttributes: by("EventId", strings.Repeat("_", 1000))}, []history.Query{{From: ninety, To: now, Limit: 50, Key: "EventId", Value: strings.Repeat("_", 1000)}}},
		"Insights":         {0, cloudtrail.LookupEventsInput{EventCategory: new("insight")}, nil},
		"Insights by name": {0, cloudtrail.LookupEventsInput{EventCategory: new("insight"), LookupAttributes: by("EventName", "x")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := &fakeEvents{}
			s := &history.Service{Events: events, Tokens: secret.NewVault(secret.GenerateMasterKey()), Days: c.days}
			out, err := s.LookupEvents(&op.Call{Context: t.Context(), Now: now, Account: account, Region: east}, &c.in)
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.want {
				c.want[i].Account, c.want[i].Region = account, east
			}
			if !reflect.DeepEqual(events.asked, c.want) {
				t.Errorf("asked for\n     %+v\nwant %+v", events.asked, c.want)
			}
			if got := optest.JSON(t, out); got != `{"Events":[]}` {
				t.Errorf("answer %s", got)
			}
		})
	}
}

func TestLookupEvents_FaultIsHandedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk is broken")
	s := &history.Service{Events: &fakeEvents{err: broken}, Tokens: secret.NewVault(secret.GenerateMasterKey())}
	out, err := s.LookupEvents(&op.Call{Context: t.Context(), Now: now}, &cloudtrail.LookupEventsInput{})
	if !errors.Is(err, broken) || out != nil {
		t.Errorf("answer %v, error %v", out, err)
	}
}
