package event

import (
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Emit adds a summary of values to the minute of at, in tx.
type Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, s series.Summary) error

// Incoming returns a step that counts delivered events and their bytes in the
// metrics IncomingLogEvents and IncomingBytes of AWS/Logs, by group and minute of
// arrival. [CloudWatch Logs: monitoring with CloudWatch metrics]
func Incoming(emit Emit) func(tx store.Tx, now int64, events []logs.Event) error {
	type slot struct {
		account, region, group string
		minute                 int64
	}
	type amount struct{ events, bytes float64 }
	return func(tx store.Tx, _ int64, events []logs.Event) error {
		amounts := make(map[slot]*amount)
		var order []slot
		for i := range events {
			e := &events[i]
			k := slot{e.Account, e.Region, e.Group, e.Ingested - e.Ingested%60_000}
			a := amounts[k]
			if a == nil {
				a = &amount{}
				amounts[k] = a
				order = append(order, k)
			}
			a.events++
			a.bytes += float64(len(e.Message))
		}
		for _, k := range order {
			for name, n := range map[string]float64{"IncomingLogEvents": amounts[k].events, "IncomingBytes": amounts[k].bytes} {
				var s series.Summary
				if err := s.Add(n, 1); err != nil {
					return fmt.Errorf("metric %s: %w", name, err)
				}
				unit := "None"
				if name == "IncomingBytes" {
					unit = "Bytes"
				}
				dims := map[string]string{"LogGroupName": k.group}
				if err := emit(tx, k.account, k.region, "AWS/Logs", name, dims, unit, time.UnixMilli(k.minute).UTC(), s); err != nil {
					return fmt.Errorf("metric %s: %w", name, err)
				}
			}
		}
		return nil
	}
}
