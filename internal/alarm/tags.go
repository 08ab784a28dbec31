package alarm

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
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

// tagged returns the alarm of an ARN, or nil.
func tagged(c *op.Call, name string) (*row, error) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != "cloudwatch" {
		return nil, cloudwatch.InvalidParameterValueException("Invalid arn syntax: " + name) // (inferred)
	}
	alarmName, ok := strings.CutPrefix(a.Resource, "alarm:")
	if !ok || a.Account != c.Account || a.Region != c.Region {
		return nil, nil
	}
	return get(c, alarmName)
}

// TagResource adds tags to an alarm or changes them.
func (s *Service) TagResource(c *op.Call, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	r, err := tagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, unknownResource(in.ResourceARN)
	}
	subject(c, r)
	all := slices.Clone(in.Tags)
	for k, v := range r.Tags {
		if !slices.ContainsFunc(in.Tags, func(t cloudwatch.Tag) bool { return t.Key == k }) {
			all = append(all, cloudwatch.Tag{Key: k, Value: v})
		}
	}
	if r.Tags, err = tagsOf(all); err != nil {
		return nil, err
	}
	return &cloudwatch.TagResourceOutput{}, alarms.Put(c.Tx, r)
}

// UntagResource removes tags; absent ones are no error.
func (s *Service) UntagResource(c *op.Call, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	r, err := tagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, unknownResource(in.ResourceARN)
	}
	subject(c, r)
	for _, k := range in.TagKeys {
		delete(r.Tags, k)
	}
	return &cloudwatch.UntagResourceOutput{}, alarms.Put(c.Tx, r)
}

// ListTagsForResource lists the tags by key; none for an alarm that does not exist.
func (s *Service) ListTagsForResource(c *op.Call, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	out := &cloudwatch.ListTagsForResourceOutput{Tags: []cloudwatch.Tag{}}
	r, err := tagged(c, in.ResourceARN)
	if err != nil || r == nil {
		return out, err
	}
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		out.Tags = append(out.Tags, cloudwatch.Tag{Key: k, Value: r.Tags[k]})
	}
	return out, nil
}

func unknownResource(name string) error {
	return cloudwatch.ResourceNotFoundException("Unknown resource: " + name) // (inferred)
}
