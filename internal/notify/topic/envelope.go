package topic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Types of deliveries.
const (
	typeNotification = "Notification"
	typeConfirmation = "SubscriptionConfirmation"
)

// stamp is the layout of times in deliveries.
const stamp = "2006-01-02T15:04:05.000Z"

// envelope is the body of a delivery. Empty members are left out.
type envelope struct {
	Type         string
	MessageID    string
	Token        string
	TopicARN     string
	Subject      string
	Message      string
	SubscribeURL string
	Timestamp    string
	Unsubscribe  string // URL
	Attributes   map[string]attribute
}

// confirmation asks an endpoint to confirm.
func (s *Service) confirmation(r *subscriptionRow, token string, now time.Time) envelope {
	arn := r.topicARN()
	return envelope{
		Type: typeConfirmation, MessageID: newID(), Token: token, TopicARN: arn, Timestamp: now.UTC().Format(stamp),
		Message:      "You have chosen to subscribe to the topic " + arn + ".\nTo confirm the subscription, visit the SubscribeURL included in this message.",
		SubscribeURL: s.deps.BaseURL + "/?Action=ConfirmSubscription&TopicArn=" + arn + "&Token=" + token,
	}
}

func (s *Service) notification(t *topicRow, r *subscriptionRow, p *published) envelope {
	return envelope{
		Type: typeNotification, MessageID: p.ID, TopicARN: t.arn(), Subject: p.Subject, Message: p.text(r.Protocol), Timestamp: p.At.UTC().Format(stamp),
		Unsubscribe: s.unsubscribeURL(r), Attributes: p.Attributes,
	}
}

func (s *Service) unsubscribeURL(r *subscriptionRow) string {
	return s.deps.BaseURL + "/?Action=Unsubscribe&SubscriptionArn=" + r.arn()
}

// canonical is the text that is signed: names and values by name.
func (e *envelope) canonical() string {
	var b strings.Builder
	add := func(name, v string) {
		b.WriteString(name + "\n" + v + "\n")
	}
	add("Message", e.Message)
	add("MessageId", e.MessageID)
	if e.Type == typeNotification {
		if e.Subject != "" {
			add("Subject", e.Subject)
		}
	} else {
		add("SubscribeURL", e.SubscribeURL)
	}
	add("Timestamp", e.Timestamp)
	if e.Type != typeNotification {
		add("Token", e.Token)
	}
	add("TopicArn", e.TopicARN)
	add("Type", e.Type)
	return b.String()
}

// body is the signed delivery in AWS's order and layout. version is the topic's
// SignatureVersion.
func (s *Service) body(e *envelope, version string) ([]byte, error) {
	signature, err := s.deps.Signer.sign(version, e.canonical())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("{")
	add := func(name string, v any) error {
		raw, err := plain(v)
		if err != nil {
			return fmt.Errorf("encode delivery: %w", err)
		}
		if b.Len() > 1 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  %q : %s", name, raw)
		return nil
	}
	for _, m := range []struct{ name, v string }{
		{"Type", e.Type}, {"MessageId", e.MessageID}, {"Token", e.Token}, {"TopicArn", e.TopicARN}, {"Subject", e.Subject}, {"Message", e.Message},
		{"SubscribeURL", e.SubscribeURL}, {"Timestamp", e.Timestamp}, {"SignatureVersion", version}, {"Signature", signature},
		{"SigningCertURL", s.deps.BaseURL + s.deps.Signer.Path()}, {"UnsubscribeURL", e.Unsubscribe},
	} {
		if m.v == "" && m.name != "Message" {
			continue
		}
		if err := add(m.name, m.v); err != nil {
			return nil, err
		}
	}
	if len(e.Attributes) > 0 {
		var list strings.Builder
		for i, name := range slices.Sorted(maps.Keys(e.Attributes)) {
			k, err := plain(name)
			if err != nil {
				return nil, fmt.Errorf("encode delivery: %w", err)
			}
			v, err := plain(e.Attributes[name])
			if err != nil {
				return nil, fmt.Errorf("encode delivery: %w", err)
			}
			if i > 0 {
				list.WriteString(",")
			}
			list.WriteString("\n    " + k + " : " + v)
		}
		fmt.Fprintf(&b, ",\n  \"MessageAttributes\" : {%s\n  }", list.String())
	}
	b.WriteString("\n}")
	return b.Bytes(), nil
}

// plain encodes without HTML's escapes.
func plain(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}
