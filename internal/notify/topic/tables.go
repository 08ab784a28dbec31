package topic

import (
	"crypto/sha256"
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// topicRow is one topic. Attributes are those that were set; Policy may be absent.
type topicRow struct {
	Account, Region, Name string
	Created               time.Time
	Attributes            map[string]string `json:",omitempty"`
	Tags                  map[string]string `json:",omitempty"`
}

// subscriptionRow is one subscription, stored beside its topic.
type subscriptionRow struct {
	Account, Region, Topic string // of the topic
	ID                     string
	Owner                  string // account that subscribed
	Principal              string // ARN that subscribed
	Protocol, Endpoint     string
	Attributes             map[string]string `json:",omitempty"`
	Created                time.Time
	Confirmed              bool
	Authenticated          bool // the confirmation was signed
	AuthenticateLeaving    bool // Unsubscribe must be signed
	// Tokens are keyed hashes of the tokens sent, newest last.
	Tokens       [][]byte
	TokenExpires time.Time
}

// messageRow is a published message that jobs deliver.
type messageRow struct {
	Account, Region string
	At              int64 // ms since 1970
	ID              string
	Sealed          []byte
}

var (
	topics = store.Table[topicRow]{Name: "topic", Key: func(r *topicRow) store.Key { return store.K(r.Account, r.Region, r.Name) }}

	subscriptions = store.Table[subscriptionRow]{
		Name: "topic.subscription",
		Key:  func(r *subscriptionRow) store.Key { return store.K(r.Account, r.Region, r.Topic, r.ID) },
		Indexes: []store.Index[subscriptionRow]{
			{Name: "endpoint", Unique: true, Of: func(r *subscriptionRow) []store.Key {
				return []store.Key{endpointKey(r.Account, r.Region, r.Topic, r.Protocol, r.Endpoint)}
			}},
			{Name: "owner", Of: func(r *subscriptionRow) []store.Key { return []store.Key{store.K(r.Owner, r.Region)} }},
			// A token is found before its account is known.
			{Name: "token", Of: func(r *subscriptionRow) (out []store.Key) {
				for _, t := range r.Tokens {
					out = append(out, store.K(t))
				}
				return out
			}},
			{Name: "pending", Of: func(r *subscriptionRow) []store.Key {
				if r.Confirmed {
					return nil
				}
				return []store.Key{store.K(r.Created.UnixMilli())}
			}},
		},
	}

	messages = store.Table[messageRow]{
		Name: "topic.message",
		Key:  func(r *messageRow) store.Key { return store.K(r.Account, r.Region, r.ID) },
		Indexes: []store.Index[messageRow]{
			{Name: "age", Of: func(r *messageRow) []store.Key { return []store.Key{store.K(r.At)} }},
		},
	}
)

// endpointKey holds a hash, since an endpoint may be longer than a key.
func endpointKey(account, region, topic, protocol, endpoint string) store.Key {
	sum := sha256.Sum256([]byte(endpoint))
	return store.K(account, region, topic, protocol, sum[:])
}

func (r *topicRow) arn() string { return arn.Topic(r.Region, r.Account, r.Name) }

func (r *subscriptionRow) topicARN() string { return arn.Topic(r.Region, r.Account, r.Topic) }

func (r *subscriptionRow) arn() string { return r.topicARN() + ":" + r.ID }

func (r *subscriptionRow) raw() bool { return r.Attributes["RawMessageDelivery"] == "true" }

func (r *subscriptionRow) mail() bool { return r.Protocol == "email" || r.Protocol == "email-json" }

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
