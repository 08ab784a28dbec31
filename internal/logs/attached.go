package logs

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
)

// ResourcePolicy lets services and other accounts use log groups: all of the
// account and Region, or the one of ResourceARN.
type ResourcePolicy struct {
	Account, Region string
	// Name is that of a policy of the account; ResourceARN that of the group, without
	// ":*". One of them is empty.
	Name        string `json:",omitempty"`
	ResourceARN string `json:",omitempty"`
	Document    string
	Revision    string
	Updated     int64 // milliseconds since 1970 UTC
}

// ResourcePolicies are keyed so that those of the account come first.
var ResourcePolicies = store.Table[ResourcePolicy]{
	Name: "logs.resourcepolicies",
	Key:  func(p *ResourcePolicy) store.Key { return store.K(p.Account, p.Region, p.ResourceARN, p.Name) },
}

// Protection is a group's data protection policy.
type Protection struct {
	Account, Region, Group string
	Document               string
	Updated                int64 // milliseconds since 1970 UTC
}

// Protections are keyed by the group's name.
var Protections = store.Table[Protection]{
	Name: "logs.protections",
	Key:  func(p *Protection) store.Key { return store.K(p.Account, p.Region, p.Group) },
}

// DataProtectionPolicy is the type of the account's policies that mask events.
const DataProtectionPolicy = "DATA_PROTECTION_POLICY"

// AccountPolicy acts on all groups of an account and Region.
type AccountPolicy struct {
	Account, Region string
	Type, Name      string
	Document        string
	Updated         int64 // milliseconds since 1970 UTC
}

// AccountPolicies are keyed so that those of one type follow each other.
var AccountPolicies = store.Table[AccountPolicy]{
	Name: "logs.accountpolicies",
	Key:  func(p *AccountPolicy) store.Key { return store.K(p.Account, p.Region, p.Type, p.Name) },
}

// DropAttached removes what belongs to a group and goes with it: its filters and
// its policies.
func DropAttached(tx store.Tx, g *Group) error {
	under := store.K(g.Account, g.Region, g.Name)
	if err := drop(tx, &Filters, under); err != nil {
		return fmt.Errorf("metric filters of log group: %w", err)
	}
	if err := drop(tx, &Subscriptions, under); err != nil {
		return fmt.Errorf("subscription filters of log group: %w", err)
	}
	if err := DropLane(tx, under); err != nil {
		return err
	}
	if err := drop(tx, &Protections, under); err != nil {
		return fmt.Errorf("data protection policy of log group: %w", err)
	}
	if err := drop(tx, &ResourcePolicies, store.K(g.Account, g.Region, g.ARN())); err != nil {
		return fmt.Errorf("resource policy of log group: %w", err)
	}
	return nil
}

// drop removes the rows whose keys begin with under.
func drop[R any](tx store.Tx, t *store.Table[R], under store.Key) error {
	var rows []*R
	for r, err := range t.Scan(tx, under, nil) {
		if err != nil {
			return err
		}
		rows = append(rows, r)
	}
	for _, r := range rows {
		if err := t.Remove(tx, r); err != nil {
			return err
		}
	}
	return nil
}
