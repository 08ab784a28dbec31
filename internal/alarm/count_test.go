package alarm_test

import (
	"fmt"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// TestPutMetricAlarm_quota fills an account: alarms are counted, replaced ones once, deleted ones no more, and those of a program that
// did not count too.
func TestPutMetricAlarm_quota(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.call(func(c *op.Call) error {
		for i := range 4999 {
			if err := w.s.PutMetricAlarm(c, input(fmt.Sprint("a", i))); err != nil {
				return err
			}
		}
		return nil
	}))
	const full = "The maximum limit of 5000 alarms has been reached."
	w.must(w.put(input("a7"))) // replaces one
	w.must(w.put(input("last")))
	wantError(t, w.put(input("more")), "LimitExceededFault", full)
	w.must(w.put(input("last")))
	w.must(w.call(func(c *op.Call) error {
		return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a1", "a1", "unknown"}})
	}))
	w.must(w.put(input("more")))
	wantError(t, w.put(input("one more")), "LimitExceededFault", full)
	w.must(w.call(func(c *op.Call) error { return c.Tx.Delete("alarm.count", store.K(account, region)) }))
	w.must(w.call(func(c *op.Call) error {
		return w.s.DeleteAlarms(c, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"a2"}})
	}))
	w.must(w.put(input("a2")))
	wantError(t, w.put(input("one more")), "LimitExceededFault", full)
	w.must(w.call(func(c *op.Call) error {
		c.Region = "eu-west-1"
		return w.s.PutMetricAlarm(c, input("elsewhere"))
	}))
}
