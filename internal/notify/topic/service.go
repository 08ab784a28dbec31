package topic

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Vault seals what is stored and hashes tokens.
type Vault interface {
	Seal(purpose string, plaintext, aad []byte) []byte
	Open(purpose string, sealed, aad []byte) ([]byte, error)
	MAC(purpose string, data ...[]byte) [32]byte
	MACs(purpose string, data ...[]byte) [][32]byte
	SealToken(purpose string, plaintext []byte, binding ...string) string
	OpenToken(purpose, token string, binding ...string) ([]byte, error)
}

// Mailer sends an e-mail in a transaction.
type Mailer interface {
	Post(tx store.Tx, m mailbox.Message) error
}

// Deps are what a Service works with.
type Deps struct {
	Vault  Vault
	Mailer Mailer
	Signer *Signer
	// Functions runs the functions of subscriptions; without it there are none.
	Functions Functions
	// BaseURL is the server's public address without a slash at the end; links in
	// messages begin with it.
	BaseURL string
}

// Service answers the operations of topics and subscriptions. It keeps nothing
// and may be called concurrently.
type Service struct{ deps Deps }

// New returns a Service.
func New(d Deps) *Service {
	d.BaseURL = strings.TrimSuffix(d.BaseURL, "/")
	return &Service{deps: d}
}

var (
	_ sns.TopicAPI        = (*Service)(nil)
	_ sns.SubscriptionAPI = (*Service)(nil)
)

func invalid(format string, args ...any) *schema.Error {
	return sns.InvalidParameterException("Invalid parameter: " + fmt.Sprintf(format, args...))
}

func noTopic() *schema.Error { return sns.NotFoundException("Topic does not exist") }

// place splits the ARN of a topic or, with id, of a subscription.
func place(member, text string) (account, region, name, id string, err error) {
	p := strings.Split(text, ":")
	if len(p) < 6 {
		return "", "", "", "", invalid("%s Reason: An ARN must have at least 6 elements, not %d", member, len(p))
	}
	// One topic has one name: another partition would be a way round a policy that names it.
	if p[0] != "arn" || p[1] != arn.Partition(p[3]) || p[2] != "sns" || !arn.IsRegion(p[3]) || !arn.IsAccount(p[4]) || len(p) > 7 {
		return "", "", "", "", invalid("%s", member)
	}
	if len(p) == 7 {
		id = p[6]
	}
	return p[4], p[3], p[5], id, nil
}

// find returns the topic of an ARN in the call's Region.
func find(c *op.Call, topicARN string) (*topicRow, error) {
	account, region, name, id, err := place("TopicArn", topicARN)
	if err != nil {
		return nil, err
	}
	if id != "" || region != c.Region {
		return nil, invalid("TopicArn")
	}
	t, err := get(c.Tx, account, region, name)
	if err != nil {
		return nil, err
	}
	c.Record.AddResource(account, "AWS::SNS::Topic", t.arn())
	return t, nil
}

func get(tx store.Tx, account, region, name string) (*topicRow, error) {
	t, err := topics.Get(tx, store.K(account, region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noTopic()
	}
	if err != nil {
		return nil, fmt.Errorf("read topic: %w", err)
	}
	return t, nil
}

// Owner finds the account and Region of an unsigned ConfirmSubscription or
// Unsubscribe; false if topic or subscription does not exist. It is an
// op.Operation's Owner.
func (s *Service) Owner(tx store.Tx, in any) (account, region string, ok bool) {
	switch v := in.(type) {
	case *sns.ConfirmSubscriptionInput:
		account, region, name, _, err := place("TopicArn", v.TopicArn)
		if err != nil {
			return "", "", false
		}
		has, err := topics.Has(tx, store.K(account, region, name))
		return account, region, has && err == nil
	case *sns.UnsubscribeInput:
		account, region, name, id, err := place("SubscriptionArn", v.SubscriptionArn)
		if err != nil {
			return "", "", false
		}
		has, err := subscriptions.Has(tx, store.K(account, region, name, id))
		return account, region, has && err == nil
	}
	return "", "", false
}

// ResourcePolicies returns the topic's policy for authorisation. It is an
// op.Operation's ResourcePolicies; operations without a TopicArn have none.
func (s *Service) ResourcePolicies(tx store.Tx, _ string, in any) ([]string, error) {
	var name string
	switch v := in.(type) {
	case *sns.GetTopicAttributesInput:
		name = v.TopicArn
	case *sns.SetTopicAttributesInput:
		name = v.TopicArn
	case *sns.DeleteTopicInput:
		name = v.TopicArn
	case *sns.SubscribeInput:
		name = v.TopicArn
	case *sns.ListSubscriptionsByTopicInput:
		name = v.TopicArn
	case *sns.AddPermissionInput:
		name = v.TopicArn
	case *sns.RemovePermissionInput:
		name = v.TopicArn
	case *sns.PublishBatchInput:
		name = v.TopicArn
	case *sns.PublishInput:
		if name = text(v.TopicArn); name == "" {
			name = text(v.TargetArn)
		}
	default:
		return nil, nil
	}
	account, region, short, _, err := place("TopicArn", name)
	if err != nil {
		return nil, nil // the operation refuses it in AWS's words
	}
	t, err := topics.Get(tx, store.K(account, region, short))
	if ignoreMissing(err) != nil || t == nil {
		return nil, ignoreMissing(err)
	}
	return []string{t.policy()}, nil
}

// Operations returns all operations of the service, with the owners of unsigned
// calls and the topics' policies.
func (s *Service) Operations(svc *schema.Service) []*op.Operation {
	ops := append(sns.TopicOps(svc, s), sns.SubscriptionOps(svc, s)...)
	for _, o := range ops {
		o.Owner, o.ResourcePolicies = s.Owner, s.ResourcePolicies
	}
	return ops
}
