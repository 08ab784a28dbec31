package group

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// DeleteGroup removes a group; its members stay users. They are out of it at once, and a job clears their memberships away.
func (s *Service) DeleteGroup(c *op.Call, in *cognitoidp.DeleteGroupInput) error {
	p, g, err := s.find(c, in.UserPoolId, in.GroupName)
	if err != nil {
		return err
	}
	if err := userpool.Groups.Delete(c.Tx, userpool.Groups.Key(g)); err != nil {
		return fmt.Errorf("delete group: %w", err)
	}
	return job.Enqueue(c.Tx, c.Now, p.Account, p.Region, userpool.GroupPurgeJob, userpool.GroupPurge{
		Account: p.Account, Region: p.Region, Pool: p.ID, Group: g.ID,
	})
}
