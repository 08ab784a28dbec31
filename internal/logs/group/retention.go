package group

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
)

// periods are the retentions a group may have, in days. [CloudWatch Logs: PutRetentionPolicy]
var periods = []int64{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// PutRetentionPolicy hides events older than so many days from now on.
func (s *Service) PutRetentionPolicy(c *op.Call, in *api.PutRetentionPolicyInput) error {
	if !slices.Contains(periods, in.RetentionInDays) {
		texts := make([]string, len(periods))
		for i, p := range periods {
			texts[i] = strconv.FormatInt(p, 10)
		}
		return logs.Invalid(fmt.Sprintf("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: "+
			"Member must satisfy enum value set: [%s]", in.RetentionInDays, strings.Join(texts, ", "))) // (inferred)
	}
	return s.setRetention(c, in.LogGroupName, in.RetentionInDays)
}

// DeleteRetentionPolicy keeps events for ever. Events that had expired but lie
// still on disk may be seen again.
func (s *Service) DeleteRetentionPolicy(c *op.Call, in *api.DeleteRetentionPolicyInput) error {
	return s.setRetention(c, in.LogGroupName, 0)
}

func (s *Service) setRetention(c *op.Call, name string, days int64) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
	if err != nil {
		return err
	}
	logs.Subject(c, g)
	if g.Class == "DELIVERY" {
		return api.InvalidParameterException("Retention policy cannot be changed for log groups of class DELIVERY.") // (inferred)
	}
	g.RetentionDays = days
	if err := logs.Groups.Put(c.Tx, g); err != nil {
		return fmt.Errorf("retention of log group: %w", err)
	}
	return s.retain(c, g)
}
