package topic

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	maxTopics = 10_000 // per account and Region
	maxTags   = 50
	page      = 100
)

// CreateTopic makes a topic, or returns the one that has the name if nothing that
// is given contradicts it.
func (s *Service) CreateTopic(c *op.Call, in *sns.CreateTopicInput) (*sns.CreateTopicOutput, error) {
	if !topicName(in.Name) {
		return nil, invalid("Topic Name")
	}
	tags := make(map[string]string, len(in.Tags))
	for _, t := range in.Tags {
		if _, twice := tags[t.Key]; twice {
			return nil, invalid("Duplicated keys are not allowed.")
		}
		tags[t.Key] = t.Value
	}
	if len(tags) > maxTags {
		return nil, sns.TagLimitExceededException("Could not complete request: tag quota of per resource exceeded")
	}
	for _, name := range slices.Sorted(maps.Keys(in.Attributes)) {
		if err := checkAttribute(name, in.Attributes[name], "Attributes Reason: "); err != nil {
			return nil, err
		}
	}
	t := &topicRow{Account: c.Account, Region: c.Region, Name: in.Name, Created: c.Now, Attributes: in.Attributes, Tags: tags}
	c.Record.AddResource(c.Account, "AWS::SNS::Topic", t.arn())
	old, err := topics.Get(c.Tx, topics.Key(t))
	if ignoreMissing(err) != nil {
		return nil, fmt.Errorf("read topic: %w", err)
	}
	if old != nil {
		for name, v := range in.Attributes {
			if old.attribute(name) != v {
				return nil, invalid("Attributes Reason: Topic already exists with different attributes")
			}
		}
		if len(tags) > 0 && !maps.Equal(tags, old.Tags) {
			return nil, invalid("Tags Reason: Topic already exists with different tags")
		}
		return &sns.CreateTopicOutput{TopicArn: new(t.arn())}, nil
	}
	prefix, n := store.K(c.Account, c.Region), 0
	for _, err := range c.Tx.Scan(topics.Name, prefix, prefix.After(), false) {
		if err != nil {
			return nil, fmt.Errorf("count topics: %w", err)
		}
		n++
	}
	if n >= maxTopics {
		return nil, sns.TopicLimitExceededException("Topic limit exceeded") // (inferred)
	}
	if err := topics.Put(c.Tx, t); err != nil {
		return nil, fmt.Errorf("keep topic: %w", err)
	}
	return &sns.CreateTopicOutput{TopicArn: new(t.arn())}, nil
}

// topicName tells the names of standard topics; this server has no FIFO topics.
func topicName(s string) bool {
	return s != "" && len(s) <= 256 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// DeleteTopic deletes a topic and its subscriptions. A topic that does not exist
// is no error.
func (s *Service) DeleteTopic(c *op.Call, in *sns.DeleteTopicInput) error {
	account, region, name, id, err := place("TopicArn", in.TopicArn)
	if err != nil {
		return err
	}
	if id != "" || region != c.Region {
		return invalid("TopicArn")
	}
	c.Record.AddResource(account, "AWS::SNS::Topic", in.TopicArn)
	if err := topics.Delete(c.Tx, store.K(account, region, name)); ignoreMissing(err) != nil {
		return fmt.Errorf("delete topic: %w", err)
	}
	var keys []store.Key
	for r, err := range subscriptions.Scan(c.Tx, store.K(account, region, name), nil) {
		if err != nil {
			return fmt.Errorf("read subscriptions: %w", err)
		}
		keys = append(keys, subscriptions.Key(r))
	}
	for _, k := range keys {
		if err := subscriptions.Delete(c.Tx, k); err != nil {
			return fmt.Errorf("delete subscription: %w", err)
		}
	}
	return nil
}

// ListTopics lists the caller's topics by name.
func (s *Service) ListTopics(c *op.Call, in *sns.ListTopicsInput) (*sns.ListTopicsOutput, error) {
	after, err := s.after("topics", in.NextToken, c.Account, c.Region)
	if err != nil {
		return nil, err
	}
	out := &sns.ListTopicsOutput{Topics: []sns.Topic{}}
	var last store.Key
	for t, err := range topics.Scan(c.Tx, store.K(c.Account, c.Region), after) {
		if err != nil {
			return nil, fmt.Errorf("read topics: %w", err)
		}
		if len(out.Topics) == page {
			out.NextToken = new(s.deps.Vault.SealToken("topics", last, c.Account, c.Region))
			break
		}
		out.Topics = append(out.Topics, sns.Topic{TopicArn: new(t.arn())})
		last = topics.Key(t)
	}
	return out, nil
}

// after opens a page token.
func (s *Service) after(purpose string, token *string, binding ...string) (store.Key, error) {
	if token == nil || *token == "" {
		return nil, nil
	}
	raw, err := s.deps.Vault.OpenToken(purpose, *token, binding...)
	if err != nil {
		return nil, invalid("NextToken") // (inferred)
	}
	return raw, nil
}

// ListTagsForResource lists the tags of a topic by key.
func (s *Service) ListTagsForResource(c *op.Call, in *sns.ListTagsForResourceInput) (*sns.ListTagsForResourceOutput, error) {
	account, region, name, _, err := place("ResourceArn", in.ResourceArn)
	if err != nil {
		return nil, err
	}
	t, err := topics.Get(c.Tx, store.K(account, region, name))
	if ignoreMissing(err) != nil {
		return nil, fmt.Errorf("read topic: %w", err)
	}
	if t == nil || region != c.Region {
		return nil, sns.ResourceNotFoundException("Resource does not exist")
	}
	out := &sns.ListTagsForResourceOutput{Tags: []sns.Tag{}}
	for _, k := range slices.Sorted(maps.Keys(t.Tags)) {
		out.Tags = append(out.Tags, sns.Tag{Key: k, Value: t.Tags[k]})
	}
	return out, nil
}
