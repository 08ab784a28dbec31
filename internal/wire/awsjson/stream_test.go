package awsjson_test

import (
	"bytes"
	"io"
	"net/http/httptest"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/awsjson"
)

// told is an event stream of given events.
type told struct {
	events []any
	err    error
	closed bool
}

func (s *told) Next() (string, any, error) {
	if len(s.events) == 0 {
		return "", nil, s.err
	}
	e := s.events[0]
	s.events = s.events[1:]
	if _, first := e.(*logs.LiveTailSessionStart); first {
		return "sessionStart", e, nil
	}
	return "sessionUpdate", e, nil
}

func (s *told) Close() error { s.closed = true; return nil }

func TestEncode_eventStream(t *testing.T) {
	t.Parallel()
	models, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	var op *schema.Operation
	for _, m := range models {
		if m.Name == "logs" {
			op, _ = m.Operation("StartLiveTail")
		}
	}
	for name, c := range map[string]struct {
		end  error
		last string
	}{
		"to its end":   {io.EOF, ""},
		"to a refusal": {logs.SessionTimeoutException("over"), `exception SessionTimeoutException {"__type":"SessionTimeoutException","message":"over"}`},
	} {
		t.Run(name, func(t *testing.T) {
			events := &told{err: c.end, events: []any{
				&logs.LiveTailSessionStart{SessionId: new("s")},
				&logs.LiveTailSessionUpdate{SessionResults: []logs.LiveTailSessionLogEvent{{Message: new("m"), Timestamp: new(int64(5))}}},
			}}
			out, err := schema.Unbind(&logs.StartLiveTailOutput{ResponseStream: events}, op.Output)
			if err != nil {
				t.Fatal(err)
			}
			w := httptest.NewRecorder()
			if err := awsjson.New().Encode(w, op, out, "id"); err != nil {
				t.Fatal(err)
			}
			if got := w.Header().Get("Content-Type"); got != "application/vnd.amazon.eventstream" || w.Header().Get("x-amzn-RequestId") != "id" || !w.Flushed {
				t.Errorf("content type %s", got)
			}
			want := []string{`event initial-response {}`, `event sessionStart {"sessionId":"s"}`, `event sessionUpdate {"sessionResults":[{"message":"m","timestamp":5}]}`}
			if c.last != "" {
				want = append(want, c.last)
			}
			body := bytes.NewReader(w.Body.Bytes())
			for _, text := range want {
				m, err := sdk.NewDecoder().Decode(body, nil)
				if err != nil {
					t.Fatalf("want %s: %v", text, err)
				}
				kind := m.Headers.Get(":message-type").String()
				if got := kind + " " + m.Headers.Get(":"+kind+"-type").String() + " " + string(m.Payload); got != text {
					t.Errorf("got  %s\nwant %s", got, text)
				}
			}
			if body.Len() != 0 {
				t.Errorf("%d bytes more", body.Len())
			}
		})
	}
}
