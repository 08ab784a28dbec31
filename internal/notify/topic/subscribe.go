package topic

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxSubscriptions = 1000 // per topic
	maxEndpoint      = 2048
	tokenLife        = 48 * time.Hour
	pendingLife      = 72 * time.Hour // then an unconfirmed subscription is deleted
	tokenBytes       = 32
	maxTokens        = 5 // tokens of one subscription that count
)

// Subscribe adds a subscription, which waits for its confirmation, unless it is a function of the caller's own. The same
// endpoint again gets the same subscription, and another confirmation while it waits.
func (s *Service) Subscribe(c *op.Call, in *sns.SubscribeInput) (*sns.SubscribeOutput, error) {
	if _, _, _, _, err := place("TopicArn", in.TopicArn); err != nil {
		return nil, err
	}
	endpoint := text(in.Endpoint)
	var err error
	if in.Protocol == byLambda {
		err = s.checkFunction(endpoint, c.Account, c.Region)
	} else {
		err = checkEndpoint(in.Protocol, endpoint)
	}
	if err != nil {
		return nil, err
	}
	if err := checkSubscriptionAttributes(in.Attributes); err != nil {
		return nil, err
	}
	if err := checkFilter(in.Attributes, "Attributes Reason: "); err != nil {
		return nil, err
	}
	if in.Protocol == byLambda && in.Attributes["RawMessageDelivery"] == "true" {
		return nil, noRaw("Attributes Reason: ", in.Protocol)
	}
	t, err := find(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	r, err := subscriptions.Find(c.Tx, "endpoint", endpointKey(t.Account, t.Region, t.Name, in.Protocol, endpoint))
	switch {
	case errors.Is(err, store.ErrNotFound):
		if err := room(c.Tx, t); err != nil {
			return nil, err
		}
		if err := roomForFilter(c.Tx, t.Account, t.Region, t.Name, "", in.Attributes); err != nil {
			return nil, err
		}
		r = &subscriptionRow{
			Account: t.Account, Region: t.Region, Topic: t.Name, ID: uuid.NewString(), Owner: c.Account, Principal: c.Caller.ARN,
			Protocol: in.Protocol, Endpoint: endpoint, Attributes: in.Attributes, Created: c.Now,
		}
	case err != nil:
		return nil, fmt.Errorf("read subscription: %w", err)
	default:
		for k, v := range in.Attributes {
			if r.Attributes[k] != v {
				return nil, invalid("Attributes Reason: Subscription already exists with different attributes")
			}
		}
	}
	out := &sns.SubscribeOutput{SubscriptionArn: new(r.arn())}
	if r.Confirmed {
		return out, nil
	}
	if r.Protocol == byLambda {
		r.Confirmed, r.Authenticated = true, true
		if err := subscriptions.Put(c.Tx, r); err != nil {
			return nil, fmt.Errorf("keep subscription: %w", err)
		}
		return out, nil
	}
	if err := s.askConfirmation(c, r); err != nil {
		return nil, err
	}
	if in.ReturnSubscriptionArn == nil || !*in.ReturnSubscriptionArn {
		out.SubscriptionArn = new("pending confirmation")
	}
	return out, nil
}

func room(tx store.Tx, t *topicRow) error {
	prefix, n := store.K(t.Account, t.Region, t.Name), 0
	for _, err := range tx.Scan(subscriptions.Name, prefix, prefix.After(), false) {
		if err != nil {
			return fmt.Errorf("count subscriptions: %w", err)
		}
		n++
	}
	if n >= maxSubscriptions {
		return sns.SubscriptionLimitExceededException("Subscription limit exceeded") // (inferred)
	}
	return nil
}

func checkEndpoint(protocol, endpoint string) error {
	if len(endpoint) > maxEndpoint {
		return invalid("Endpoint") // (inferred)
	}
	switch protocol {
	case "http", "https":
		u, err := url.Parse(endpoint)
		if err != nil || u.Scheme != protocol || u.Hostname() == "" {
			return invalid("Endpoint must match the specified protocol")
		}
	case "email", "email-json":
		if a, err := mail.ParseAddress(endpoint); err != nil || a.Address != endpoint {
			return invalid("Email address") // (inferred)
		}
	default:
		return invalid("Amazon SNS does not support this protocol string: %s", protocol)
	}
	return nil
}

// checkSubscriptionAttributes refuses what would be ignored. What filters is for
// checkFilter.
func checkSubscriptionAttributes(as map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(as)) {
		v := as[name]
		switch name {
		case "RawMessageDelivery":
			if v != "true" && v != "false" {
				return invalid("Attributes Reason: RawMessageDelivery: Invalid value [%s]. Must be true or false.", v)
			}
		case "DeliveryPolicy":
			if len(v) > maxAttribute {
				return invalid("Attributes Reason: DeliveryPolicy: value is too long") // (inferred)
			}
		case "FilterPolicy", "FilterPolicyScope":
		case "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy":
			return invalid("Attributes Reason: %s is not supported by this server", name)
		default:
			return invalid("AttributeName")
		}
	}
	return nil
}

