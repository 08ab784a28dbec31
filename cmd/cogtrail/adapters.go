package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/object"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/deliver"
	"github.com/cogtrail/cogtrail/internal/trail/history"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Services reach each other through interfaces that the user of a service
// declares. The types of this file satisfy them.

const (
	sweepEvery = time.Minute
	sealEvery  = time.Second
	cloudTrail = "cloudtrail.amazonaws.com"
)

// every runs small upkeep in its own transaction, now and then.
func (b *builder) every(name string, d time.Duration, do func(store.Tx) error) {
	b.repeat(name, d, func(ctx context.Context) error { return b.engines.state.Update(ctx, do) })
}

// repeat runs upkeep that manages its own transactions, now and then.
func (b *builder) repeat(name string, d time.Duration, do func(context.Context) error) {
	b.bg = append(b.bg, background{name, func(ctx context.Context) error {
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				if err := do(ctx); err != nil && ctx.Err() == nil {
					b.log.Warn("upkeep failed; it will be tried again", "what", name, "error", err)
				}
			}
		}
	}})
}

// daily runs upkeep that manages its own transactions, at the start and once a day.
func (b *builder) daily(name string, do func(context.Context) error) {
	b.bg = append(b.bg, background{name, func(ctx context.Context) error {
		tick := time.NewTicker(24 * time.Hour)
		defer tick.Stop()
		for {
			if err := do(ctx); err != nil && ctx.Err() == nil {
				b.log.Warn("upkeep failed; it will be tried again tomorrow", "what", name, "error", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}})
}

// vaultRow remembers which master key sealed the data.
type vaultRow struct{ KeyID string }

var vaults = store.Table[vaultRow]{Name: "vault", Key: func(*vaultRow) store.Key { return store.K("current") }}

// openVault loads the master key and refuses one that did not seal this data.
func openVault(ctx context.Context, s *server) (*secret.Vault, error) {
	var command []string
	if text := s.getenv("COGTRAIL_MASTER_KEY_COMMAND"); text != "" {
		command = strings.Fields(text)
	}
	key, from, err := secret.Load(ctx, secret.Source{Getenv: s.getenv, Command: command, Dir: s.config.Data})
	if err != nil {
		return nil, fmt.Errorf("load master key: %w", err)
	}
	v := secret.NewVault(key)
	s.log.Debug("master key", "from", string(from), "id", v.KeyID())
	err = s.engines.state.Update(ctx, func(tx store.Tx) error {
		row, err := vaults.Get(tx, store.K("current"))
		if errors.Is(err, store.ErrNotFound) {
			return vaults.Put(tx, &vaultRow{v.KeyID()})
		}
		if err != nil {
			return err
		}
		return v.CheckKey(row.KeyID)
	})
	if err != nil {
		return nil, fmt.Errorf("check master key: %w", err)
	}
	return v, nil
}

// identities is IAM as the gateway asks it.
type identities struct{ iam *iam.Service }

func (i identities) Identify(tx store.Tx, accessKeyID string) (*gateway.Identity, error) {
	c, err := i.iam.Identify(tx, accessKeyID)
	if err != nil {
		return nil, err
	}
	return &gateway.Identity{
		Principal: c.Principal, Secret: c.Secret, Temporary: c.Temporary, TokenValid: c.TokenValid, Expires: c.Expires,
		Policies: eval.Policies{Identity: c.Identity, Session: c.Session, HasSession: len(c.Session) > 0},
	}, nil
}

// messages is the mailbox as user pools ask it.
type messages struct{ box *mailbox.Mailbox }

func (m messages) Send(tx store.Tx, x userpool.Message) error {
	return m.box.Post(tx, mailbox.Message{
		Account: x.Account, Region: x.Region, UserPoolID: string(x.Pool), Medium: x.Medium, Trigger: x.Occasion,
		Destination: x.Destination, Subject: x.Subject, Body: x.Body, Time: x.Time, SMSRegion: x.SMSRegion,
		Expires: x.Expires, Stays: x.Stays, Nobody: x.Nobody,
	})
}

// historyReader is the segment store as LookupEvents asks it.
type historyReader struct{ segments *segment.Store }

func (h historyReader) Lookup(ctx context.Context, q history.Query) ([]history.Found, []byte, error) {
	req := segment.LookupRequest{
		Account: q.Account, Region: q.Region, Attribute: segment.Attribute(q.Key), Value: q.Value,
		From: q.From.UnixMilli(), To: q.To.UnixMilli(), Limit: q.Limit,
	}
	if len(q.After) > 0 {
		req.After = new(segment.Position)
		if err := json.Unmarshal(q.After, req.After); err != nil {
			return nil, nil, fmt.Errorf("decode position: %w", err)
		}
	}
	res, err := h.segments.Lookup(ctx, req)
	if err != nil {
		return nil, nil, err
	}
	found := make([]history.Found, len(res.Rows))
	for i := range res.Rows {
		message := res.Rows[i].Message
		found[i].Record = message
		found[i].Username, _ = segment.Username(message)
		for _, r := range segment.Resources(message) {
			found[i].Resources = append(found[i].Resources, history.Resource(r))
		}
	}
	var next []byte
	if res.More && len(res.Rows) > 0 {
		if next, err = json.Marshal(res.Rows[len(res.Rows)-1].Position()); err != nil {
			return nil, nil, err
		}
	}
	return found, next, nil
}

// router and settler are trail delivery as the drainer asks it.
type router struct {
	delivery *deliver.Delivery
	clock    *clock
}

func (r router) Route(ctx context.Context, rec drain.Record) ([]segment.Row, error) {
	copies, err := r.delivery.Route(ctx, deliver.Record{Account: rec.Account, Region: rec.Region, EventID: rec.EventID, Data: rec.Data})
	if err != nil || len(copies) == 0 {
		return nil, err
	}
	now := r.clock.Now().UnixMilli()
	rows := make([]segment.Row, len(copies))
	for i, c := range copies {
		rows[i] = segment.Row{Account: c.Account, Region: c.Region, Group: c.Group, Stream: c.Stream, Time: now, Ingested: now, ID: c.EventID, Message: c.Message}
	}
	return rows, nil
}

type settler struct{ delivery *deliver.Delivery }

func (s settler) Settle(tx store.Tx, batch drain.Batch) error {
	records := make([]deliver.Record, len(batch.Records))
	for i, r := range batch.Records {
		records[i] = deliver.Record{Account: r.Account, Region: r.Region, EventID: r.EventID, Data: r.Data}
	}
	return s.delivery.Settle(tx, records)
}

// logBucket is S3 as trail delivery asks it.
type logBucket struct{ w *object.Writer }

func (l logBucket) PutLog(ctx context.Context, o deliver.Object) error {
	headers := map[string]string{"content-type": "application/json", "content-encoding": "gzip", "x-amz-acl": "bucket-owner-full-control"}
	for k, v := range o.Metadata {
		headers["x-amz-meta-"+k] = v
	}
	err := l.w.Put(ctx, object.Write{
		Service: cloudTrail, Bucket: o.Bucket, Key: o.Key, Data: o.Body, Headers: headers,
		Conditions: map[string]string{"aws:SourceArn": o.TrailARN, "aws:SourceAccount": o.Account},
	})
	switch {
	case errors.Is(err, object.ErrNoBucket):
		return s3Fault{"NoSuchBucket", err}
	case errors.Is(err, object.ErrDenied):
		return s3Fault{"AccessDenied", err}
	default:
		return err
	}
}

// s3Fault carries S3's error code into the trail's status.
type s3Fault struct {
	code string
	err  error
}

func (f s3Fault) Error() string { return f.code + ": " + f.err.Error() }
func (f s3Fault) Unwrap() error { return f.err }
func (f s3Fault) Code() string  { return f.code }

// targets checks where trails deliver to.
type targets struct{ b *builder }

func (t targets) CheckBucket(tx store.Tx, account, trailARN, bucket, prefix string) error {
	w := t.b.objects.Writer()
	cond := map[string]string{"aws:SourceArn": trailARN, "aws:SourceAccount": account}
	key := "AWSLogs/" + account + "/"
	if prefix != "" {
		key = prefix + "/" + key
	}
	err := w.CheckACL(tx, cloudTrail, bucket, cond)
	if err == nil {
		cond["s3:x-amz-acl"] = "bucket-owner-full-control"
		err = w.Check(tx, cloudTrail, bucket, key+"CloudTrail/", cond)
	}
	switch {
	case errors.Is(err, object.ErrNoBucket):
		return trail.ErrNoBucket
	case errors.Is(err, object.ErrDenied):
		return trail.ErrBucketPolicy
	default:
		return err
	}
}

func (t targets) CheckLogGroup(tx store.Tx, account, region, groupARN, roleARN string) error {
	a, err := arn.Parse(groupARN)
	if err != nil || a.Service != "logs" || a.Account != account || a.Region != region || !strings.HasPrefix(a.Resource, "log-group:") {
		return trail.ErrGroup
	}
	name := strings.TrimSuffix(strings.TrimPrefix(a.Resource, "log-group:"), ":*")
	if ok, err := logs.GroupExists(tx, account, region, name); err != nil || !ok {
		return errors.Join(err, trail.ErrGroup)
	}
	r, err := arn.Parse(roleARN)
	if err != nil || r.Service != "iam" || r.Account != account || !strings.HasPrefix(r.Resource, "role/") {
		return trail.ErrTrust
	}
	role, err := t.b.iam.Role(tx, r)
	if errors.Is(err, store.ErrNotFound) {
		return trail.ErrTrust
	}
	if err != nil {
		return err
	}
	now := t.b.clock.Now()
	if ok, err := trusts(role, roleARN, trustFacts(now, region, account, "")); err != nil || !ok {
		return errors.Join(err, trail.ErrTrust)
	}
	stream := "arn:aws:logs:" + region + ":" + account + ":log-group:" + name + ":log-stream:" + account + "_CloudTrail_" + region
	docs, err := t.b.iam.RolePolicies(tx, account, role.Name)
	if err != nil {
		return err
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		session := principal.RoleSession(account, role.Path, role.Name, role.ID, "CLOUDTRAIL", "", principal.Session{})
		if !eval.Decide(&eval.Request{Principal: session, Action: action, Resource: stream, ResourceAccount: account, Context: serviceFacts(now, region)}, &eval.Policies{Identity: docs}).Allowed {
			return trail.ErrPermission
		}
	}
	return nil
}

// trusts tells whether a role lets CloudTrail assume it.
func trusts(role *iam.Trust, roleARN string, facts condition.Context) (bool, error) {
	doc, err := policy.Parse(role.Policy, policy.Trust)
	if err != nil {
		return false, fmt.Errorf("parse trust policy: %w", err)
	}
	d := eval.Decide(&eval.Request{
		Principal: principal.Service(cloudTrail), Action: "sts:AssumeRole", Resource: roleARN, ResourceAccount: role.Account,
		NeedsResourcePolicy: true, Context: facts,
	}, &eval.Policies{Resource: []*policy.Document{doc}})
	return d.Allowed, nil
}
