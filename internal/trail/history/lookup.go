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
	Lookup(ctx context.Context, q Query) (records [][]byte, next []byte, err error)
}

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

// LookupEvents lists events, newest first.
func (s *Service) LookupEvents(c *op.Call, in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
	q, err := s.query(c, in)
	if err != nil {
		return nil, err
	}
	binding := []string{c.Account, c.Region, q.Key, q.Value, bound(in.StartTime), bound(in.EndTime)}
	if in.NextToken != nil {
		if q.After, err = s.Tokens.OpenToken(purpose, *in.NextToken, binding...); err != nil {
			return nil, cloudtrail.InvalidNextTokenException("Invalid NextToken.")
		}
	}
	out := &cloudtrail.LookupEventsOutput{Events: []cloudtrail.Event{}}
	if in.EventCategory != nil && *in.EventCategory == "insight" {
		return out, nil // there are no Insights events yet
	}
	records, next, err := s.Events.Lookup(c, q)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		out.Events = append(out.Events, event(r))
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
		if !keys[a.AttributeKey] {
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

// event is a record as LookupEvents shows it.
func event(record []byte) cloudtrail.Event {
	f := gjson.GetManyBytes(record, "eventID", "eventName", "readOnly", "userIdentity.accessKeyId", "eventTime", "eventSource", "userIdentity")
	e := cloudtrail.Event{
		EventId: text(f[0]), EventName: text(f[1]), AccessKeyId: text(f[3]), EventSource: text(f[5]),
		Resources: Resources(record), CloudTrailEvent: new(string(record)),
	}
	if f[2].Exists() {
		e.ReadOnly = new(f[2].Raw)
	}
	if t, err := time.Parse(time.RFC3339, f[4].String()); err == nil {
		e.EventTime = &t
	}
	if name := Username(f[6]); name != "" {
		e.Username = &name
	}
	return e
}

func text(r gjson.Result) *string {
	if s := r.String(); s != "" {
		return &s
	}
	return nil
}

// Username is the event's user as LookupEvents shows and finds it, from the
// record's userIdentity. [CloudTrail: LookupEvents]
func Username(id gjson.Result) string {
	switch id.Get("type").String() {
	case "Root":
		return "root"
	case "IAMUser", "WebIdentityUser", "SAMLUser":
		return id.Get("userName").String()
	case "AssumedRole", "FederatedUser":
		_, session, _ := strings.Cut(id.Get("principalId").String(), ":")
		return session
	}
	return ""
}

// derived are members of request and response that name a resource.
var derived = []struct{ path, kind string }{
	{"requestParameters.userPoolId", "AWS::Cognito::UserPool"},
	{"responseElements.userPool.id", "AWS::Cognito::UserPool"},
	{"requestParameters.clientId", "AWS::Cognito::UserPoolClient"},
	{"responseElements.userPoolClient.clientId", "AWS::Cognito::UserPoolClient"},
	{"requestParameters.identityPoolId", "AWS::Cognito::IdentityPool"},
	{"responseElements.identityPoolId", "AWS::Cognito::IdentityPool"},
	{"requestParameters.bucketName", "AWS::S3::Bucket"},
	{"requestParameters.bucket", "AWS::S3::Bucket"},
	{"requestParameters.s3BucketName", "AWS::S3::Bucket"},
	{"responseElements.accessKey.accessKeyId", "AWS::IAM::AccessKey"},
	{"requestParameters.roleName", "AWS::IAM::Role"},
	{"requestParameters.logGroupName", "AWS::Logs::LogGroup"},
	{"requestParameters.alarmName", "AWS::CloudWatch::Alarm"},
	{"requestParameters.topicArn", "AWS::SNS::Topic"},
}

// Resources lists what the event was about: the record's own resources and what
// its request and response name (inferred for Cognito).
func Resources(record []byte) []cloudtrail.Resource {
	out := []cloudtrail.Resource{}
	add := func(kind, name string) {
		if name == "" {
			return
		}
		for _, r := range out {
			if *r.ResourceType == kind && *r.ResourceName == name {
				return
			}
		}
		out = append(out, cloudtrail.Resource{ResourceType: &kind, ResourceName: &name})
	}
	for _, r := range gjson.GetBytes(record, "resources").Array() {
		add(r.Get("type").String(), r.Get("ARN").String())
	}
	for _, d := range derived {
		add(d.kind, gjson.GetBytes(record, d.path).String())
	}
	return out
}

// Matches tells whether a record has the attribute; Events implementations use
// it for keys they keep no column of.
func Matches(record []byte, key, value string) bool {
	switch key {
	case "":
		return true
	case "EventId":
		return gjson.GetBytes(record, "eventID").String() == value
	case "EventName":
		return gjson.GetBytes(record, "eventName").String() == value
	case "EventSource":
		return gjson.GetBytes(record, "eventSource").String() == value
	case "ReadOnly":
		return gjson.GetBytes(record, "readOnly").Raw == value
	case "AccessKeyId":
		return gjson.GetBytes(record, "userIdentity.accessKeyId").String() == value
	case "Username":
		return Username(gjson.GetBytes(record, "userIdentity")) == value
	case "ResourceType", "ResourceName":
		for _, r := range Resources(record) {
			if (key == "ResourceType" && *r.ResourceType == value) || (key == "ResourceName" && *r.ResourceName == value) {
				return true
			}
		}
	}
	return false
}
