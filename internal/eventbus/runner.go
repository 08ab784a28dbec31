package eventbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// principalName is who publishes.
const principalName = "events.amazonaws.com"

// LogEvent is an event on its way to a log group of its rule's account and Region.
type LogEvent struct {
	Account, Region, Rule string // Rule is an ARN
	Group, Stream         string
	Time                  time.Time
	Message               string
}

// LogGroups writes to log groups as EventBridge. An error of type *schema.Error is final.
type LogGroups interface {
	Write(tx store.Tx, now time.Time, e LogEvent) error
}

// Runner gives queued events to the targets of their rules. It handles jobs of JobKind and of CallJobKind.
type Runner struct {
	State     store.State
	Vault     Vault
	Topics    Topics
	LogGroups LogGroups
	Functions Functions // nil if there is nothing to run them
	Emit      Emit      // nil for none
	Log       *slog.Logger
	// Now tells business time; time.Now if nil.
	Now func() time.Time
}

func (r *Runner) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

// Run delivers the events of one job in one transaction; what goes outside is left there for Call. A failure that may pass is an error, and
// the job runs again.
func (r *Runner) Run(ctx context.Context, j job.Job) error {
	var sealed []byte
	if err := json.Unmarshal(j.Payload, &sealed); err != nil {
		return fmt.Errorf("decode events: %w", err)
	}
	raw, err := r.Vault.Open(sealPurpose, sealed, []byte(j.Account+j.Region))
	if err != nil {
		return fmt.Errorf("open events: %w", err)
	}
	var all []matched
	if err := json.Unmarshal(raw, &all); err != nil {
		return fmt.Errorf("decode events: %w", err)
	}
	now := r.now()
	return r.State.Update(ctx, func(tx store.Tx) error {
		did := make(map[string]used)
		for _, m := range all {
			event, err := decode(m.Event)
			if err != nil {
				return err
			}
			for _, name := range m.Rules {
				rule, err := rules.Get(tx, store.K(j.Account, j.Region, name))
				if ignoreMissing(err) != nil {
					return fmt.Errorf("read rule: %w", err)
				}
				if err != nil {
					continue // deleted since
				}
				u, err := r.give(tx, now, rule, &given{m.Event, event, j.Enqueued})
				if err != nil {
					return err
				}
				sum := did[name]
				did[name] = used{sum.Triggered + 1, sum.Invocations + u.Invocations, sum.Failed + u.Failed}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(did)) {
			if err := r.count(tx, j.Account, j.Region, name, did[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

// given is an event that a rule has matched, and when it was queued.
type given struct {
	raw   []byte
	event map[string]any
	since int64 // ms since 1970
}

// give gives an event to the targets of a rule.
func (r *Runner) give(tx store.Tx, now time.Time, rule *ruleRow, g *given) (u used, err error) {
	for i := range rule.Targets {
		t := &rule.Targets[i]
		outside := false
		err := tx.Savepoint(func() (err error) {
			outside, err = r.reach(tx, now, rule, t, g)
			return err
		})
		refused, final := errors.AsType[*schema.Error](err)
		switch {
		case final:
			u.Failed++
			r.Log.Warn("event not delivered to a target", "rule", rule.arn(), "target", t.Id, "error", refused.Message)
		case err != nil:
			return u, fmt.Errorf("deliver event: %w", err)
		}
		if !outside {
			u.Invocations++
		}
	}
	return u, nil
}

// reach brings an event to one target, or leaves it for one outside. An error of type *schema.Error is final.
func (r *Runner) reach(tx store.Tx, now time.Time, rule *ruleRow, t *events.Target, g *given) (outside bool, err error) {
	if _, age := policyOf(t); now.Sub(time.UnixMilli(g.since)) > age {
		return false, validation("the event is too old")
	}
	in, err := input(t, rule, g.raw, g.event)
	if err == nil && in == "" {
		err = errors.New("the input is empty")
	}
	if err != nil {
		return false, validation("the event has no input for the target: %v", err)
	}
	a, err := arn.Parse(t.Arn)
	if err != nil {
		return false, validation("%v", err)
	}
	switch destinationOf(a) {
	case topic:
		if err := r.Topics.Check(tx, t.Arn, principalName, rule.Account, rule.arn()); err != nil {
			return false, err
		}
		return false, r.Topics.Publish(tx, now, t.Arn, "", bare(t, in))
	case logGroup:
		e, err := logEvent(t, in, g.event, now)
		if err != nil {
			return false, validation("%v", err)
		}
		e.Account, e.Region, e.Rule, e.Group, e.Stream = rule.Account, rule.Region, rule.arn(), groupOf(a), streamOf(rule, t, now)
		return false, r.LogGroups.Write(tx, now, e)
	case function:
		if !json.Valid([]byte(in)) {
			return false, validation("the input is not JSON, which functions take only")
		}
		err := r.later(tx, now, rule, t, g.since, in)
		if errors.Is(err, errFull) {
			return false, validation("%v", err)
		}
		return true, err
	}
	return false, validation("this server cannot call %s", t.Arn)
}

// Bounds of an event's time in a log group. [CloudWatch Logs: PutLogEvents]
const (
	logsPast   = 14 * 24 * time.Hour
	logsFuture = 2 * time.Hour
)

// logEvent is what a log group gets: the event with its own time, or what the target's input says. A time that log groups do not take
// becomes that of the delivery (inferred).
func logEvent(t *events.Target, in string, event map[string]any, now time.Time) (e LogEvent, err error) {
	e.Message, e.Time = in, now
	if t.Input != nil || t.InputTransformer != nil {
		if e.Time, e.Message, err = logInput(in); err != nil {
			return e, err
		}
	} else if text, ok := event["time"].(string); ok {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			e.Time = at
		}
	}
	if d := now.Sub(e.Time); d > logsPast || d < -logsFuture {
		e.Time = now
	}
	return e, nil
}

// streamOf names the log stream of a target: one a day, since a new stream is an event itself, which a rule may match.
func streamOf(rule *ruleRow, t *events.Target, now time.Time) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(rule.arn()+"\n"+t.Id+"\n"+now.UTC().Format(time.DateOnly))).String()
}
