package alarm

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

func tagsOf(in []cloudwatch.Tag) (map[string]string, error) {
	if len(in) == 0 {
		return nil, nil
	}
	out := make(map[string]string, len(in))
	for _, t := range in {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, cloudwatch.InvalidParameterValueException("Tag keys must not begin with aws:.") // (inferred)
		}
		out[t.Key] = t.Value
	}
	if len(out) > maxTags {
		return nil, cloudwatch.InvalidParameterValueException(fmt.Sprintf("A resource can have at most %d tags.", maxTags)) // (inferred)
	}
	return out, nil
}

// tagged is what has tags: an alarm or a mute rule.
type tagged struct {
	tags *map[string]string
	keep func() error
}

// findTagged returns what an ARN names, or nil.
func findTagged(c *op.Call, name string) (*tagged, error) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != "cloudwatch" {
		return nil, cloudwatch.InvalidParameterValueException("Invalid arn syntax: " + name) // (inferred)
	}
	if a.Account != c.Account || a.Region != c.Region {
		return nil, nil
	}
	if rule, ok := strings.CutPrefix(a.Resource, "alarm-mute-rule:"); ok {
		m, err := mutes.Get(c.Tx, store.K(c.Account, c.Region, rule))
		if ignoreMissing(err) != nil || m == nil {
			return nil, ignoreMissing(err)
		}
		aboutMute(c, m)
		return &tagged{&m.Tags, func() error { return mutes.Put(c.Tx, m) }}, nil
	}
	alarmName, ok := strings.CutPrefix(a.Resource, "alarm:")
	if !ok {
		return nil, nil
	}
	r, err := get(c, alarmName)
	if err != nil || r == nil {
		return nil, err
	}
	subject(c, r)
	return &tagged{&r.Tags, func() error { return r.keep(c.Tx) }}, nil
}

// TagResource adds tags to an alarm or a mute rule, or changes them.
func (s *Service) TagResource(c *op.Call, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	r, err := findTagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, unknownResource(in.ResourceARN)
	}
	all := slices.Clone(in.Tags)
	for k, v := range *r.tags {
		if !slices.ContainsFunc(in.Tags, func(t cloudwatch.Tag) bool { return t.Key == k }) {
			all = append(all, cloudwatch.Tag{Key: k, Value: v})
		}
	}
	if *r.tags, err = tagsOf(all); err != nil {
		return nil, err
	}
	return &cloudwatch.TagResourceOutput{}, r.keep()
}

// UntagResource removes tags; absent ones are no error.
func (s *Service) UntagResource(c *op.Call, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	r, err := findTagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, unknownResource(in.ResourceARN)
	}
	for _, k := range in.TagKeys {
		delete(*r.tags, k)
	}
	return &cloudwatch.UntagResourceOutput{}, r.keep()
}

// ListTagsForResource lists the tags by key; none for what does not exist.
func (s *Service) ListTagsForResource(c *op.Call, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	out := &cloudwatch.ListTagsForResourceOutput{Tags: []cloudwatch.Tag{}}
	r, err := findTagged(c, in.ResourceARN)
	if err != nil || r == nil {
		return out, err
	}
	for _, k := range slices.Sorted(maps.Keys(*r.tags)) {
		out.Tags = append(out.Tags, cloudwatch.Tag{Key: k, Value: (*r.tags)[k]})
	}
	return out, nil
}

func unknownResource(name string) error {
	return cloudwatch.ResourceNotFoundException("Unknown resource: " + name) // (inferred)
}
