package history_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/trail/history"
)

// A token opens with the query it was made for and no other.
func TestLookupEvents_TokenIsBoundToItsQuery(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		events := series(9)
		w.seal(events...)
		for _, region := range []string{east, west} {
			for _, owner := range []string{account, foreign} {
				if region == east && owner == account {
					continue
				}
				w.account, w.region = owner, region
				w.seal(events...) // the same events elsewhere: a token that opened would show
			}
		}
		w.account, w.region = account, east
		query := func() cloudtrail.LookupEventsInput {
			return cloudtrail.LookupEventsInput{
				LookupAttributes: by("EventName", "GetUser"), StartTime: new(minutes(60)), EndTime: new(minutes(1)), MaxResults: new(int64(2)),
			}
		}
		token := w.lookup(query()).NextToken
		if token == nil {
			t.Fatal("no second page")
		}
		for name, c := range map[string]struct {
			change func(w *world, in *cloudtrail.LookupEventsInput)
			opens  bool
		}{
			"the same query": {func(*world, *cloudtrail.LookupEventsInput) {}, true},
			"the same times in another zone": {func(_ *world, in *cloudtrail.LookupEventsInput) {
				in.StartTime = new(in.StartTime.In(time.FixedZone("", 3600)))
			}, true},
			"another page size":               {func(_ *world, in *cloudtrail.LookupEventsInput) { in.MaxResults = nil }, true},
			"another account":                 {func(w *world, _ *cloudtrail.LookupEventsInput) { w.account = foreign }, false},
			"another Region":                  {func(w *world, _ *cloudtrail.LookupEventsInput) { w.region = west }, false},
			"another value":                   {func(_ *world, in *cloudtrail.LookupEventsInput) { in.LookupAttributes = by("EventName", "SignUp") }, false},
			"another key":                     {func(_ *world, in *cloudtrail.LookupEventsInput) { in.LookupAttributes = by("Username", "GetUser") }, false},
			"no attribute":                    {func(_ *world, in *cloudtrail.LookupEventsInput) { in.LookupAttributes = nil }, false},
			"another start":                   {func(_ *world, in *cloudtrail.LookupEventsInput) { in.StartTime = new(minutes(61)) }, false},
			"a start some nanoseconds later":  {func(_ *world, in *cloudtrail.LookupEventsInput) { in.StartTime = new(in.StartTime.Add(1)) }, false},
			"no start":                        {func(_ *world, in *cloudtrail.LookupEventsInput) { in.StartTime = nil }, false},
			"another end":                     {func(_ *world, in *cloudtrail.LookupEventsInput) { in.EndTime = new(minutes(2)) }, false},
			"no end":                          {func(_ *world, in *cloudtrail.LookupEventsInput) { in.EndTime = nil }, false},
			"Insights instead":                {func(_ *world, in *cloudtrail.LookupEventsInput) { in.EventCategory = new("insight") }, false},
			"the token with a character more": {func(_ *world, in *cloudtrail.LookupEventsInput) { in.NextToken = new(*in.NextToken + "A") }, false},
			"the token with a line break":     {func(_ *world, in *cloudtrail.LookupEventsInput) { in.NextToken = new(*in.NextToken + "\n") }, false},
			"the token in padded form":        {func(_ *world, in *cloudtrail.LookupEventsInput) { in.NextToken = new(*in.NextToken + "=") }, false},
			"half of the token": {func(_ *world, in *cloudtrail.LookupEventsInput) {
				in.NextToken = new((*in.NextToken)[:len(*in.NextToken)/2])
			}, false},
			"a token of another list": {func(w *world, in *cloudtrail.LookupEventsInput) {
				in.NextToken = new(w.vault.SealToken("cloudtrail.trails", []byte("x")))
			}, false},
			"a very long text": {func(_ *world, in *cloudtrail.LookupEventsInput) { in.NextToken = new(strings.Repeat("A", 1<<20)) }, false},
		} {
			t.Run(name, func(t *testing.T) {
				other, in := *w, query()
				in.NextToken = token
				c.change(&other, &in)
				out, err := w.s.LookupEvents(other.call(), &in)
				if !c.opens {
					refused(t, err, "InvalidNextTokenException", "Invalid NextToken.")
					if out != nil {
						t.Errorf("answered %s", ids(out.Events))
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if want := "e004 e002"; !strings.HasPrefix(ids(out.Events), want) {
					t.Errorf("second page is %q", ids(out.Events))
				}
			})
		}
	})
}

