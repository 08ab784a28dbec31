package index

import (
	"maps"
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DescribeFieldIndexes lists the indexed fields of groups, by group and name. They are up to date at any time.
func (s *Service) DescribeFieldIndexes(c *op.Call, in *api.DescribeFieldIndexesInput) (*api.DescribeFieldIndexesOutput, error) {
	out := &api.DescribeFieldIndexesOutput{FieldIndexes: []api.FieldIndex{}}
	return out, each(c, in.LogGroupIdentifiers, func(g *logs.Group, p *logs.IndexPolicy) {
		for _, name := range slices.Sorted(maps.Keys(p.Fields)) {
			f := p.Fields[name]
			out.FieldIndexes = append(out.FieldIndexes, api.FieldIndex{
				LogGroupIdentifier: new(g.ARN()), FieldIndexName: &name, LastScanTime: new(c.Now.UnixMilli()), FirstEventTime: &f.Since, Type: &f.Type,
			})
		}
	})
}
