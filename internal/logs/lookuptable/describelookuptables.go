package lookuptable

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// pageMax is the largest page; half of it the default. (inferred: the default)
const pageMax = 100

// DescribeLookupTables lists tables by name.
func (s *Service) DescribeLookupTables(c *op.Call, in *api.DescribeLookupTablesInput) (*api.DescribeLookupTablesOutput, error) {
	out := &api.DescribeLookupTablesOutput{LookupTables: []api.LookupTable{}}
	begin := logs.Text(in.LookupTableNamePrefix)
	limit := pageMax / 2
	if in.MaxResults != nil {
		limit = int(min(max(*in.MaxResults, 1), pageMax))
	}
	under := logs.Prefix(store.K(c.Account, c.Region), begin)
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.lookuptables", Under: under, Binding: []string{c.Account, c.Region, begin}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	var last store.Key
	for t, err := range tables.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("list lookup tables: %w", err)
		}
		if len(out.LookupTables) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = tables.Key(t)
		out.LookupTables = append(out.LookupTables, api.LookupTable{
			LookupTableArn: new(t.ARN()), LookupTableName: &t.Name, Description: logs.Present(t.Description), TableFields: t.Fields,
			RecordsCount: &t.Records, SizeBytes: &t.Bytes, LastUpdatedTime: &t.Updated, KmsKeyId: logs.Present(t.KMSKey),
		})
	}
	return out, nil
}
