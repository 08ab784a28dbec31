package subscription

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

// message is what a destination gets. [CloudWatch Logs: subscription filters]
type message struct {
	Type    string   `json:"messageType"`
	Owner   string   `json:"owner"`
	Group   string   `json:"logGroup"`
	Stream  string   `json:"logStream"`
	Filters []string `json:"subscriptionFilters"`
	Events  []chosen `json:"logEvents"`
}

// chosen is an event of a message.
type chosen struct {
	ID     string            `json:"id"`
	Time   int64             `json:"timestamp"`
	Text   string            `json:"message"`
	Fields map[string]string `json:"extractedFields,omitempty"`
}

// choose makes an event of a message; fields are those of a space-delimited pattern.
func choose(e *logs.Event, p *pattern.Pattern) chosen {
	out := chosen{ID: logs.EventID(e), Time: e.Time, Text: string(e.Message)}
	if p.Kind() == pattern.Delimited {
		out.Fields = make(map[string]string)
		for name, value := range p.Extract(e.Message) {
			out.Fields[strings.TrimPrefix(name, "$")] = value
		}
	}
	return out
}

// control is the message that tests a new destination.
func control(now int64, v vendor) *message {
	name := map[vendor]string{kinesis: "Kinesis", firehose: "Firehose"}[v]
	return &message{
		Type: "CONTROL_MESSAGE", Owner: "CloudwatchLogs", Filters: []string{},
		Events: []chosen{{Time: now, Text: "CWL CONTROL MESSAGE: Checking health of destination " + name + "."}},
	}
}

// pack compresses a message, quickly: it happens while events are settled.
func pack(m *message) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	enc := json.NewEncoder(z)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compress message: %w", err)
	}
	return b.Bytes(), nil
}
