package server

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Event is what tests read of a record.
type Event struct {
	EventID, RequestID, EventName, EventSource, ErrorCode, ErrorMessage string
	EventTime                                                           time.Time
	Identity                                                            struct {
		Type, Arn, UserName, AccessKeyId string
	} `json:"userIdentity"`
	RequestParameters, ResponseElements map[string]any
	AdditionalEventData                 struct{ Sub string }
	// Raw is the record's text.
	Raw string `json:"-"`
}

func parseEvent(text string) (Event, error) {
	e := Event{Raw: text}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return e, fmt.Errorf("decode record: %w: %.300s", err, text)
	}
	return e, nil
}

// Events reads the Event history since a time, through every page; name narrows
// it to one operation unless empty. An event that appears twice is twice in the
// result.
func (s *Server) Events(ctx context.Context, since time.Time, name string) ([]Event, error) {
	in := map[string]any{"MaxResults": 50, "StartTime": float64(since.Unix()), "EndTime": float64(time.Now().Add(time.Second).Unix())}
	if name != "" {
		in["LookupAttributes"] = []any{map[string]any{"AttributeKey": "EventName", "AttributeValue": name}}
	}
	var out []Event
	for {
		var page struct {
			Events    []struct{ CloudTrailEvent string }
			NextToken string
		}
		if err := s.Must(ctx, "cloudtrail", "LookupEvents", in, &page); err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			parsed, err := parseEvent(e.CloudTrailEvent)
			if err != nil {
				return nil, err
			}
			out = append(out, parsed)
		}
		if page.NextToken == "" {
			return out, nil
		}
		in["NextToken"] = page.NextToken
	}
}

// GroupEvents reads all records that trails copied into a log group since a
// time of delivery.
func (s *Server) GroupEvents(ctx context.Context, group string, since time.Time) ([]Event, error) {
	lines, err := s.LogLines(ctx, group, since)
	if err != nil {
		return nil, err
	}
	out := make([]Event, 0, len(lines))
	for _, l := range lines {
		e, err := parseEvent(l)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// LogLines reads all events of a log group since a time, by FilterLogEvents.
func (s *Server) LogLines(ctx context.Context, group string, since time.Time) ([]string, error) {
	in := map[string]any{"logGroupName": group, "startTime": since.UnixMilli(), "limit": 10000}
	var out []string
	for {
		var page struct {
			Events    []struct{ Message string }
			NextToken string
		}
		if err := s.Must(ctx, "logs", "FilterLogEvents", in, &page); err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			out = append(out, e.Message)
		}
		if page.NextToken == "" {
			return out, nil
		}
		in["nextToken"] = page.NextToken
	}
}
