package authevent_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

type world struct {
	*pooltest.World
	pool, client, sub string
}

// newWorld has a pool whose user "ann" is told of a sign-in that was blocked.
func newWorld(t *testing.T) *world {
	w := &world{World: pooltest.New(t)}
	w.pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTier, in.UserPoolAddOns = new("PLUS"), &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: "ENFORCED"}
	})
	w.client = *w.Client(w.pool, nil).ClientId
	w.sub = w.User(w.pool, "ann", "ann@example.com")
	w.From("192.0.2.10", "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537")
	w.Tokens(w.client, "ann")
	w.Advance(2 * time.Hour)
	block := &cognitoidp.AccountTakeoverActionType{EventAction: "BLOCK", Notify: true}
	pooltest.Must(w.World, w.S.Risk.SetRiskConfiguration, &cognitoidp.SetRiskConfigurationInput{UserPoolId: w.pool, AccountTakeoverRiskConfiguration: &cognitoidp.AccountTakeoverRiskConfigurationType{
		NotifyConfiguration: &cognitoidp.NotifyConfigurationType{SourceArn: "arn:aws:ses:us-east-1:123456789012:identity/a@example.com"},
		Actions:             &cognitoidp.AccountTakeoverActionsType{LowAction: block, MediumAction: block, HighAction: block},
	}})
	w.From("203.0.113.5", "Mozilla/5.0 (X11; Linux) Firefox/128.0")
	_, res := w.SignIn(w.client, "ann", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", "Unable to login because of security reasons.")
	return w
}

func (w *world) list() *cognitoidp.AdminListUserAuthEventsOutput {
	w.T.Helper()
	return pooltest.Must(w.World, w.S.AuthEvent.AdminListUserAuthEvents, &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: w.pool, Username: "ann"})
}

// link is what a link of the newest notice says.
func (w *world) link(value string) *cognitoidp.UpdateAuthEventFeedbackInput {
	w.T.Helper()
	all := w.Messages()
	for _, text := range strings.Fields(all[len(all)-1].Body) {
		u, err := url.Parse(text)
		if err == nil && u.Query().Get("feedbackValue") == value {
			q := u.Query()
			return &cognitoidp.UpdateAuthEventFeedbackInput{
				UserPoolId: q.Get("userPoolId"), Username: q.Get("username"), EventId: q.Get("eventId"), FeedbackToken: q.Get("feedbackToken"), FeedbackValue: value,
			}
		}
	}
	w.T.Fatalf("no link in %q", all[len(all)-1].Body)
	return nil
}

func TestAdminListUserAuthEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out := w.list()
	id := *out.AuthEvents[0].EventId
	want := `{"ChallengeResponses":[{"ChallengeName":"Password","ChallengeResponse":"Success"}],"CreationDate":"2026-03-03T09:05:09.25Z",` +
		`"EventContextData":{"DeviceName":"Firefox 128, Linux","IpAddress":"203.0.113.5"},"EventId":"` + id + `","EventResponse":"Fail",` +
		`"EventRisk":{"CompromisedCredentialsDetected":false,"RiskDecision":"Block","RiskLevel":"Medium"},"EventType":"SignIn"}`
	if got := optest.JSON(t, out.AuthEvents[0]); got != want || len(out.AuthEvents) != 2 {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var ids []string
	in := &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: w.pool, Username: "ann", MaxResults: new(int64(1))}
	for {
		page := pooltest.Must(w.World, w.S.AuthEvent.AdminListUserAuthEvents, in)
		ids = append(ids, *page.AuthEvents[0].EventId)
		if in.NextToken = page.NextToken; in.NextToken == nil {
			break
		}
	}
	if len(ids) != 2 || ids[0] != id || ids[1] != *out.AuthEvents[1].EventId {
		t.Errorf("pages show %q", ids)
	}
	request, response := w.Recorded("AdminListUserAuthEvents", in, out)
	if strings.Contains(request, "ann") || response != "null" {
		t.Errorf("recorded %s, %s", request, response)
	}
}

func TestAuthEvents_refusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain, id := w.Pool(nil), *w.list().AuthEvents[0].EventId
	w.User(plain, "ann", "")
	const none = "00000000-0000-7000-8000-000000000000"
	for _, c := range []struct{ name, pool, user, event, code, message string }{
		{"no add-on", plain, "ann", id, "UserPoolAddOnNotEnabledException", "Threat Protection is not enabled for this user pool."},
		{"no user", w.pool, "bob", id, "UserNotFoundException", "User does not exist."},
		{"no pool", "us-east-1_nothing00", "ann", id, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
		{"no event", w.pool, "ann", none, "ResourceNotFoundException", "Event " + none + " does not exist."},
		{"no event id", w.pool, "ann", "x", "ResourceNotFoundException", "Event x does not exist."},
	} {
		_, res := pooltest.Do(w.World, w.S.AuthEvent.AdminUpdateAuthEventFeedback, &cognitoidp.AdminUpdateAuthEventFeedbackInput{UserPoolId: c.pool, Username: c.user, EventId: c.event, FeedbackValue: "Valid"})
		if res.Code != c.code || res.Message != c.message {
			t.Errorf("%s: %v", c.name, res.Err)
		}
		if strings.HasPrefix(c.name, "no event") {
			continue
		}
		_, res = pooltest.Do(w.World, w.S.AuthEvent.AdminListUserAuthEvents, &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: c.pool, Username: c.user})
		if res.Code != c.code || res.Message != c.message {
			t.Errorf("%s, listed: %v", c.name, res.Err)
		}
	}
	_, res := pooltest.Do(w.World, w.S.AuthEvent.AdminListUserAuthEvents, &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: w.pool, Username: "ann", NextToken: new("x")})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
	if f := w.list().AuthEvents[0].EventFeedback; f != nil {
		t.Errorf("a refused call left %+v", f)
	}
}

