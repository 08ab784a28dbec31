package eventbus

import (
	"encoding/json"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/op"
)

// PutEvents gives events of the caller's own to the rules. One that is refused leaves the others alone.
func (s *Service) PutEvents(c *op.Call, in *events.PutEventsInput) (*events.PutEventsOutput, error) {
	if in.EndpointId != nil {
		return nil, validation("Global endpoints are not supported by this server.")
	}
	out := &events.PutEventsOutput{}
	failed := int64(0)
	for i := range in.Entries {
		e, code, why := entryEvent(c, &in.Entries[i])
		if why != "" {
			failed++
			out.Entries = append(out.Entries, events.PutEventsResultEntry{ErrorCode: &code, ErrorMessage: &why})
			continue
		}
		if err := s.Emit(c.Tx, c.Now, e); err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, events.PutEventsResultEntry{EventId: &e.ID})
	}
	out.FailedEntryCount = &failed
	return out, nil
}

// entryEvent is the event of an entry, or what is wrong with it.
func entryEvent(c *op.Call, in *events.PutEventsRequestEntry) (e *Event, code, why string) {
	const invalid = "InvalidArgument"
	switch {
	case checkBus(c, in.EventBusName) != nil:
		return nil, "NotAuthorizedForSourceException", "Not authorized for the source." // an unknown bus (inferred)
	case text(in.Source) == "":
		return nil, invalid, "Parameter Source is not valid. Reason: Source is a required argument."
	case strings.HasPrefix(*in.Source, "aws."):
		return nil, "NotAuthorizedForSourceException", "Not authorized for the source."
	case text(in.DetailType) == "":
		return nil, invalid, "Parameter DetailType is not valid. Reason: DetailType is a required argument."
	case text(in.Detail) == "":
		return nil, invalid, "Parameter Detail is not valid. Reason: Detail is a required argument."
	}
	if _, err := decode([]byte(*in.Detail)); err != nil || !json.Valid([]byte(*in.Detail)) {
		return nil, "MalformedDetail", "Detail is malformed."
	}
	when := c.Now
	if in.Time != nil {
		when = *in.Time
	}
	return NewEvent(when, c.Account, c.Region, *in.Source, *in.DetailType, in.Resources, json.RawMessage(*in.Detail)), "", ""
}
