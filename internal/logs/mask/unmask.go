package mask

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// Unmask refuses who may not see the protected data of a group, named by its ARN.
func Unmask(c *op.Call, groupARN string) error {
	ok, err := c.Allowed("logs:Unmask", groupARN, c.Account, "")
	if err != nil {
		return fmt.Errorf("authorise logs:Unmask: %w", err)
	}
	if !ok {
		return logs.AccessDeniedException("User: " + c.Caller.ARN + " is not authorized to perform: logs:Unmask on resource: " + groupARN +
			" because no identity-based policy allows the logs:Unmask action")
	}
	return nil
}
