package eventbus

import (
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// ruleRow is one rule of the default bus.
type ruleRow struct {
	Account, Region, Name string
	Created               time.Time
	Pattern               string
	State                 string
	Description           *string           `json:",omitempty"`
	Role                  *string           `json:",omitempty"`
	Targets               []events.Target   `json:",omitempty"` // by Id
	Tags                  map[string]string `json:",omitempty"`
}

var rules = store.Table[ruleRow]{Name: "eventbus.rule", Key: func(r *ruleRow) store.Key { return store.K(r.Account, r.Region, r.Name) }}

func (r *ruleRow) arn() string { return arn.Regional("events", r.Region, r.Account, "rule/"+r.Name) }

// States of a rule.
const (
	enabled    = "ENABLED"
	disabled   = "DISABLED"
	enabledAll = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
)

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
