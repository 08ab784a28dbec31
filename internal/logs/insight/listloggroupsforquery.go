package insight

import (
	"encoding/binary"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// Pages of ListLogGroupsForQuery. [CloudWatch Logs: ListLogGroupsForQuery]
const (
	groupsPage = 50
	groupsMax  = 500
)

// ListLogGroupsForQuery lists the groups that a query reads, by ARN.
func (s *Service) ListLogGroupsForQuery(c *op.Call, in *api.ListLogGroupsForQueryInput) (*api.ListLogGroupsForQueryOutput, error) {
	q, err := find(c.Tx, c, in.QueryId)
	if err != nil {
		return nil, err
	}
	const purpose = "logs.querygroups"
	first := 0
	if in.NextToken != nil {
		raw, err := s.Tokens.OpenToken(purpose, *in.NextToken, c.Account, c.Region, q.ID)
		n, size := binary.Uvarint(raw)
		if err != nil || size <= 0 || n > uint64(len(q.Groups)) {
			return nil, logs.BadToken()
		}
		first = int(n)
	}
	limit := groupsPage
	if in.MaxResults != nil {
		limit = int(min(max(*in.MaxResults, 1), groupsMax))
	}
	out := &api.ListLogGroupsForQueryOutput{LogGroupIdentifiers: []string{}}
	for _, g := range q.Groups[first:min(first+limit, len(q.Groups))] {
		out.LogGroupIdentifiers = append(out.LogGroupIdentifiers, arn.LogGroup(c.Region, c.Account, g))
	}
	if end := first + limit; end < len(q.Groups) {
		out.NextToken = new(s.Tokens.SealToken(purpose, binary.AppendUvarint(nil, uint64(end)), c.Account, c.Region, q.ID))
	}
	return out, nil
}
