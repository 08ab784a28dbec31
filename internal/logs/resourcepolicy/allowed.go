package resourcepolicy

import (
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// The actions that a policy can grant; others are granted to nobody. [CloudWatch Logs: PutResourcePolicy]
const (
	CreateLogStream = "logs:CreateLogStream"
	PutLogEvents    = "logs:PutLogEvents"
)

// Write is what a service wants to do to a log group.
type Write struct {
	Service                string // the principal: events.amazonaws.com
	Account, Region, Group string
	Stream                 string
	// SourceAccount and SourceARN tell for whose resource the service acts, as the
	// condition keys aws:SourceAccount and aws:SourceArn; either may be empty.
	SourceAccount, SourceARN string
}

// Allowed tells whether the policies of the account and those of the group let a
// service do an action. No policy at all means no, and what denies wins.
func Allowed(tx store.Tx, now time.Time, action string, w Write) (bool, error) {
	if action != CreateLogStream && action != PutLogEvents {
		return false, nil
	}
	docs, err := documents(tx, w.Account, w.Region, w.Group)
	if err != nil {
		return false, err
	}
	var keys condition.Context
	eval.Facts{Now: now, Region: w.Region, TLS: true}.Set(&keys)
	for key, value := range map[string]string{"aws:SourceAccount": w.SourceAccount, "aws:SourceArn": w.SourceARN} {
		if value != "" {
			keys.Set(key, value)
		}
	}
	return eval.Decide(&eval.Request{
		Principal: principal.Service(w.Service), Action: action, Resource: arn.LogStream(w.Region, w.Account, w.Group, w.Stream),
		ResourceAccount: w.Account, NeedsResourcePolicy: true, Context: keys,
	}, &eval.Policies{Resource: docs}).Allowed, nil
}

// documents are the policies that apply to a group: all of its account and Region,
// and its own.
func documents(tx store.Tx, account, region, group string) ([]*policy.Document, error) {
	var docs []*policy.Document
	add := func(p *logs.ResourcePolicy) error {
		doc, err := policy.Parse(p.Document, policy.Resource)
		if err != nil {
			return fmt.Errorf("parse resource policy %s%s: %w", p.Name, p.ResourceARN, err)
		}
		docs = append(docs, doc)
		return nil
	}
	for p, err := range logs.ResourcePolicies.Scan(tx, store.K(account, region, ""), nil) {
		if err != nil {
			return nil, fmt.Errorf("resource policies: %w", err)
		}
		if err := add(p); err != nil {
			return nil, err
		}
	}
	own, err := logs.ResourcePolicies.Get(tx, store.K(account, region, arn.LogGroup(region, account, group), ""))
	if errors.Is(err, store.ErrNotFound) {
		return docs, nil
	}
	if err != nil {
		return nil, fmt.Errorf("resource policy of log group: %w", err)
	}
	return docs, add(own)
}
