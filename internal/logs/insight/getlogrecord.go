package insight

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// Records finds single events.
type Records interface {
	// At returns the event of the account that an @ptr names; ok is false when there is none that may be seen.
	At(ctx context.Context, account, pointer string) (e logs.Event, ok bool, err error)
}

// maxLeaves bounds the fields of one record that are told.
const maxLeaves = 10_000

// found is an event read before the transaction.
type found struct {
	event logs.Event
	ok    bool
	err   error
}

func (s *Service) stageRecord(c *op.Call, in *api.GetLogRecordInput) *found {
	f := &found{}
	f.event, f.ok, f.err = s.Records.At(c, c.Account, in.LogRecordPointer)
	return f
}

// GetLogRecord returns an event with all its fields. [CloudWatch Logs: GetLogRecord]
func (s *Service) GetLogRecord(c *op.Call, in *api.GetLogRecordInput) (*api.GetLogRecordOutput, error) {
	f, _ := c.Staged.(*found)
	if f == nil {
		f = s.stageRecord(c, in)
	}
	if f.err != nil {
		return nil, fmt.Errorf("read event: %w", f.err)
	}
	// Event history lies in the same store but is no log group, and a pointer may be made up.
	if !f.ok || f.event.Region != c.Region || f.event.Group == "" || strings.HasPrefix(f.event.Group, "!") {
		return nil, logs.Invalid("The specified logRecordPointer is invalid.") // (inferred)
	}
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, f.event.Group)
	if err != nil {
		return nil, err
	}
	if s.Access != nil {
		resource := arn.LogGroup(c.Region, c.Account, g.Name)
		ok, err := s.Access.Allowed(c, "logs:GetLogRecord", resource)
		if err != nil {
			return nil, fmt.Errorf("decide about log group %s: %w", g.Name, err)
		}
		if !ok {
			return nil, api.AccessDeniedException("User: " + c.Caller.ARN + " is not authorized to perform: logs:GetLogRecord on resource: " + resource)
		}
	}
	logs.Subject(c, g)
	e := f.event
	if s.Masks != nil {
		if in.Unmask != nil && *in.Unmask {
			if err := mask.Unmask(c, g.ARN()); err != nil {
				return nil, err
			}
		} else {
			rules, err := s.Masks.For(c.Tx, g.Account, g.Region, g.Name)
			if err != nil {
				return nil, fmt.Errorf("data protection of log group %s: %w", g.Name, err)
			}
			if rules != nil {
				e.Message = rules.Apply(e.Message)
			}
		}
	}
	return &api.GetLogRecordOutput{LogRecord: record(&e, in.LogRecordPointer)}, nil
}

// record is all that is known of an event; times are epoch milliseconds.
func record(e *logs.Event, pointer string) map[string]string {
	out := map[string]string{
		block.Timestamp: strconv.FormatInt(e.Time, 10), block.IngestionTime: strconv.FormatInt(e.Ingested, 10), block.Message: string(e.Message),
		block.LogStream: e.Stream, block.Log: e.Account + ":" + e.Group, block.Ptr: pointer,
	}
	leaves(string(e.Message), maxLeaves, func(name, text string) { out[name] = text })
	return out
}

// leaves calls yield for each field that is discovered in a message. A field whose own name begins with @ gets a second one.
func leaves(message string, max int, yield func(name, text string)) {
	if value.ParseJSON(message).Kind() != value.Map {
		return
	}
	value.Leaves(message, max, func(path string, v value.Value) {
		if strings.HasPrefix(path, "@") {
			path = "@" + path
		}
		if text, ok := v.Display(); ok {
			yield(path, text)
		}
	})
}
