package livetail

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Service answers StartLiveTail.
type Service struct {
	Hub   *Hub
	Masks *mask.Masker
	State store.State
}

var _ api.LivetailAPI = (*Service)(nil)

// StartLiveTail begins a session that shows events of groups as they arrive.
func (s *Service) StartLiveTail(c *op.Call, in *api.StartLiveTailInput) (*api.StartLiveTailOutput, error) {
	if len(in.LogStreamNames) > 0 && len(in.LogStreamNamePrefixes) > 0 {
		return nil, logs.Invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.") // (inferred)
	}
	if len(in.LogGroupIdentifiers) > 1 && len(in.LogStreamNames)+len(in.LogStreamNamePrefixes) > 0 {
		return nil, logs.Invalid("logStreamNames and logStreamNamePrefixes may only be given for one log group.") // (inferred)
	}
	p, err := pattern.Parse(logs.Text(in.LogEventFilterPattern))
	if err != nil {
		return nil, logs.Invalid(err.Error())
	}
	t := &session{
		service: s, ctx: c.Context, account: c.Account, region: c.Region, id: uuid.NewString(), request: c.RequestID, arns: in.LogGroupIdentifiers,
		streams: in.LogStreamNames, prefixes: in.LogStreamNamePrefixes, text: in.LogEventFilterPattern, pattern: p,
	}
	for _, id := range in.LogGroupIdentifiers {
		if !strings.HasPrefix(id, "arn:") {
			return nil, logs.Invalid("Invalid ARN: " + id) // names are not taken here [CloudWatch Logs: StartLiveTail]
		}
		name, err := logs.Identified(c, id)
		if err != nil {
			return nil, err
		}
		g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
		if err != nil {
			return nil, err
		}
		logs.Subject(c, g)
		if g.Class != "STANDARD" {
			return nil, api.InvalidOperationException("Live Tail is not supported for log groups of class " + g.Class + ".") // (inferred)
		}
		t.groups = append(t.groups, g.Name)
	}
	if t.rules, err = t.read(c.Tx); err != nil {
		return nil, err
	}
	if !s.Hub.room(c.Account, c.Region) {
		return nil, api.LimitExceededException("Resource limit exceeded.") // (inferred)
	}
	return &api.StartLiveTailOutput{ResponseStream: &stream{session: t}}, nil
}

// read finds what is masked in the session's groups.
func (s *session) read(tx store.Tx) (map[string]*mask.Rules, error) {
	rules := make(map[string]*mask.Rules, len(s.groups))
	for _, g := range s.groups {
		r, err := s.service.Masks.For(tx, s.account, s.region, g)
		if err != nil {
			return nil, fmt.Errorf("rules of log group %s: %w", g, err)
		}
		rules[g] = r
	}
	return rules, nil
}
