package index

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// PutIndexPolicy says which fields of a group are indexed. A field that was indexed before stays so since then.
func (s *Service) PutIndexPolicy(c *op.Call, in *api.PutIndexPolicyInput) (*api.PutIndexPolicyOutput, error) {
	g, err := group(c, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	if g.Class != "STANDARD" {
		return nil, logs.Invalid("Field indexes exist for log groups of the Standard class only.") // (inferred)
	}
	fields, err := fieldsOf(in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	old, err := read(c.Tx, g)
	if err != nil {
		return nil, err
	}
	now := c.Now.UnixMilli()
	p := &logs.IndexPolicy{
		Account: g.Account, Region: g.Region, GroupID: g.ID, Document: in.PolicyDocument, Updated: now, Fields: map[string]logs.IndexedField{},
	}
	for f, kind := range fields {
		since := now
		if have, ok := old.Fields[f]; ok {
			since = have.Since
		}
		p.Fields[f] = logs.IndexedField{Type: kind, Since: since}
	}
	if err := logs.IndexPolicies.Put(c.Tx, p); err != nil {
		return nil, fmt.Errorf("write index policy: %w", err)
	}
	return &api.PutIndexPolicyOutput{IndexPolicy: shown(g, p)}, nil
}
