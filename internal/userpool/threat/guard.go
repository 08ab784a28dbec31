package threat

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/risk"
)

// Types of events.
const (
	SignIn         = "SignIn"
	SignUp         = "SignUp"
	ForgotPassword = "ForgotPassword"
	PasswordChange = "PasswordChange"
	ResendCode     = "ResendCode"
)

// Responses of events.
const (
	pass       = "Pass"
	fail       = "Fail"
	inProgress = "InProgress"
)

// Decisions about events.
const (
	noRisk   = "NoRisk"
	takeover = "AccountTakeover"
	blocked  = "Block"
)

const (
	password = "Password"
	mfa      = "Mfa"
	success  = "Success"
	failure  = "Failure"
)

// Guard is threat protection of all pools. Its fields are set once.
type Guard struct {
	Realm *userpool.Realm
	// Passwords are those that are no secret any more.
	Passwords *Passwords
	// Emit adds a value to a metric, in the transaction of what it measures; nil counts nothing.
	Emit func(tx store.Tx, account, region, namespace, name string, dimensions map[string]string, unit string, at time.Time, value float64) error
	// Logs takes what pools deliver to log groups.
	Logs logdelivery.Writer
	// FeedbackURL is the page of the links in notices, without a query.
	FeedbackURL string
}

// Protected tells whether a pool has threat protection. [Cognito: feature plans]
func Protected(p *userpool.Pool) bool {
	a := p.Settings.UserPoolAddOns
	return a != nil && a.AdvancedSecurityMode != "OFF" && p.Settings.UserPoolTier != nil && *p.Settings.UserPoolTier == "PLUS"
}

// Watch looks at one call of a user of a protected pool. A nil Watch, that of any other pool, does nothing.
type Watch struct {
	guard    *Guard
	c        *op.Call
	pool     *userpool.Pool
	client   *userpool.Client
	place    userpool.Place
	enforced bool
	settings *cognitoidp.RiskConfigurationType // nil before it was read
}

// Watch begins to look at a call.
func (g *Guard) Watch(c *op.Call, p *userpool.Pool, client *userpool.Client, from Source) *Watch {
	if g == nil || !Protected(p) {
		return nil
	}
	return &Watch{guard: g, c: c, pool: p, client: client, place: from(), enforced: p.Settings.UserPoolAddOns.AdvancedSecurityMode == "ENFORCED"}
}

// Custom is the watch of a sign-in that functions lead. It has a mode of its own, and without one there is no watch. (inferred)
func (w *Watch) Custom() *Watch {
	if w == nil {
		return nil
	}
	f := w.pool.Settings.UserPoolAddOns.AdvancedSecurityAdditionalFlows
	if f == nil || f.CustomAuthMode == nil {
		return nil
	}
	own := *w
	own.enforced = *f.CustomAuthMode == "ENFORCED"
	return &own
}

// configuration is the client's, or else the pool's, or else empty.
func (w *Watch) configuration() (*cognitoidp.RiskConfigurationType, error) {
	if w.settings != nil {
		return w.settings, nil
	}
	for _, client := range []string{string(w.client.ID), ""} {
		row, err := risk.Configurations.Get(w.c.Tx, w.pool.Key(client))
		if err == nil {
			w.settings = &row.Settings
			return w.settings, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return nil, fmt.Errorf("read risk configuration: %w", err)
		}
	}
	w.settings = &cognitoidp.RiskConfigurationType{}
	return w.settings, nil
}

// listed tells whether the address of the call is within one of the ranges that the configuration lists.
func (w *Watch) listed(pick func(*cognitoidp.RiskExceptionConfigurationType) []string) (bool, error) {
	set, err := w.configuration()
	if err != nil || set.RiskExceptionConfiguration == nil {
		return false, err
	}
	a, err := netip.ParseAddr(w.place.Address)
	if err != nil {
		return false, nil // nobody said whence the user came
	}
	return slices.ContainsFunc(pick(set.RiskExceptionConfiguration), func(text string) bool {
		r, err := netip.ParsePrefix(text)
		return err == nil && r.Contains(a)
	}), nil
}

func (w *Watch) skipped() (bool, error) {
	return w.listed(func(e *cognitoidp.RiskExceptionConfigurationType) []string { return e.SkippedIPRangeList })
}

func (w *Watch) barred() (bool, error) {
	return w.listed(func(e *cognitoidp.RiskExceptionConfigurationType) []string { return e.BlockedIPRangeList })
}

// compromised tells whether a password is known and events of this kind are looked at, and whether that refuses the call.
func (w *Watch) compromised(event, text string) (known, refuse bool, err error) {
	set, err := w.configuration()
	if err != nil {
		return false, false, err
	}
	c := set.CompromisedCredentialsRiskConfiguration
	if c == nil || len(c.EventFilter) > 0 && !slices.Contains(c.EventFilter, event) {
		return false, false, nil
	}
	known, err = w.guard.Passwords.Listed(text)
	return known, known && w.enforced && c.Actions != nil && c.Actions.EventAction == "BLOCK", err
}

// action is what the configuration wants done at a level of risk, nil for nothing.
func (w *Watch) action(level string) (*cognitoidp.AccountTakeoverActionType, error) {
	set, err := w.configuration()
	if err != nil || set.AccountTakeoverRiskConfiguration == nil || set.AccountTakeoverRiskConfiguration.Actions == nil {
		return nil, err
	}
	a := set.AccountTakeoverRiskConfiguration.Actions
	switch level {
	case Low:
		return a.LowAction, nil
	case Medium:
		return a.MediumAction, nil
	case High:
		return a.HighAction, nil
	}
	return nil, nil
}

// event is a new event of somebody.
func (w *Watch) event(kind, who, response string) *userpool.AuthEvent {
	return &userpool.AuthEvent{
		Account: w.pool.Account, Region: w.pool.Region, Pool: w.pool.ID, Sub: who, ID: userpool.NewEventID(w.c.Now), Type: kind, Client: w.client.ID,
		Response: response, Decision: noRisk, Place: w.place, Request: w.c.RequestID,
	}
}

// put writes an event and what the habits learn by it, and delivers it. u is nil for a name that means nobody.
func (w *Watch) put(tx store.Tx, e *userpool.AuthEvent, u *userpool.User, change func(*userpool.Habits)) error {
	h, err := w.guard.Realm.Habits(tx, w.pool, e.Sub)
	if err != nil {
		return err
	}
	if change != nil {
		change(h)
	}
	if err := w.guard.Realm.PutAuthEvent(tx, e, h, u != nil, w.c.Now); err != nil {
		return err
	}
	if u == nil {
		return nil
	}
	return w.guard.deliver(tx, w.pool, e, u.Username, w.c.Now)
}
