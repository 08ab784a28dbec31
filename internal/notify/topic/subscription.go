package topic

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"strconv"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/notify/topic/filter"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// subscription returns the one of an ARN.
func subscription(c *op.Call, name string) (*subscriptionRow, error) {
	account, region, topic, id, err := place("SubscriptionArn", name)
	if err != nil {
		return nil, err
	}
	if uuid.Validate(id) != nil {
		return nil, invalid("SubscriptionId")
	}
	if region != c.Region {
		return nil, invalid("SubscriptionArn")
	}
	r, err := subscriptions.Get(c.Tx, store.K(account, region, topic, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, sns.NotFoundException("Subscription does not exist")
	}
	if err != nil {
		return nil, fmt.Errorf("read subscription: %w", err)
	}
	c.Record.AddResource(account, "AWS::SNS::Topic", r.topicARN())
	return r, nil
}

// Unsubscribe deletes a subscription. Unsigned, it works only for those confirmed
// without the wish to authenticate. One that does not exist is no error, as long
// as its topic does.
func (s *Service) Unsubscribe(c *op.Call, in *sns.UnsubscribeInput) error {
	r, err := subscription(c, in.SubscriptionArn)
	if err != nil {
		account, region, topic, _, bad := place("SubscriptionArn", in.SubscriptionArn)
		if has, _ := topics.Has(c.Tx, store.K(account, region, topic)); bad == nil && has && isNotFound(err) {
			return nil
		}
		return err
	}
	if c.Caller.IsAnonymous() && r.AuthenticateLeaving {
		return sns.AuthorizationErrorException("The subscription requires an authenticated request.") // (inferred)
	}
	if err := subscriptions.Delete(c.Tx, subscriptions.Key(r)); err != nil {
		return fmt.Errorf("delete subscription: %w", err)
	}
	return nil
}

// GetSubscriptionAttributes shows a subscription.
func (s *Service) GetSubscriptionAttributes(c *op.Call, in *sns.GetSubscriptionAttributesInput) (*sns.GetSubscriptionAttributesOutput, error) {
	r, err := subscription(c, in.SubscriptionArn)
	if err != nil {
		return nil, err
	}
	out := map[string]string{
		"SubscriptionArn": r.arn(), "TopicArn": r.topicARN(), "Owner": r.Owner, "Protocol": r.Protocol, "Endpoint": r.Endpoint,
		"PendingConfirmation": strconv.FormatBool(!r.Confirmed), "ConfirmationWasAuthenticated": strconv.FormatBool(r.Authenticated),
		"RawMessageDelivery": strconv.FormatBool(r.raw()), "SubscriptionPrincipal": r.Principal,
	}
	for _, name := range []string{"DeliveryPolicy", "FilterPolicy", "FilterPolicyScope"} {
		if v := r.Attributes[name]; v != "" {
			out[name] = v
		}
	}
	if out["FilterPolicy"] != "" && out["FilterPolicyScope"] == "" {
		out["FilterPolicyScope"] = filter.ByAttributes
	}
	return &sns.GetSubscriptionAttributesOutput{Attributes: out}, nil
}

// ListSubscriptions lists the subscriptions the account owns.
func (s *Service) ListSubscriptions(c *op.Call, in *sns.ListSubscriptionsInput) (*sns.ListSubscriptionsOutput, error) {
	binding := []string{c.Account, c.Region}
	after, err := s.after("subscriptions", in.NextToken, binding...)
	if err != nil {
		return nil, err
	}
	out := &sns.ListSubscriptionsOutput{}
	out.Subscriptions, out.NextToken, err = s.list("subscriptions", binding,
		subscriptions.ScanIndex(c.Tx, "owner", store.K(c.Account, c.Region), after, false))
	return out, err
}

// ListSubscriptionsByTopic lists the subscriptions of a topic, whoever owns them.
func (s *Service) ListSubscriptionsByTopic(c *op.Call, in *sns.ListSubscriptionsByTopicInput) (*sns.ListSubscriptionsByTopicOutput, error) {
	t, err := find(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	binding := []string{t.arn()}
	after, err := s.after("subscriptions", in.NextToken, binding...)
	if err != nil {
		return nil, err
	}
	out := &sns.ListSubscriptionsByTopicOutput{}
	out.Subscriptions, out.NextToken, err = s.list("subscriptions", binding, func(yield func(store.At[subscriptionRow], error) bool) {
		for r, err := range subscriptions.Scan(c.Tx, store.K(t.Account, t.Region, t.Name), after) {
			at := store.At[subscriptionRow]{Row: r}
			if err == nil {
				at.Position = subscriptions.Key(r)
			}
			if !yield(at, err) {
				return
			}
		}
	})
	return out, err
}

func (s *Service) list(purpose string, binding []string, rows iter.Seq2[store.At[subscriptionRow], error]) ([]sns.Subscription, *string, error) {
	out := []sns.Subscription{}
	var last store.Key
	for at, err := range rows {
		if err != nil {
			return nil, nil, fmt.Errorf("read subscriptions: %w", err)
		}
		if len(out) == page {
			return out, new(s.deps.Vault.SealToken(purpose, last, binding...)), nil
		}
		r := at.Row
		name := "PendingConfirmation" // (inferred)
		if r.Confirmed {
			name = r.arn()
		}
		out = append(out, sns.Subscription{
			SubscriptionArn: &name, Owner: &r.Owner, Protocol: &r.Protocol, Endpoint: &r.Endpoint, TopicArn: new(r.topicARN()),
		})
		last = at.Position
	}
	return out, nil, nil
}

// SetSubscriptionAttributes sets one attribute.
func (s *Service) SetSubscriptionAttributes(c *op.Call, in *sns.SetSubscriptionAttributesInput) error {
	r, err := subscription(c, in.SubscriptionArn)
	if err != nil {
		return err
	}
	v := text(in.AttributeValue)
	if err := checkSubscriptionAttributes(map[string]string{in.AttributeName: v}); err != nil {
		return err
	}
	if r.Protocol == byLambda && in.AttributeName == "RawMessageDelivery" && v == "true" {
		return noRaw("", r.Protocol)
	}
	as := maps.Clone(r.Attributes)
	if as == nil {
		as = map[string]string{}
	}
	as[in.AttributeName] = v
	if err := checkFilter(as, ""); err != nil {
		return err
	}
	if err := roomForFilter(c.Tx, r.Account, r.Region, r.Topic, r.ID, as); err != nil {
		return err
	}
	r.Attributes = as
	if err := subscriptions.Put(c.Tx, r); err != nil {
		return fmt.Errorf("keep subscription: %w", err)
	}
	return nil
}