func noRaw(prefix, protocol string) error {
	return invalid("%sRawMessageDelivery: Delivery protocol [%s] does not support raw message delivery.", prefix, protocol)
}

// askConfirmation gives a subscription a token and sends it to the endpoint.
func (s *Service) askConfirmation(c *op.Call, r *subscriptionRow) error {
	var random [tokenBytes]byte
	rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	token := hex.EncodeToString(random[:])
	sum := s.deps.Vault.MAC("subscription token", []byte(token))
	r.Tokens = append(r.Tokens, sum[:])
	r.Tokens = r.Tokens[max(0, len(r.Tokens)-maxTokens):]
	r.TokenExpires = c.Now.Add(tokenLife)
	if err := subscriptions.Put(c.Tx, r); err != nil {
		return fmt.Errorf("keep subscription: %w", err)
	}
	e := s.confirmation(r, token, c.Now)
	if r.mail() {
		return s.deps.Mailer.Post(c.Tx, s.confirmationMail(r, e, c.Now))
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode confirmation: %w", err)
	}
	d := delivery{Topic: r.Topic, Subscription: r.ID, Sealed: s.deps.Vault.Seal(sealPurpose, raw, []byte(r.arn()))}
	return job.Enqueue(c.Tx, c.Now, r.Account, r.Region, JobKind, d)
}

// ConfirmSubscription confirms the subscription that a token was sent for. It
// takes no signature; the token is the proof. A token that was used answers again.
func (s *Service) ConfirmSubscription(c *op.Call, in *sns.ConfirmSubscriptionInput) (*sns.ConfirmSubscriptionOutput, error) {
	account, region, name, id, err := place("TopicArn", in.TopicArn)
	if err != nil || id != "" {
		return nil, invalid("Topic")
	}
	if _, err := get(c.Tx, account, region, name); err != nil {
		return nil, err
	}
	if raw, err := hex.DecodeString(in.Token); err != nil || len(raw) != tokenBytes {
		return nil, invalid("Token")
	}
	r, err := s.byToken(c.Tx, strings.ToLower(in.Token))
	if err != nil {
		return nil, err
	}
	if r == nil || r.Account != account || r.Region != region || r.Topic != name {
		return nil, invalid("Token")
	}
	c.Record.AddResource(account, "AWS::SNS::Topic", in.TopicArn)
	out := &sns.ConfirmSubscriptionOutput{SubscriptionArn: new(r.arn())}
	if r.Confirmed {
		return out, nil
	}
	if c.Now.After(r.TokenExpires) {
		return nil, invalid("Token")
	}
	r.Confirmed, r.Authenticated = true, !c.Caller.IsAnonymous()
	r.AuthenticateLeaving = text(in.AuthenticateOnUnsubscribe) == "true"
	if err := subscriptions.Put(c.Tx, r); err != nil {
		return nil, fmt.Errorf("keep subscription: %w", err)
	}
	return out, nil
}

// byToken looks for a token's keyed hash, so no secret is compared.
func (s *Service) byToken(tx store.Tx, token string) (*subscriptionRow, error) {
	for _, sum := range s.deps.Vault.MACs("subscription token", []byte(token)) {
		for at, err := range subscriptions.ScanIndex(tx, "token", store.K(sum[:]), nil, false) {
			if err != nil {
				return nil, fmt.Errorf("look up token: %w", err)
			}
			return at.Row, nil
		}
	}
	return nil, nil
}
