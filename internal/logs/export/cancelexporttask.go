package export

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// CancelExportTask ends a task that is not over. Objects it has written stay, and
// the one at hand may still come.
func (s *Service) CancelExportTask(c *op.Call, in *api.CancelExportTaskInput) error {
	t, err := find(c.Tx, c.Account, c.Region, in.TaskId)
	if err != nil {
		return err
	}
	if t.over() {
		return api.InvalidOperationException("The specified export task has already finished.") // (inferred)
	}
	t.end(cancelled, "Cancelled by user.", c.Now) // (inferred)
	if err := tasks.Put(c.Tx, t); err != nil {
		return fmt.Errorf("cancel export task: %w", err)
	}
	return nil
}
