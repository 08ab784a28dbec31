package eventbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// principalName is who publishes.
const principalName = "events.amazonaws.com"

// Runner gives queued events to the targets of their rules. It handles jobs of JobKind.
type Runner struct {
	State  store.State
	Vault  Vault
	Topics Topics
	Log    *slog.Logger
	// Now tells business time; time.Now if nil.
	Now func() time.Time
}

// Run delivers the events of one job in one transaction. A failure that may pass is an error, and the job runs again.
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
	now := time.Now()
	if r.Now != nil {
		now = r.Now()
	}
	return r.State.Update(ctx, func(tx store.Tx) error {
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
				if rule == nil {
					continue // deleted since
				}
				if err := r.give(tx, now, rule, m.Event, event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// give gives an event to the targets of a rule.
func (r *Runner) give(tx store.Tx, now time.Time, rule *ruleRow, raw []byte, event map[string]any) error {
	for i := range rule.Targets {
		t := &rule.Targets[i]
		message, err := input(t, rule, raw, event)
		if err == nil && message == "" {
			err = errors.New("the input is empty")
		}
		if err != nil {
			r.Log.Warn("event has no input for a target", "rule", rule.arn(), "target", t.Id, "error", err)
			continue
		}
		err = tx.Savepoint(func() error {
			if err := r.Topics.Check(tx, t.Arn, principalName, rule.Account, rule.arn()); err != nil {
				return err
			}
			return r.Topics.Publish(tx, now, t.Arn, "", message)
		})
		var refused *schema.Error
		if errors.As(err, &refused) {
			r.Log.Warn("target of a rule refused an event for good", "rule", rule.arn(), "target", t.Id, "error", refused.Message)
			continue
		}
		if err != nil {
			return fmt.Errorf("publish event: %w", err)
		}
	}
	return nil
}
