package topic

import (
	"fmt"
	"maps"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// retag changes the tags of a topic.
func retag(c *op.Call, name string, change func(map[string]string)) error {
	account, region, short, id, err := place("ResourceArn", name)
	if err != nil {
		return err
	}
	t, err := topics.Get(c.Tx, store.K(account, region, short))
	if ignoreMissing(err) != nil {
		return fmt.Errorf("read topic: %w", err)
	}
	if t == nil || id != "" || region != c.Region {
		return sns.ResourceNotFoundException("Resource does not exist")
	}
	c.Record.AddResource(account, "AWS::SNS::Topic", t.arn())
	tags := maps.Clone(t.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	change(tags)
	if len(tags) > maxTags {
		return sns.TagLimitExceededException("Could not complete request: tag quota of per resource exceeded")
	}
	t.Tags = tags
	if err := topics.Put(c.Tx, t); err != nil {
		return fmt.Errorf("keep topic: %w", err)
	}
	return nil
}

// TagResource adds tags to a topic or changes them.
func (s *Service) TagResource(c *op.Call, in *sns.TagResourceInput) (*sns.TagResourceOutput, error) {
	seen := map[string]bool{}
	for _, t := range in.Tags {
		if seen[t.Key] {
			return nil, invalid("Duplicated keys are not allowed.")
		}
		seen[t.Key] = true
	}
	return &sns.TagResourceOutput{}, retag(c, in.ResourceArn, func(tags map[string]string) {
		for _, t := range in.Tags {
			tags[t.Key] = t.Value
		}
	})
}

// UntagResource removes tags; absent ones are no error.
func (s *Service) UntagResource(c *op.Call, in *sns.UntagResourceInput) (*sns.UntagResourceOutput, error) {
	return &sns.UntagResourceOutput{}, retag(c, in.ResourceArn, func(tags map[string]string) {
		for _, k := range in.TagKeys {
			delete(tags, k)
		}
	})
}
