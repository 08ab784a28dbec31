package topic

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// deliveryPolicy is the policy in force without one of the topic's own.
const deliveryPolicy = `{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,` +
	`"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,` +
	`"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}`

// maxAttribute bounds one attribute's value.
const maxAttribute = 30 << 10

// checkAttribute tells whether a topic attribute may have a value. prefix goes
// before the reason.
func checkAttribute(name, v, prefix string) error {
	if len(v) > maxAttribute {
		return invalid("%s%s: value is too long", prefix, name) // (inferred)
	}
	switch name {
	case "DisplayName":
		if len(v) > 100 {
			return invalid("%sDisplayName: must be at most 100 characters long", prefix) // (inferred)
		}
	case "Policy":
		if v == "" {
			return nil
		}
		if _, err := policy.Parse(v, policy.Resource); err != nil {
			return invalid("%sPolicy Error: %v", prefix, err) // (inferred)
		}
	case "DeliveryPolicy":
		if v != "" && !json.Valid([]byte(v)) {
			return invalid("%sDeliveryPolicy: failed to parse JSON.", prefix) // (inferred)
		}
	case "SignatureVersion":
		if v != "1" && v != "2" {
			return invalid("%sSignatureVersion: Invalid value [%s]. Must be 1 or 2.", prefix, v) // (inferred)
		}
	case "TracingConfig", "KmsMasterKeyId":
	default:
		if strings.HasSuffix(name, "FeedbackRoleArn") || strings.HasSuffix(name, "FeedbackSampleRate") {
			return nil
		}
		return invalid("AttributeName")
	}
	return nil
}

// attribute is a settable attribute as it stands.
func (r *topicRow) attribute(name string) string {
	switch v, ok := r.Attributes[name]; {
	case ok && (v != "" || name != "Policy"):
		return v
	case name == "Policy":
		return r.policy()
	case name == "SignatureVersion":
		return "1"
	}
	return ""
}

// GetTopicAttributes shows a topic with the counts of its subscriptions.
func (s *Service) GetTopicAttributes(c *op.Call, in *sns.GetTopicAttributesInput) (*sns.GetTopicAttributesOutput, error) {
	t, err := find(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	confirmed, pending := 0, 0
	for r, err := range subscriptions.Scan(c.Tx, store.K(t.Account, t.Region, t.Name), nil) {
		switch {
		case err != nil:
			return nil, fmt.Errorf("count subscriptions: %w", err)
		case r.Confirmed:
			confirmed++
		default:
			pending++
		}
	}
	out := map[string]string{
		"TopicArn": t.arn(), "Owner": t.Account, "DisplayName": "", "Policy": t.policy(), "EffectiveDeliveryPolicy": deliveryPolicy,
		"SubscriptionsConfirmed": strconv.Itoa(confirmed), "SubscriptionsPending": strconv.Itoa(pending), "SubscriptionsDeleted": "0",
	}
	set := maps.Clone(t.Attributes)
	delete(set, "Policy")
	maps.Copy(out, set)
	return &sns.GetTopicAttributesOutput{Attributes: out}, nil
}

// SetTopicAttributes sets one attribute.
func (s *Service) SetTopicAttributes(c *op.Call, in *sns.SetTopicAttributesInput) error {
	t, err := find(c, in.TopicArn)
	if err != nil {
		return err
	}
	v := text(in.AttributeValue)
	if err := checkAttribute(in.AttributeName, v, ""); err != nil {
		return err
	}
	if t.Attributes == nil {
		t.Attributes = map[string]string{}
	}
	t.Attributes[in.AttributeName] = v
	if err := topics.Put(c.Tx, t); err != nil {
		return fmt.Errorf("keep topic: %w", err)
	}
	return nil
}
