package group

import (
	"fmt"
	"maps"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// TagResource adds tags to a group, or replaces their values.
func (s *Service) TagResource(c *op.Call, in *api.TagResourceInput) error {
	g, err := tagged(c, in.ResourceArn)
	if err != nil {
		return err
	}
	return addTags(c, g, in.Tags)
}

// UntagResource takes tags away; unknown keys are ignored.
func (s *Service) UntagResource(c *op.Call, in *api.UntagResourceInput) error {
	g, err := tagged(c, in.ResourceArn)
	if err != nil {
		return err
	}
	return dropTags(c, g, in.TagKeys)
}

// ListTagsForResource shows the tags of a group by its ARN.
func (s *Service) ListTagsForResource(c *op.Call, in *api.ListTagsForResourceInput) (*api.ListTagsForResourceOutput, error) {
	g, err := tagged(c, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &api.ListTagsForResourceOutput{Tags: shown(g.Tags)}, nil
}

// ListTagsLogGroup shows the tags of a group by its name.
func (s *Service) ListTagsLogGroup(c *op.Call, in *api.ListTagsLogGroupInput) (*api.ListTagsLogGroupOutput, error) {
	g, err := namedGroup(c, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	return &api.ListTagsLogGroupOutput{Tags: shown(g.Tags)}, nil
}

// TagLogGroup is TagResource by the group's name.
func (s *Service) TagLogGroup(c *op.Call, in *api.TagLogGroupInput) error {
	g, err := namedGroup(c, in.LogGroupName)
	if err != nil {
		return err
	}
	return addTags(c, g, in.Tags)
}

// UntagLogGroup is UntagResource by the group's name.
func (s *Service) UntagLogGroup(c *op.Call, in *api.UntagLogGroupInput) error {
	g, err := namedGroup(c, in.LogGroupName)
	if err != nil {
		return err
	}
	return dropTags(c, g, in.Tags)
}

func addTags(c *op.Call, g *logs.Group, add map[string]string) error {
	if err := checkTags(g.Tags, add); err != nil {
		return err
	}
	tags := maps.Clone(g.Tags)
	if tags == nil {
		tags = make(map[string]string, len(add))
	}
	maps.Copy(tags, add)
	return saveTags(c, g, tags)
}

func dropTags(c *op.Call, g *logs.Group, keys []string) error {
	tags := maps.Clone(g.Tags)
	for _, k := range keys {
		delete(tags, k)
	}
	return saveTags(c, g, tags)
}

func tagged(c *op.Call, resource string) (*logs.Group, error) {
	if !strings.HasPrefix(resource, "arn:") {
		return nil, logs.Invalid("Invalid ARN: " + resource) // (inferred)
	}
	name, err := logs.Identified(c, resource)
	if err != nil {
		return nil, err
	}
	return namedGroup(c, name)
}

func namedGroup(c *op.Call, name string) (*logs.Group, error) {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	return g, nil
}

func saveTags(c *op.Call, g *logs.Group, tags map[string]string) error {
	g.Tags = tags
	if err := logs.Groups.Put(c.Tx, g); err != nil {
		return fmt.Errorf("tags of log group: %w", err)
	}
	return nil
}

// checkTags refuses reserved keys and more tags than a resource may have.
func checkTags(have, add map[string]string) error {
	n := len(have)
	for k := range add {
		if strings.HasPrefix(strings.ToLower(k), "aws:") {
			return logs.Invalid("Tag keys starting with aws: are reserved for AWS.") // (inferred)
		}
		if _, known := have[k]; !known {
			n++
		}
	}
	if n > maxTags {
		return api.TooManyTagsException("The maximum number of tags for a resource is 50.") // (inferred)
	}
	return nil
}

func shown(tags map[string]string) map[string]string {
	if tags == nil {
		return map[string]string{}
	}
	return tags
}
