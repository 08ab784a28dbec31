package main

import (
	"errors"
	"fmt"

	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/schedule"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

const cloudWatchLogs = "logs.amazonaws.com"

// scheduledQueries run queries by the clock, as roles of their accounts.
func (b *builder) scheduledQueries(queries *insight.Service) {
	s := &schedule.Service{State: b.engines.state, Tokens: b.vault, Queries: queries, Role: b.queryRole, Now: b.clock.Now}
	b.ops = append(b.ops, apilogs.ScheduleOps(b.models["logs"], s)...)
	b.jobs[schedule.JobKind] = s.Run
}

// queryRole tells why a role may not run queries over groups for CloudWatch Logs; nil if it may.
func (b *builder) queryRole(tx store.Tx, account, region, name string, groups []string) error {
	trust := errors.New("CloudWatch Logs may not assume the role " + name)
	a, err := arn.Parse(name)
	if err != nil || a.Account != account {
		return trust
	}
	role, err := b.iam.Role(tx, a)
	if errors.Is(err, store.ErrNotFound) {
		return trust
	}
	if err != nil {
		return err
	}
	doc, err := policy.Parse(role.Policy, policy.Trust)
	if err != nil {
		return fmt.Errorf("parse trust policy: %w", err)
	}
	var c condition.Context
	c.Set("aws:SourceAccount", account)
	if !eval.Decide(&eval.Request{
		Principal: principal.Service(cloudWatchLogs), Action: "sts:AssumeRole", Resource: name, ResourceAccount: role.Account,
		NeedsResourcePolicy: true, Context: c,
	}, &eval.Policies{Resource: []*policy.Document{doc}}).Allowed {
		return trust
	}
	docs, err := b.iam.RolePolicies(tx, account, role.Name)
	if err != nil {
		return err
	}
	session := principal.RoleSession(role.Account, role.Path, role.Name, role.ID, "ScheduledQuery", "", principal.Session{})
	for _, g := range groups {
		resource := arn.LogGroup(region, account, g)
		r := &eval.Request{Principal: session, Action: "logs:StartQuery", Resource: resource, ResourceAccount: account, Aliases: []string{resource + ":*"}}
		if !eval.Decide(r, &eval.Policies{Identity: docs}).Allowed {
			return fmt.Errorf("the role %s is not authorized to perform: logs:StartQuery on resource: %s", name, resource)
		}
	}
	return nil
}