// Positions are no one's business: the token neither shows nor repeats them, and
// no character of it can be changed.
func TestLookupEvents_TokenIsSealed(t *testing.T) {
	t.Parallel()
	events := &fakeEvents{next: []byte("position-of-the-last-row")}
	s := &history.Service{Events: events, Tokens: secret.NewVault(secret.GenerateMasterKey())}
	call := &op.Call{Context: t.Context(), Now: now, Account: account, Region: east}
	page := func(token *string) (*cloudtrail.LookupEventsOutput, error) {
		return s.LookupEvents(call, &cloudtrail.LookupEventsInput{NextToken: token})
	}
	first, err := page(nil)
	if err != nil {
		t.Fatal(err)
	}
	again, err := page(nil)
	if err != nil {
		t.Fatal(err)
	}
	token := *first.NextToken
	if token == *again.NextToken || strings.Contains(token, "position") {
		t.Errorf("token %q", token)
	}
	if _, err := page(&token); err != nil {
		t.Fatal(err)
	}
	if got := string(events.asked[2].After); got != "position-of-the-last-row" {
		t.Errorf("position is %q", got)
	}
	asked := len(events.asked)
	for i := range token {
		changed := []byte(token)
		changed[i]++
		_, err := page(new(string(changed)))
		refused(t, err, "InvalidNextTokenException", "Invalid NextToken.")
	}
	if len(events.asked) != asked {
		t.Error("a changed token reached the store")
	}
	// Another server, or this one with another master key, opens none of it.
	s.Tokens = secret.NewVault(secret.GenerateMasterKey())
	_, err = page(&token)
	refused(t, err, "InvalidNextTokenException", "Invalid NextToken.")
}

// No text but a token of this query is taken for one.
func FuzzToken(f *testing.F) {
	vault := secret.NewVault(secret.GenerateMasterKey())
	f.Add("")
	f.Add("b3BhcXVl")
	f.Add(vault.SealToken("cloudtrail.lookup", []byte("{}"), account, east))
	f.Add(vault.SealToken("cloudtrail.trails", []byte("{}"), account, east, "", "", "", ""))
	f.Add(strings.Repeat("A", 9000))
	f.Fuzz(func(t *testing.T, token string) {
		events := &fakeEvents{}
		s := &history.Service{Events: events, Tokens: vault}
		_, err := s.LookupEvents(&op.Call{Context: t.Context(), Now: now, Account: account, Region: east}, &cloudtrail.LookupEventsInput{NextToken: &token})
		refused(t, err, "InvalidNextTokenException", "Invalid NextToken.")
		if len(events.asked) > 0 {
			t.Errorf("position %q reached the store", events.asked[0].After)
		}
	})
}

// A value is refused by its length alone; some characters count twice.
func FuzzValue(f *testing.F) {
	for _, v := range []string{"", "ops", strings.Repeat("_", 1000), strings.Repeat("_", 1001), strings.Repeat("a", 2001), "\xff\n", "日本, 語"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, value string) {
		n := len([]rune(value))
		for _, twice := range []string{"_", " ", ",", "\n"} {
			n += strings.Count(value, twice)
		}
		events := &fakeEvents{}
		s := &history.Service{Events: events}
		_, err := s.LookupEvents(&op.Call{Context: t.Context(), Now: now}, &cloudtrail.LookupEventsInput{LookupAttributes: by("EventName", value)})
		if allowed := n >= 1 && n <= 2000; allowed != (err == nil) {
			t.Errorf("%d characters: %v", n, err)
		}
		if err == nil && events.asked[0].Value != value {
			t.Errorf("asked for %q", events.asked[0].Value)
		}
	})
}

// Whatever a record says, it comes back as it is, with times and truths as texts
// that a client can read.
func FuzzEvent(f *testing.F) {
	for _, e := range day() {
		f.Add([]byte(e.record()), "ops")
	}
	f.Add([]byte(`{"eventTime":"yesterday","readOnly":null,"eventID":7,"userIdentity":[]}`), "")
	f.Add([]byte("\x00{\"eventID\":\xff"), "\xff")
	f.Fuzz(func(t *testing.T, record []byte, username string) {
		before := bytes.Clone(record)
		s := &history.Service{Events: &fakeEvents{found: []history.Found{{Record: record, Username: username, Resources: []history.Resource{{Type: "a", Name: "b"}, {Type: "c", Name: "d"}}}}}}
		out, err := s.LookupEvents(&op.Call{Context: t.Context(), Now: now}, &cloudtrail.LookupEventsInput{})
		if err != nil || len(out.Events) != 1 {
			t.Fatalf("%d events, error %v", len(out.Events), err)
		}
		e := out.Events[0]
		if *e.CloudTrailEvent != string(before) || !bytes.Equal(before, record) {
			t.Errorf("record came back as %q", *e.CloudTrailEvent)
		}
		if (e.Username == nil) != (username == "") || e.Username != nil && *e.Username != username {
			t.Errorf("user name is %v", e.Username)
		}
		want := []cloudtrail.Resource{{ResourceType: new("a"), ResourceName: new("b")}, {ResourceType: new("c"), ResourceName: new("d")}}
		if !reflect.DeepEqual(e.Resources, want) {
			t.Errorf("resources %v", e.Resources)
		}
		if e.ReadOnly != nil && *e.ReadOnly != "true" && *e.ReadOnly != "false" {
			t.Errorf("ReadOnly is %q", *e.ReadOnly)
		}
	})
}
