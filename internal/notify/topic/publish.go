package topic

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/topic/filter"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxMessage    = 262_144 // bytes, attributes included
	maxSubject    = 100
	maxAttributes = 100
)

// published is a message on its way.
type published struct {
	ID      string
	At      time.Time
	Subject string
	// Message by protocol; "" is for all others.
	Message    map[string]string
	Attributes map[string]attribute `json:",omitempty"`
}

// attribute of a message as deliveries show it.
type attribute struct{ Type, Value string }

func (p *published) text(protocol string) string {
	if m, ok := p.Message[protocol]; ok {
		return m
	}
	return p.Message[""]
}

// Publish sends a message to the confirmed subscriptions of a topic.
func (s *Service) Publish(c *op.Call, in *sns.PublishInput) (*sns.PublishOutput, error) {
	name := text(in.TopicArn)
	if name == "" {
		name = text(in.TargetArn)
	}
	switch {
	case in.PhoneNumber != nil:
		return nil, invalid("PhoneNumber Reason: messages to phone numbers are not supported by this server")
	case name == "":
		return nil, invalid("TopicArn or TargetArn Reason: no value for required parameter")
	}
	if _, _, _, _, err := place("TopicArn", name); err != nil {
		return nil, err
	}
	p, refused := compose(c.Now, in)
	if refused != nil {
		return nil, refused
	}
	t, err := find(c, name)
	if err != nil {
		return nil, err
	}
	if err := s.send(c.Tx, t, p); err != nil {
		return nil, err
	}
	return &sns.PublishOutput{MessageId: &p.ID}, nil
}

// compose checks a message.
func compose(now time.Time, in *sns.PublishInput) (*published, *schema.Error) {
	if in.Message == "" {
		return nil, invalid("Empty message")
	}
	if !utf8.ValidString(in.Message) {
		return nil, invalid("Message") // (inferred): it could not be signed as it would arrive
	}
	p := &published{ID: uuid.NewString(), At: now, Subject: text(in.Subject), Message: map[string]string{"": in.Message}}
	if in.Subject != nil && !subject(p.Subject) {
		return nil, invalid("Subject")
	}
	size := len(in.Message)
	if len(in.MessageAttributes) > maxAttributes {
		return nil, invalid("MessageAttributes") // (inferred)
	}
	for _, name := range slices.Sorted(maps.Keys(in.MessageAttributes)) {
		a, err := attributeOf(name, in.MessageAttributes[name])
		if err != nil {
			return nil, err
		}
		if p.Attributes == nil {
			p.Attributes = map[string]attribute{}
		}
		p.Attributes[name] = a
		size += len(name) + len(a.Type) + len(a.Value)
	}
	if size > maxMessage {
		return nil, invalid("Message too long")
	}
	switch text(in.MessageStructure) {
	case "":
	case "json":
		var parts map[string]any
		if json.Unmarshal([]byte(in.Message), &parts) != nil {
			return nil, invalid("Message Structure - JSON message body failed to parse")
		}
		all, ok := parts["default"].(string)
		if !ok {
			return nil, invalid("Message Structure - No default entry in JSON message body")
		}
		if all == "" {
			return nil, invalid("Empty message") // (inferred)
		}
		p.Message[""] = all
		for protocol, v := range parts {
			if m, ok := v.(string); ok && m != "" && protocol != "default" && protocol != "" {
				p.Message[protocol] = m
			}
		}
	default:
		return nil, invalid("MessageStructure") // (inferred)
	}
	return p, nil
}

// subject tells whether a text may be a subject: printable ASCII on one line.
func subject(s string) bool {
	if s == "" || len(s) > maxSubject || s[0] == ' ' {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

func attributeOf(name string, v sns.MessageAttributeValue) (attribute, *schema.Error) {
	kind, _, _ := strings.Cut(v.DataType, ".")
	empty := func() *schema.Error {
		return sns.InvalidParameterValueException(fmt.Sprintf("The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, v.DataType))
	}
	switch kind {
	case "String", "Number":
		if text(v.StringValue) == "" || !utf8.ValidString(*v.StringValue) {
			return attribute{}, empty()
		}
		return attribute{v.DataType, *v.StringValue}, nil
	case "Binary":
		if len(v.BinaryValue) == 0 {
			return attribute{}, empty()
		}
		return attribute{v.DataType, base64Text(v.BinaryValue)}, nil
	}
	return attribute{}, sns.InvalidParameterValueException(fmt.Sprintf("The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name))
}

// send leaves a message for every confirmed subscription whose filter lets it pass.
func (s *Service) send(tx store.Tx, t *topicRow, p *published) error {
	kept := false
	bodies := make(map[string]*filter.Message, 1)
	for r, err := range subscriptions.Scan(tx, store.K(t.Account, t.Region, t.Name), nil) {
		if err != nil {
			return fmt.Errorf("read subscriptions: %w", err)
		}
		if !r.Confirmed {
			continue
		}
		if ok, err := r.wants(p, bodies); err != nil {
			return err
		} else if !ok {
			continue
		}
		if r.mail() {
			m, err := s.notificationMail(t, r, p)
			if err != nil {
				return err
			}
			if err := s.deps.Mailer.Post(tx, m); err != nil {
				return fmt.Errorf("send e-mail: %w", err)
			}
			continue
		}
		if !kept {
			kept = true
			raw, err := json.Marshal(p)
			if err != nil {
				return fmt.Errorf("encode message: %w", err)
			}
			m := messageRow{Account: t.Account, Region: t.Region, At: p.At.UnixMilli(), ID: p.ID, Sealed: s.deps.Vault.Seal(sealPurpose, raw, []byte(p.ID))}
			if err := messages.Put(tx, &m); err != nil {
				return fmt.Errorf("keep message: %w", err)
			}
		}
		if err := job.Enqueue(tx, p.At, t.Account, t.Region, JobKind, delivery{Topic: t.Name, Subscription: r.ID, Message: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Publisher publishes for services of this server, such as alarms.
type Publisher struct{ service *Service }

// Publisher returns the way in for services.
func (s *Service) Publisher() Publisher { return Publisher{s} }

// Publish sends a message in the caller's transaction. subject may be empty; it is
// cut to what subjects may be. An error of type *schema.Error is final.
func (p Publisher) Publish(tx store.Tx, now time.Time, topicARN, subject, message string) error {
	account, region, name, _, err := place("TopicArn", topicARN)
	if err != nil {
		return err
	}
	t, err := get(tx, account, region, name)
	if err != nil {
		return err
	}
	m := &published{ID: uuid.NewString(), At: now, Subject: fit(subject), Message: map[string]string{"": strings.ToValidUTF8(message, "\uFFFD")}}
	return p.service.send(tx, t, m)
}

// Check tells whether a service (cloudwatch.amazonaws.com) may publish for a
// resource of an account; nil if so, else an error of type *schema.Error.
// sourceAccount and sourceARN may be empty.
func (p Publisher) Check(tx store.Tx, topicARN, service, sourceAccount, sourceARN string) error {
	return check(tx, topicARN, service, sourceAccount, sourceARN)
}

// fit makes a text a subject.
func fit(s string) string {
	s = strings.TrimLeft(strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, s), " ")
	return s[:min(len(s), maxSubject)]
}
