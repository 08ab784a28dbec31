package group

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// listSize is the most groups of a page of ListLogGroups. [CloudWatch Logs: ListLogGroups]
const listSize = 1000

// ListLogGroups lists groups by parts of their names and by tags, in ASCII order.
func (s *Service) ListLogGroups(c *op.Call, in *api.ListLogGroupsInput) (*api.ListLogGroupsOutput, error) {
	if len(in.DataSources) > 0 || len(in.FieldIndexNames) > 0 {
		return nil, logs.Invalid("dataSources and fieldIndexNames are not supported by this server.")
	}
	out := &api.ListLogGroupsOutput{LogGroups: []api.LogGroupSummary{}}
	if len(in.AccountIdentifiers) > 0 && !slices.Contains(in.AccountIdentifiers, c.Account) {
		return out, nil // no account is linked to another
	}
	question, err := json.Marshal([]any{in.LogGroupNamePattern, in.LogGroupClass, in.LogGroupTags})
	if err != nil {
		return nil, fmt.Errorf("bind page token: %w", err)
	}
	under := store.K(c.Account, c.Region)
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.grouplist", Under: under, Binding: []string{c.Account, c.Region, string(question)}}
	limit := pageSize
	if in.Limit != nil {
		limit = int(min(max(*in.Limit, 1), listSize))
	}
	out.NextToken, err = walk(c, pager, in.NextToken, limit, func(g *logs.Group) (bool, error) {
		if !nameLike(g.Name, logs.Text(in.LogGroupNamePattern)) || !tagsLike(g.Tags, in.LogGroupTags) ||
			g.Class != cmp.Or(logs.Text(in.LogGroupClass), g.Class) {
			return false, nil
		}
		out.LogGroups = append(out.LogGroups, api.LogGroupSummary{LogGroupName: new(g.Name), LogGroupArn: new(g.ARN()), LogGroupClass: new(g.Class)})
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// nameLike tells whether a name holds one of the parts that "|" separates; a part
// after "^" must be its beginning. An empty pattern fits every name.
func nameLike(name, pattern string) bool {
	for part := range strings.SplitSeq(pattern, "|") {
		if begin, ok := strings.CutPrefix(part, "^"); ok && strings.HasPrefix(name, begin) || !ok && strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// tagsLike tells whether a group has each of the tags, with one of its values if
// there are some. A value may begin or end with "*", and "!" before it means none
// like it. (inferred)
func tagsLike(tags map[string]string, filters []api.TagFilter) bool {
	for _, f := range filters {
		value, has := tags[f.Key]
		if !has || len(f.Values) > 0 && !slices.ContainsFunc(f.Values, func(like string) bool { return valueLike(value, like) }) {
			return false
		}
	}
	return true
}

func valueLike(value, like string) bool {
	like, not := strings.CutPrefix(like, "!")
	like, anyBefore := strings.CutPrefix(like, "*")
	like, anyAfter := strings.CutSuffix(like, "*")
	fits := value == like
	switch {
	case anyBefore && anyAfter:
		fits = strings.Contains(value, like)
	case anyBefore:
		fits = strings.HasSuffix(value, like)
	case anyAfter:
		fits = strings.HasPrefix(value, like)
	}
	return fits != not
}
