package group

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// PutLogGroupDeletionProtection says whether DeleteLogGroup is refused.
func (s *Service) PutLogGroupDeletionProtection(c *op.Call, in *api.PutLogGroupDeletionProtectionInput) error {
	name, err := logs.Identified(c, in.LogGroupIdentifier)
	if err != nil {
		return err
	}
	g, err := namedGroup(c, name)
	if err != nil {
		return err
	}
	g.Protected = in.DeletionProtectionEnabled
	if err := logs.Groups.Put(c.Tx, g); err != nil {
		return fmt.Errorf("deletion protection of log group: %w", err)
	}
	return nil
}
