package eventbus

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/op"
)

// maxTargets is how many targets a rule has at most. [EventBridge quotas]
const maxTargets = 5

// PutTargets adds targets to a rule or replaces those of the same Id. Targets that this server cannot call are refused one by one.
func (s *Service) PutTargets(c *op.Call, in *events.PutTargetsInput) (*events.PutTargetsOutput, error) {
	r, err := find(c, in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	out := &events.PutTargetsOutput{FailedEntries: []events.PutTargetsResultEntry{}}
	for _, t := range in.Targets {
		if why := s.refuse(r, &t); why != "" {
			out.FailedEntries = append(out.FailedEntries, events.PutTargetsResultEntry{TargetId: &t.Id, ErrorCode: new("ValidationException"), ErrorMessage: &why})
			continue
		}
		if i := slices.IndexFunc(r.Targets, func(o events.Target) bool { return o.Id == t.Id }); i >= 0 {
			r.Targets[i] = t
		} else {
			r.Targets = append(r.Targets, t)
		}
	}
	if len(r.Targets) > maxTargets {
		return nil, events.LimitExceededException("The requested resource exceeds the maximum number allowed.")
	}
	slices.SortFunc(r.Targets, func(a, b events.Target) int { return strings.Compare(a.Id, b.Id) })
	out.FailedEntryCount = new(int64(len(out.FailedEntries)))
	return out, keep(c, r)
}

// RemoveTargets removes targets of a rule; Ids that are not there are no error (inferred).
func (s *Service) RemoveTargets(c *op.Call, in *events.RemoveTargetsInput) (*events.RemoveTargetsOutput, error) {
	r, err := find(c, in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	r.Targets = slices.DeleteFunc(r.Targets, func(t events.Target) bool { return slices.Contains(in.Ids, t.Id) })
	return &events.RemoveTargetsOutput{FailedEntryCount: new(int64(0)), FailedEntries: []events.RemoveTargetsResultEntry{}}, keep(c, r)
}

// ListTargetsByRule lists the targets of a rule by Id.
func (s *Service) ListTargetsByRule(c *op.Call, in *events.ListTargetsByRuleInput) (*events.ListTargetsByRuleOutput, error) {
	r, err := find(c, in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	binding := []string{r.arn()}
	after, err := s.after("event targets", in.NextToken, binding...)
	if err != nil {
		return nil, err
	}
	limit := page
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	out := &events.ListTargetsByRuleOutput{Targets: []events.Target{}}
	for _, t := range r.Targets {
		if after != nil && t.Id <= string(after) {
			continue
		}
		if len(out.Targets) == limit {
			out.NextToken = new(s.deps.Vault.SealToken("event targets", []byte(out.Targets[limit-1].Id), binding...))
			break
		}
		out.Targets = append(out.Targets, t)
	}
	return out, nil
}

// steps reads $.a.b[0]['c d']: names and indexes.
func steps(path string) ([]any, bool) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, false
	}
	var out []any
	for rest != "" {
		switch {
		case rest[0] == '.':
			rest = rest[1:]
			n := strings.IndexAny(rest, ".[")
			if n < 0 {
				n = len(rest)
			}
			if n == 0 || rest[:n] == "*" {
				return nil, false
			}
			out, rest = append(out, rest[:n]), rest[n:]
		case strings.HasPrefix(rest, "['"):
			name, after, ok := strings.Cut(rest[2:], "']")
			if !ok || name == "" {
				return nil, false
			}
			out, rest = append(out, name), after
		case rest[0] == '[':
			index, after, ok := strings.Cut(rest[1:], "]")
			n, err := strconv.Atoi(index)
			if !ok || err != nil || n < 0 {
				return nil, false
			}
			out, rest = append(out, n), after
		default:
			return nil, false
		}
	}
	return out, true
}

// at returns what a path leads to; false if it leads nowhere.
func at(event any, path string) (any, bool) {
	list, ok := steps(path)
	if !ok {
		return nil, false
	}
	v := event
	for _, step := range list {
		switch step := step.(type) {
		case string:
			o, ok := v.(map[string]any)
			if !ok {
				return nil, false
			}
			if v, ok = o[step]; !ok {
				return nil, false
			}
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				return nil, false
			}
			v = l[step]
		}
	}
	return v, true
}

// input is what a target gets of an event: all of it, a part, a constant, or a template with parts put in.
func input(t *events.Target, r *ruleRow, raw []byte, event map[string]any) (string, error) {
	switch {
	case t.Input != nil:
		return *t.Input, nil
	case t.InputPath != nil:
		v, ok := at(event, *t.InputPath)
		if !ok {
			return "", fmt.Errorf("the path %s leads nowhere in the event", *t.InputPath)
		}
		out, err := plain(v)
		return out, err
	case t.InputTransformer == nil:
		return string(raw), nil
	}
	return transform(t.InputTransformer, r, event)
}

// transform fills a template. A text stands in it without quotes of its own where the template has quotes around it, else with them; what
// leads nowhere stands as nothing.
func transform(tr *events.InputTransformer, r *ruleRow, event map[string]any) (string, error) {
	values := map[string]any{
		"aws.events.rule-arn": r.arn(), "aws.events.rule-name": r.Name, "aws.events.event.json": event,
		"aws.events.event": event, "aws.events.event.ingestion-time": event["time"],
	}
	for name, p := range tr.InputPathsMap {
		values[name], _ = at(event, p)
	}
	var b strings.Builder
	inside := false // a string of the template
	for rest := tr.InputTemplate; rest != ""; {
		name, tail, ok := "", "", false
		if rest[0] == '<' {
			name, tail, ok = strings.Cut(rest[1:], ">")
		}
		v, known := values[name]
		if !ok || !known {
			switch {
			case rest[0] == '\\' && len(rest) > 1:
				b.WriteByte(rest[0])
				rest = rest[1:]
			case rest[0] == '"':
				inside = !inside
			}
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		rest = tail
		if v == nil {
			continue
		}
		out, err := plain(v)
		if err != nil {
			return "", fmt.Errorf("encode event: %w", err)
		}
		if _, isText := v.(string); isText && inside {
			out = out[1 : len(out)-1]
		}
		b.WriteString(out)
	}
	return strings.TrimSpace(b.String()), nil
}

// bare is an input for a topic, which takes the text of a template without its quotes.
func bare(t *events.Target, input string) string {
	var s string
	if t.InputTransformer != nil && strings.HasPrefix(input, `"`) && json.Unmarshal([]byte(input), &s) == nil {
		return s
	}
	return input
}
