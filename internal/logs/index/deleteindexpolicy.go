package index

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteIndexPolicy takes the policy of a group away.
func (s *Service) DeleteIndexPolicy(c *op.Call, in *api.DeleteIndexPolicyInput) (*api.DeleteIndexPolicyOutput, error) {
	g, err := group(c, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	p, err := read(c.Tx, g)
	if err != nil {
		return nil, err
	}
	if p.Document == "" {
		return nil, api.ResourceNotFoundException("The specified index policy does not exist.") // (inferred)
	}
	if err := logs.IndexPolicies.Delete(c.Tx, logs.IndexPolicies.Key(p)); err != nil {
		return nil, fmt.Errorf("delete index policy: %w", err)
	}
	return &api.DeleteIndexPolicyOutput{}, nil
}
