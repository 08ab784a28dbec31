package pool

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
)

// DeleteUserPool removes a pool. Its clients, users and tokens mean nothing from the same moment; a job clears their rows away.
func (s *Service) DeleteUserPool(c *op.Call, in *cognitoidp.DeleteUserPoolInput) error {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return err
	}
	if *p.Settings.DeletionProtection == "ACTIVE" {
		return protected()
	}
	prefix, custom, err := domain.Of(c.Tx, p)
	if err != nil {
		return err
	}
	if prefix != nil || custom != nil {
		return hasDomain()
	}
	if err := userpool.Pools.Delete(c.Tx, userpool.Pools.Key(p)); err != nil {
		return fmt.Errorf("delete user pool: %w", err)
	}
	return job.Enqueue(c.Tx, c.Now, c.Account, c.Region, userpool.PurgeJob, userpool.Purge{Account: p.Account, Region: p.Region, Pool: p.ID})
}
