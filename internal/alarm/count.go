package alarm

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxAlarms bounds the alarms of an account and Region.
const maxAlarms = 5000

// countRow is how many alarms an account and Region has. There is none before the first alarm is made.
type countRow struct {
	Account, Region string
	Alarms          int64
}

var counts = store.Table[countRow]{Name: "alarm.count", Key: func(r *countRow) store.Key { return store.K(r.Account, r.Region) }}

// countIn counts an alarm that is about to be made, and refuses one too many.
func countIn(c *op.Call) error {
	n, err := counts.Get(c.Tx, store.K(c.Account, c.Region))
	if ignoreMissing(err) != nil {
		return fmt.Errorf("count alarms: %w", err)
	}
	if n == nil {
		// Alarms of a program that did not count are counted once.
		n = &countRow{Account: c.Account, Region: c.Region}
		prefix := store.K(c.Account, c.Region)
		for _, err := range c.Tx.Scan(alarms.Name, prefix, prefix.After(), false) {
			if err != nil {
				return fmt.Errorf("count alarms: %w", err)
			}
			n.Alarms++
		}
	}
	if n.Alarms >= maxAlarms {
		return cloudwatch.LimitExceededFault("The maximum limit of " + fmt.Sprint(maxAlarms) + " alarms has been reached.") // (inferred)
	}
	n.Alarms++
	return counts.Put(c.Tx, n)
}

// countOut counts an alarm that is deleted.
func countOut(c *op.Call) error {
	n, err := counts.Get(c.Tx, store.K(c.Account, c.Region))
	if err != nil {
		return ignoreMissing(err)
	}
	n.Alarms--
	return counts.Put(c.Tx, n)
}
