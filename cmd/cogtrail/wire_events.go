package main

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm"
	apievents "github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/eventbus"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/trail"
)

// eventBus are EventBridge's rules. What it returns takes the events of alarms.
func (b *builder) eventBus() alarm.Events {
	s := eventbus.New(eventbus.Deps{Vault: b.vault})
	b.ops = append(b.ops, apievents.RuleOps(b.models["events"], s)...)
	b.ops = append(b.ops, apievents.TagOps(b.models["events"], s)...)
	runner := &eventbus.Runner{State: b.engines.state, Vault: b.vault, Topics: b.topic.Publisher(), Log: b.log, Now: b.clock.Now}
	b.jobs[eventbus.JobKind] = runner.Run
	b.settlers = append(b.settlers, eventSettler{b.clock, &eventbus.Trail{Service: s, Logging: trail.Logs}})
	return alarmEvents{s}
}

// alarmEvents is EventBridge as alarms see it.
type alarmEvents struct{ bus *eventbus.Service }

func (a alarmEvents) Emit(tx store.Tx, now time.Time, account, region string, e alarm.Event) error {
	return a.bus.Emit(tx, now, eventbus.NewEvent(now, account, region, "aws.cloudwatch", e.Type, []string{e.ARN}, e.Detail))
}

// eventSettler hands the management events of a drained batch to the rules.
type eventSettler struct {
	clock *clock
	trail *eventbus.Trail
}

func (s eventSettler) Settle(tx store.Tx, batch drain.Batch) error {
	var records []eventbus.Record
	for i := range batch.Rows {
		if r := &batch.Rows[i]; r.Group == segment.History {
			records = append(records, eventbus.Record{Account: r.Account, Region: r.Region, Message: r.Message})
		}
	}
	return s.trail.Settle(tx, s.clock.Now(), records)
}
