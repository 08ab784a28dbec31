package history

import (
	"context"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
)

// Query asks for records of one account and Region, newest first.
type Query struct {
	Account, Region string
	From, To        time.Time // inclusive, whole seconds
	// Key is one of LookupEvents' attribute keys, or empty; Value what it equals.
	Key, Value string
	Limit      int
	// After is the position that a former answer returned; empty begins.
	After []byte
}

// Events finds records. next is empty after the last page.
type Events interface {
	Lookup(ctx context.Context, q Query) (found []Found, next []byte, err error)
}

// Found is a record with what LookupEvents derives from it: the same values that
// it was searched by.
type Found struct {
	Record    []byte
	Username  string // empty if the record names none
	Resources []Resource
}

// Resource is one thing the event was about.
type Resource struct{ Type, Name string }

// Tokens seals page tokens.
type Tokens interface {
	SealToken(purpose string, plaintext []byte, binding ...string) string
	OpenToken(purpose, token string, binding ...string) ([]byte, error)
}

// Service answers LookupEvents.
type Service struct {
	Events Events
	Tokens Tokens
	// Days of history; 90 if zero.
	Days int
}

var _ cloudtrail.HistoryAPI = (*Service)(nil)

const (
	maxPage  = 50
	maxValue = 2000
	purpose  = "cloudtrail.lookup"
)

var keys = map[string]bool{
	"EventId": true, "EventName": true, "ReadOnly": true, "Username": true, "ResourceType": true, "ResourceName": true,
	"EventSource": true, "AccessKeyId": true,
}

// insightKeys are those that Insights events can be looked up by.
var insightKeys = map[string]bool{"EventId": true, "EventName": true, "EventSource": true}

// LookupEvents lists events, newest first.
func (s *Service) LookupEvents(c *op.Call, in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
	q, err := s.query(c, in)
	if err != nil {
		return nil, err
	}
	insight := in.EventCategory != nil
	binding := []string{c.Account, c.Region, q.Key, q.Value, bound(in.StartTime), bound(in.EndTime)}
	if insight {
		binding = append(binding, *in.EventCategory)
	}
	if in.NextToken != nil {
		if q.After, err = s.Tokens.OpenToken(purpose, *in.NextToken, binding...); err != nil {
			return nil, cloudtrail.InvalidNextTokenException("Invalid NextToken.")
		}
	}
	out := &cloudtrail.LookupEventsOutput{Events: []cloudtrail.Event{}}
	if insight {
		return out, nil // there are no Insights events yet
	}
	found, next, err := s.Events.Lookup(c, q)
	if err != nil {
		return nil, err
	}
	for i := range found {
		out.Events = append(out.Events, found[i].event())
	}
	if len(next) > 0 {
		out.NextToken = new(s.Tokens.SealToken(purpose, next, binding...))
	}
	return out, nil
}

// query checks the input as CloudTrail does.
func (s *Service) query(c *op.Call, in *cloudtrail.LookupEventsInput) (Query, error) {
	q := Query{Account: c.Account, Region: c.Region, Limit: maxPage, To: c.Now}
	days := s.Days
	if days == 0 {
		days = 90
	}
	if in.EventCategory != nil && *in.EventCategory != "insight" {
		return q, cloudtrail.InvalidEventCategoryException("The event category " + *in.EventCategory + " is not valid.") // (inferred)
	}
	oldest := c.Now.AddDate(0, 0, -days)
	q.From = oldest
	if in.StartTime != nil && in.StartTime.After(oldest) {
		q.From = *in.StartTime
	}
	if in.EndTime != nil {
		q.To = *in.EndTime
	}
	if in.StartTime != nil && in.EndTime != nil && in.StartTime.After(*in.EndTime) {
		return q, cloudtrail.InvalidTimeRangeException("The start time must be before the end time.") // (inferred)
	}
	if in.MaxResults != nil {
		if *in.MaxResults < 1 || *in.MaxResults > maxPage {
			return q, cloudtrail.InvalidMaxResultsException("MaxResults must be between 1 and 50.") // (inferred)
		}
		q.Limit = int(*in.MaxResults)
	}
	switch {
	case len(in.LookupAttributes) > 1:
		return q, cloudtrail.InvalidLookupAttributesException("You can only specify one lookup attribute.") // (inferred)
	case len(in.LookupAttributes) == 1:
		a := in.LookupAttributes[0]
		if !keys[a.AttributeKey] || in.EventCategory != nil && !insightKeys[a.AttributeKey] {
			return q, cloudtrail.InvalidLookupAttributesException("The lookup attribute " + a.AttributeKey + " is not valid.") // (inferred)
		}
		if n := weight(a.AttributeValue); n == 0 || n > maxValue {
			return q, cloudtrail.InvalidLookupAttributesException("The value of a lookup attribute must be 1 to 2000 characters.") // (inferred)
		}
		q.Key, q.Value = a.AttributeKey, a.AttributeValue
	}
	return q, nil
}

// weight counts a value's characters; some count twice. [CloudTrail: LookupAttribute]
func weight(v string) int {
	n := 0
	for _, r := range v {
		n++
		if strings.ContainsRune("_ ,\n", r) {
			n++
		}
	}
	return n
}

func bound(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// event is the record as LookupEvents shows it.
func (f *Found) event() cloudtrail.Event {
	v := gjson.GetManyBytes(f.Record, "eventID", "eventName", "readOnly", "userIdentity.accessKeyId", "eventTime", "eventSource")
	e := cloudtrail.Event{
		EventId: text(v[0]), EventName: text(v[1]), AccessKeyId: text(v[3]), EventSource: text(v[5]),
		Resources: []cloudtrail.Resource{}, CloudTrailEvent: new(string(f.Record)),
	}
	if b := v[2].String(); b == "true" || b == "false" {
		e.ReadOnly = &b
	}
	if t, err := time.Parse(time.RFC3339, v[4].String()); err == nil {
		e.EventTime = &t
	}
	if f.Username != "" {
		e.Username = &f.Username
	}
	for i := range f.Resources {
		e.Resources = append(e.Resources, cloudtrail.Resource{ResourceType: &f.Resources[i].Type, ResourceName: &f.Resources[i].Name})
	}
	return e
}

func text(r gjson.Result) *string {
	if s := r.String(); s != "" {
		return &s
	}
	return nil
}