func TestAdminUpdateAuthEventFeedback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := &cognitoidp.AdminUpdateAuthEventFeedbackInput{UserPoolId: w.pool, Username: "ann", EventId: *w.list().AuthEvents[0].EventId, FeedbackValue: "Valid"}
	_, res := pooltest.Do(w.World, w.S.AuthEvent.AdminUpdateAuthEventFeedback, in)
	if res.Err != nil || res.Sub != w.sub {
		t.Fatalf("%v, the record names %q", res.Err, res.Sub)
	}
	want := `{"FeedbackDate":"2026-03-03T09:05:09.25Z","FeedbackValue":"Valid","Provider":"Admin"}`
	if got := optest.JSON(t, w.list().AuthEvents[0].EventFeedback); got != want {
		t.Errorf("got %s", got)
	}
	w.Tokens(w.client, "ann") // the place is known now
	in.FeedbackValue = "Invalid"
	pooltest.Must(w.World, w.S.AuthEvent.AdminUpdateAuthEventFeedback, in)
	_, res = w.SignIn(w.client, "ann", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", "Unable to login because of security reasons.")
	if got := w.list().AuthEvents; len(got) != 4 {
		t.Errorf("%d events", len(got))
	}
	request, _ := w.Recorded("AdminUpdateAuthEventFeedback", in, nil)
	if strings.Contains(request, "ann") || !strings.Contains(request, `"feedbackValue":"Invalid"`) {
		t.Errorf("recorded %s", request)
	}
}

func TestUpdateAuthEventFeedback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.link("Invalid")
	_, res := pooltest.Do(w.World, w.S.AuthEvent.UpdateAuthEventFeedback, in)
	if res.Err != nil || res.Sub != w.sub {
		t.Fatalf("%v, the record names %q", res.Err, res.Sub)
	}
	if f := w.list().AuthEvents[0].EventFeedback; f == nil || f.FeedbackValue != "Invalid" || f.Provider != "User" {
		t.Errorf("feedback %+v", f)
	}
	request, _ := w.Recorded("UpdateAuthEventFeedback", in, nil)
	if strings.Contains(request, in.FeedbackToken) || strings.Contains(request, in.Username) {
		t.Errorf("recorded %s", request)
	}
	pooltest.Must(w.World, w.S.AuthEvent.UpdateAuthEventFeedback, w.link("Valid")) // he may think better of it
	w.Tokens(w.client, "ann")
}

func TestUpdateAuthEventFeedback_refuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := w.link("Valid")
	w.User(w.pool, "bob", "")
	other := *w.list().AuthEvents[1].EventId
	for name, change := range map[string]func(in *cognitoidp.UpdateAuthEventFeedbackInput){
		"made up": func(in *cognitoidp.UpdateAuthEventFeedbackInput) { in.FeedbackToken = "a.b" },
		"shorter": func(in *cognitoidp.UpdateAuthEventFeedbackInput) {
			in.FeedbackToken = in.FeedbackToken[:len(in.FeedbackToken)-1]
		},
		"longer":           func(in *cognitoidp.UpdateAuthEventFeedbackInput) { in.FeedbackToken += "A" },
		"of another event": func(in *cognitoidp.UpdateAuthEventFeedbackInput) { in.EventId = other },
		"of another user":  func(in *cognitoidp.UpdateAuthEventFeedbackInput) { in.Username = "bob" },
		"of nobody":        func(in *cognitoidp.UpdateAuthEventFeedbackInput) { in.Username = "carol" },
	} {
		in := *good
		change(&in)
		_, res := pooltest.Do(w.World, w.S.AuthEvent.UpdateAuthEventFeedback, &in)
		if res.Code != "NotAuthorizedException" || res.Message != "Invalid feedback token." {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
	in := *good
	in.UserPoolId = w.Pool(nil)
	_, res := pooltest.Do(w.World, w.S.AuthEvent.UpdateAuthEventFeedback, &in)
	w.Refused(res, "UserPoolAddOnNotEnabledException", "Threat Protection is not enabled for this user pool.")
	in.UserPoolId = "us-east-1_nothing00"
	_, res = pooltest.Do(w.World, w.S.AuthEvent.UpdateAuthEventFeedback, &in)
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
	w.Advance(7 * 24 * time.Hour)
	_, res = pooltest.Do(w.World, w.S.AuthEvent.UpdateAuthEventFeedback, good)
	w.Refused(res, "NotAuthorizedException", "Invalid feedback token.")
	if f := w.list().AuthEvents[0].EventFeedback; f != nil {
		t.Errorf("a refused call left %+v", f)
	}
}
