package insight

import (
	"fmt"
	"slices"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// describeMax is the largest page, and the default. (inferred)
const describeMax = 1000

// DescribeQueries lists queries of the last seven days, newest first.
func (s *Service) DescribeQueries(c *op.Call, in *api.DescribeQueriesInput) (*api.DescribeQueriesOutput, error) {
	out := &api.DescribeQueriesOutput{Queries: []api.QueryInfo{}}
	if l := logs.Text(in.QueryLanguage); l != "" && l != language {
		return out, nil
	}
	group, status := logs.Text(in.LogGroupName), logs.Text(in.Status)
	limit := describeMax
	if in.MaxResults != nil {
		limit = int(min(max(*in.MaxResults, 1), describeMax))
	}
	under := store.K(c.Account, c.Region)
	pager := logs.Pager{
		Tokens: s.Tokens, Purpose: "logs.queries", Under: under, Binding: []string{c.Account, c.Region, group, status},
	}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	var last store.Key
	for r, err := range queries.ScanIndex(c.Tx, "time", under, after, true) {
		if err != nil {
			return nil, fmt.Errorf("list queries: %w", err)
		}
		q := r.Row
		if q.Created < c.Now.UnixMilli()-keepMS {
			break
		}
		if len(out.Queries) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = r.Position
		if status != "" && q.Status != status || group != "" && !slices.Contains(q.Groups, group) {
			continue
		}
		out.Queries = append(out.Queries, info(q))
	}
	return out, nil
}

func info(q *Query) api.QueryInfo {
	i := api.QueryInfo{
		QueryLanguage: new(language), QueryId: &q.ID, QueryString: new(shownText(q)), Status: &q.Status, CreateTime: &q.Created,
		UserIdentity: logs.Present(q.User),
	}
	if len(q.Groups) > 0 {
		i.LogGroupName = &q.Groups[0]
	}
	if q.Ended > 0 && q.Started > 0 {
		i.QueryDuration = new(q.Ended - q.Started)
		i.BytesScanned = new(float64(q.Bytes))
	}
	return i
}

// shownText is the text with the groups and range that the request named, as
// AWS rewrites it.
func shownText(q *Query) string {
	if q.Own {
		return q.Text
	}
	quoted := make([]string, len(q.Groups))
	for i, g := range q.Groups {
		quoted[i] = `"` + g + `"`
	}
	return fmt.Sprintf("SOURCE %s START=%d END=%d | %s", strings.Join(quoted, ", "), q.Start, q.End-1, q.Text)
}
