package awsjson

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/eventstream"
	"github.com/cogtrail/cogtrail/internal/wire/internal/json"
)

// writeTime is how long a client may take to read one event.
const writeTime = 20 * time.Second

// events returns the event stream of an output and its shape; nil if it has none.
func events(op *schema.Operation, out *schema.Struct) (schema.Events, *schema.Shape) {
	if out == nil {
		return nil, nil
	}
	for i, m := range op.Output.Members {
		if e, ok := out.Fields[i].(schema.Events); ok && m.Shape.EventStream {
			return e, m.Shape
		}
	}
	return nil, nil
}

// stream writes an answer that goes on: a first message with the output's other
// members, then one for each event, until the events or the client end. [Smithy:
// event stream specification, RPC protocols]
func (p Protocol) stream(w http.ResponseWriter, op *schema.Operation, shape *schema.Shape, events schema.Events) error {
	w.Header().Set("Content-Type", eventstream.ContentType)
	w.WriteHeader(op.Status)
	s := sender{w: w, control: http.NewResponseController(w)}
	defer func() { _ = s.control.SetWriteDeadline(time.Time{}) }() // the connection may live on
	if err := s.send([]byte("{}"), "event", ":event-type", "initial-response"); err != nil {
		return err
	}
	for {
		name, event, err := events.Next()
		if refused, ok := errors.AsType[*schema.Error](err); ok {
			body, err := json.AppendError(nil, refused.Code, refused)
			if err != nil {
				return err
			}
			return s.send(body, "exception", ":exception-type", refused.Code)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		member, ok := shape.Member(name)
		if !ok {
			return fmt.Errorf("BUG: %s has no event %s", shape.Name, name)
		}
		tree, err := schema.Unbind(event, member.Shape)
		if err != nil {
			return fmt.Errorf("event %s: %w", name, err)
		}
		body, err := json.Append(nil, tree)
		if err != nil {
			return fmt.Errorf("event %s: %w", name, err)
		}
		if err := s.send(body, "event", ":event-type", name); err != nil {
			return err
		}
	}
}

// sender writes messages, each of which leaves at once.
type sender struct {
	w       io.Writer
	control *http.ResponseController
}

func (s sender) send(body []byte, kind, typeName, typeValue string) error {
	message, err := eventstream.Append(nil, []eventstream.Header{
		{Name: ":message-type", Value: kind}, {Name: typeName, Value: typeValue}, {Name: ":content-type", Value: "application/json"},
	}, body)
	if err != nil {
		return err
	}
	// A writer without deadlines, such as a recorder of tests, has no slow clients.
	_ = s.control.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := s.w.Write(message); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return nil
}
