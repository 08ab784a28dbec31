package resourcepolicy

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteResourcePolicy removes a policy of the account or of a group.
func (s *Service) DeleteResourcePolicy(c *op.Call, in *api.DeleteResourcePolicyInput) error {
	name, resource, err := place(c, in.PolicyName, in.ResourceArn)
	if err != nil {
		return err
	}
	old, err := find(c, name, resource)
	if err != nil {
		return err
	}
	if old == nil {
		return api.ResourceNotFoundException("Policy with name [" + logs.Text(in.PolicyName) + "] does not exist.")
	}
	if err := checkRevision(old, in.ExpectedRevisionId); err != nil {
		return err
	}
	if err := logs.ResourcePolicies.Remove(c.Tx, old); err != nil {
		return fmt.Errorf("delete resource policy: %w", err)
	}
	return nil
}
