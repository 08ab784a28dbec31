package topic

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/job"
)

// byLambda is the protocol of subscriptions that run a function.
const byLambda = "lambda"

// functionTime is how long a function has to answer; a job may take a little longer.
const functionTime = 25 * time.Second

// Functions runs Lambda functions. An error for which job.IsFinal holds will not pass.
type Functions interface {
	Invoke(ctx context.Context, function string, payload []byte) error
}

// checkFunction refuses what names no function of an account and Region. Such a subscription needs no confirmation. [SNS: Subscribe]
func (s *Service) checkFunction(endpoint, account, region string) error {
	if s.deps.Functions == nil {
		return invalid("Amazon SNS does not support this protocol string: %s", byLambda) // here: nobody runs functions
	}
	a, err := arn.Parse(endpoint)
	if err != nil || a.Service != "lambda" || !strings.HasPrefix(a.Resource, "function:") || a.Account != account || a.Region != region {
		return invalid("Lambda endpoint ARN") // (inferred)
	}
	return nil
}

// lambdaEvent is what a function is called with. Its members are spelled as at AWS, other than those of deliveries over HTTP.
type lambdaEvent struct {
	Records []lambdaRecord
}

type lambdaRecord struct {
	EventSource          string
	EventVersion         string
	EventSubscriptionArn string
	Sns                  lambdaMessage
}

type lambdaMessage struct {
	Type              string
	MessageID         string `json:"MessageId"`
	TopicARN          string `json:"TopicArn"`
	Subject           *string
	Message           string
	Timestamp         string
	SignatureVersion  string
	Signature         string
	SigningCertURL    string `json:"SigningCertUrl"`
	UnsubscribeURL    string `json:"UnsubscribeUrl"`
	MessageAttributes map[string]attribute
}

// call runs the function of a subscription with a notification.
func (d *Deliverer) call(ctx context.Context, t *topicRow, r *subscriptionRow, e *envelope) error {
	s, version := d.Service, t.attribute("SignatureVersion")
	signature, err := s.deps.Signer.sign(version, e.canonical())
	if err != nil {
		return err
	}
	m := lambdaMessage{
		Type: e.Type, MessageID: e.MessageID, TopicARN: e.TopicARN, Message: e.Message, Timestamp: e.Timestamp, SignatureVersion: version,
		Signature: signature, SigningCertURL: s.deps.BaseURL + s.deps.Signer.Path(), UnsubscribeURL: e.Unsubscribe, MessageAttributes: e.Attributes,
	}
	if e.Subject != "" {
		m.Subject = &e.Subject
	}
	if m.MessageAttributes == nil {
		m.MessageAttributes = map[string]attribute{}
	}
	payload, err := plain(lambdaEvent{[]lambdaRecord{{"aws:sns", "1.0", r.arn(), m}}})
	if err != nil {
		return fmt.Errorf("encode delivery: %w", err)
	}
	if s.deps.Functions == nil {
		return errors.New("deliver: nobody runs functions")
	}
	ctx, cancel := context.WithTimeout(ctx, functionTime)
	defer cancel()
	err = s.deps.Functions.Invoke(ctx, r.Endpoint, []byte(payload))
	if job.IsFinal(err) {
		d.Log.Warn("function refused a delivery for good", "subscription", r.arn(), "message", e.MessageID, "error", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	return nil
}
