package main

import (
	"context"
	"errors"
	"fmt"

	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/logs/schedule"
	"github.com/cogtrail/cogtrail/internal/object"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

const cloudWatchLogs = "logs.amazonaws.com"

// scheduledQueries run queries by the clock, as roles of their accounts.
func (b *builder) scheduledQueries(queries *insight.Service) {
	s := &schedule.Service{State: b.engines.state, Tokens: b.vault, Queries: queries, Buckets: resultBuckets{b}, Role: b.queryRole, Now: b.clock.Now}
	b.ops = append(b.ops, apilogs.ScheduleOps(b.models["logs"], s)...)
	b.jobs[schedule.JobKind] = s.Run
	b.jobs[schedule.DeliveryJobKind] = s.Deliver
	b.givenUp[schedule.DeliveryJobKind] = s.DeliveryGivenUp
}

// errTrust says that CloudWatch Logs may not assume a role.
var errTrust = errors.New("CloudWatch Logs may not assume the role")

// logsRole returns the session of a role that CloudWatch Logs assumes for a scheduled query, an ARN, with its policies. A role that does not
// let it is errTrust, wrapped.
func (b *builder) logsRole(tx store.Tx, account, region, query, name string) (p principal.Principal, docs []*policy.Document, err error) {
	trust := fmt.Errorf("%w %s", errTrust, name)
	a, err := arn.Parse(name)
	if err != nil || a.Account != account {
		return p, nil, trust
	}
	role, err := b.iam.Role(tx, a)
	if errors.Is(err, store.ErrNotFound) {
		return p, nil, trust
	}
	if err != nil {
		return p, nil, err
	}
	doc, err := policy.Parse(role.Policy, policy.Trust)
	if err != nil {
		return p, nil, fmt.Errorf("parse trust policy: %w", err)
	}
	if !eval.Decide(&eval.Request{
		Principal: principal.Service(cloudWatchLogs), Action: "sts:AssumeRole", Resource: name, ResourceAccount: role.Account,
		NeedsResourcePolicy: true, Context: trustFacts(b.clock.Now(), region, account, query),
	}, &eval.Policies{Resource: []*policy.Document{doc}}).Allowed {
		return p, nil, trust
	}
	if docs, err = b.iam.RolePolicies(tx, account, role.Name); err != nil {
		return p, nil, err
	}
	return principal.RoleSession(role.Account, role.Path, role.Name, role.ID, "ScheduledQuery", "", principal.Session{}), docs, nil
}

// queryRole tells why a role may not run a scheduled query, an ARN, over groups for CloudWatch Logs; nil if it may.
func (b *builder) queryRole(tx store.Tx, account, region, query, name string, groups []string) error {
	session, docs, err := b.logsRole(tx, account, region, query, name)
	if err != nil {
		return err
	}
	for _, g := range groups {
		resource := arn.LogGroup(region, account, g)
		r := &eval.Request{
			Principal: session, Action: "logs:StartQuery", Resource: resource, ResourceAccount: account, Aliases: []string{resource + ":*"},
			Context: serviceFacts(b.clock.Now(), region),
		}
		if !eval.Decide(r, &eval.Policies{Identity: docs}).Allowed {
			return fmt.Errorf("the role %s is not authorized to perform: logs:StartQuery on resource: %s", name, resource)
		}
	}
	return nil
}

// resultBuckets is S3 as scheduled queries deliver to it: a role of their account puts.
type resultBuckets struct{ b *builder }

func (r resultBuckets) write(o schedule.Object) object.Write {
	return object.Write{
		Service: cloudWatchLogs, Owner: o.Owner, Bucket: o.Bucket, Key: o.Key, Data: o.Data, Headers: map[string]string{"content-type": "application/json"},
		As: func(tx store.Tx) (principal.Principal, []*policy.Document, error) {
			return r.b.logsRole(tx, o.Account, o.Region, o.Schedule, o.Role)
		},
	}
}

// Check implements schedule.Buckets.
func (r resultBuckets) Check(tx store.Tx, o schedule.Object) error {
	return resultFault(o, r.b.objects.Writer().Ask(tx, r.write(o)))
}

// Put implements schedule.Buckets.
func (r resultBuckets) Put(ctx context.Context, o schedule.Object) error {
	return resultFault(o, r.b.objects.Writer().Put(ctx, r.write(o)))
}

func resultFault(o schedule.Object, err error) error {
	switch {
	case errors.Is(err, object.ErrNoBucket):
		return schedule.Refusal("The bucket " + o.Bucket + " does not exist.")
	case errors.Is(err, object.ErrDenied):
		return schedule.Refusal("The role " + o.Role + " may not put objects into the bucket " + o.Bucket + ".")
	case errors.Is(err, errTrust):
		return schedule.Refusal(err.Error())
	}
	return err
}
