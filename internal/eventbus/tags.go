package eventbus

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
)

const maxTags = 50 // of a rule. [EventBridge quotas]

var _ events.TagAPI = (*Service)(nil)

// TagResource adds tags to a rule or changes them.
func (s *Service) TagResource(c *op.Call, in *events.TagResourceInput) (*events.TagResourceOutput, error) {
	r, err := findTagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	if r.Tags, err = tagged(r.Tags, in.Tags); err != nil {
		return nil, err
	}
	return &events.TagResourceOutput{}, keep(c, r)
}

// UntagResource removes tags of a rule; absent ones are no error.
func (s *Service) UntagResource(c *op.Call, in *events.UntagResourceInput) (*events.UntagResourceOutput, error) {
	r, err := findTagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	for _, k := range in.TagKeys {
		delete(r.Tags, k)
	}
	return &events.UntagResourceOutput{}, keep(c, r)
}

// ListTagsForResource lists the tags of a rule by key.
func (s *Service) ListTagsForResource(c *op.Call, in *events.ListTagsForResourceInput) (*events.ListTagsForResourceOutput, error) {
	r, err := findTagged(c, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &events.ListTagsForResourceOutput{Tags: []events.Tag{}}
	for _, k := range slices.Sorted(maps.Keys(r.Tags)) {
		out.Tags = append(out.Tags, events.Tag{Key: k, Value: r.Tags[k]})
	}
	return out, nil
}

// findTagged returns the rule that an ARN names. Event buses have no tags here.
func findTagged(c *op.Call, name string) (*ruleRow, error) {
	a, err := arn.Parse(name)
	if err != nil || a.Service != "events" {
		return nil, validation("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", name)
	}
	kind, rest, _ := strings.Cut(a.Resource, "/")
	switch {
	case kind == "event-bus":
		return nil, validation("Tags of event buses are not supported by this server.")
	case kind != "rule" || rest == "":
		return nil, validation("Parameter %s is not valid. Reason: Provided Arn is not in correct format.", name)
	}
	if bus, _, ok := strings.Cut(rest, "/"); ok {
		return nil, events.ResourceNotFoundException("Event bus " + bus + " does not exist.")
	}
	if a.Account != c.Account || a.Region != c.Region {
		return nil, events.ResourceNotFoundException("Rule " + rest + " does not exist on EventBus default.") // another's and none look alike
	}
	return find(c, nil, rest)
}

// tagged are tags with others added.
func tagged(old map[string]string, add []events.Tag) (map[string]string, error) {
	out := maps.Clone(old)
	if out == nil {
		out = make(map[string]string, len(add))
	}
	for _, t := range add {
		if strings.HasPrefix(strings.ToLower(t.Key), "aws:") {
			return nil, validation("Tag keys must not begin with aws:.") // (inferred)
		}
		out[t.Key] = t.Value
	}
	if len(out) > maxTags {
		return nil, events.LimitExceededException("The requested resource exceeds the maximum number allowed.") // (inferred)
	}
	return out, nil
}

// mayTag demands the right to tag that tags of a new rule need. [EventBridge: PutRule]
func mayTag(c *op.Call, r *ruleRow) error {
	ok, err := c.Allowed("events:TagResource", r.arn(), r.Account, "")
	if err != nil {
		return fmt.Errorf("authorise events:TagResource: %w", err)
	}
	if !ok {
		return denied(c, "events:TagResource", r.arn())
	}
	return nil
}
