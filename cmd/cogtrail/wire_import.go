package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment"
	"github.com/cogtrail/cogtrail/internal/userpool/userimport"
)

const (
	cognito = "cognito-idp.amazonaws.com"
	// importPath takes the files of imports. No bucket has such a name.
	importPath = "/_userimport/users.csv"
	// importIdle is how long a client may pause while it sends a file, importTime how long it may take.
	importIdle  = 30 * time.Second
	importTime  = 15 * time.Minute
	importSweep = 10 * time.Minute
)

// imports is what imports of users depend on.
func (b *builder) imports() userimport.Deps {
	return userimport.Deps{
		State: b.engines.state, Blobs: b.engines.blob, Logs: importLogs{b.iam, b.models["logs"], b.encoder, b.clock.Now}, Now: b.clock.Now,
		URL: b.config.PublicURL + importPath,
	}
}

// importUsers runs imports and serves the path that takes their files.
func (b *builder) importUsers(s *userimport.Service) {
	b.jobs[userimport.JobKind] = s.Run
	b.repeat("imports of users", importSweep, s.Sweep)
	b.uploads = &uploads{s.Upload, b.log}
}

// importLogs is CloudWatch Logs as imports of users ask it: a role of the account writes.
type importLogs struct {
	iam     *iam.Service
	api     *schema.Service // CloudWatch Logs
	encoder *audit.Encoder
	now     func() time.Time
}

// Check implements userimport.Logs.
func (l importLogs) Check(tx store.Tx, at userimport.Place) error {
	_, _, err := l.check(tx, at)
	return err
}

// check also returns the role at work, and whether the log group exists; if not, the role may make it.
func (l importLogs) check(tx store.Tx, at userimport.Place) (session principal.Principal, exists bool, err error) {
	a, err := arn.Parse(at.Role)
	if err != nil || a.Account != at.Account {
		return session, false, userimport.ErrTrust
	}
	role, err := l.iam.Role(tx, a)
	if errors.Is(err, store.ErrNotFound) {
		return session, false, userimport.ErrTrust
	}
	if err != nil {
		return session, false, err
	}
	trust, err := policy.Parse(role.Policy, policy.Trust)
	if err != nil {
		return session, false, fmt.Errorf("parse trust policy: %w", err)
	}
	if !eval.Decide(&eval.Request{
		Principal: principal.Service(cognito), Action: "sts:AssumeRole", Resource: at.Role, ResourceAccount: role.Account,
		NeedsResourcePolicy: true, Context: trustFacts(l.now(), at.Region, at.Account, at.Pool),
	}, &eval.Policies{Resource: []*policy.Document{trust}}).Allowed {
		return session, false, userimport.ErrTrust
	}
	if exists, err = logs.GroupExists(tx, at.Account, at.Region, at.Group); err != nil {
		return session, false, err
	}
	docs, err := l.iam.RolePolicies(tx, at.Account, role.Name)
	if err != nil {
		return session, false, err
	}
	group, stream := arn.LogGroup(at.Region, at.Account, at.Group), arn.LogStream(at.Region, at.Account, at.Group, at.Stream)
	session = principal.RoleSession(role.Account, role.Path, role.Name, role.ID, "CognitoUserImport", "", principal.Session{})
	for action, resource := range map[string]string{"logs:CreateLogGroup": group, "logs:CreateLogStream": stream, "logs:PutLogEvents": stream} {
		if exists && resource == group {
			continue
		}
		r := &eval.Request{Principal: session, Action: action, Resource: resource, ResourceAccount: at.Account, Context: serviceFacts(l.now(), at.Region)}
		if resource == group {
			r.Aliases = []string{group + ":*"}
		}
		if !eval.Decide(r, &eval.Policies{Identity: docs}).Allowed {
			return session, false, userimport.ErrPermission
		}
	}
	return session, exists, nil
}

// Write implements userimport.Logs.
func (l importLogs) Write(tx store.Tx, at userimport.Place, now time.Time, lines []string) error {
	session, exists, err := l.check(tx, at)
	if err != nil {
		return err
	}
	ms := now.UnixMilli()
	if !exists {
		g := &logs.Group{Account: at.Account, Region: at.Region, Name: at.Group, ID: uuid.NewString(), Created: ms, Class: "STANDARD"}
		if err := logs.Groups.Insert(tx, g); err != nil {
			return fmt.Errorf("new log group: %w", err)
		}
		if err := segment.SetRetention(tx, at.Account, at.Region, at.Group, 0); err != nil {
			return fmt.Errorf("retention of log group: %w", err)
		}
		if err := l.record(tx, session, at, now, "CreateLogGroup", &apilogs.CreateLogGroupInput{LogGroupName: at.Group}); err != nil {
			return err
		}
	}
	g, err := logs.FindGroup(tx, at.Account, at.Region, at.Group)
	if err != nil {
		return err
	}
	switch _, err := logs.AddStream(tx, g, at.Stream, ms); {
	case err == nil:
		in := &apilogs.CreateLogStreamInput{LogGroupName: at.Group, LogStreamName: at.Stream}
		if err := l.record(tx, session, at, now, "CreateLogStream", in); err != nil {
			return err
		}
	case !errors.Is(err, store.ErrExists):
		return fmt.Errorf("new log stream: %w", err)
	}
	batch := drain.LogBatch{Group: at.Group, Stream: at.Stream, Ingested: ms, Events: make([]drain.LogEvent, len(lines))}
	for i, line := range lines {
		batch.Events[i] = drain.LogEvent{Time: ms, Message: []byte(line)}
	}
	tx.Append(store.Record{Kind: store.LogEvents, Account: at.Account, Region: at.Region, ID: uuid.NewString(), Data: batch.Marshal(nil)})
	return nil
}

// record writes what the role did, as if it had called.
func (l importLogs) record(tx store.Tx, session principal.Principal, at userimport.Place, now time.Time, operation string, input any) error {
	o, ok := l.api.Operation(operation)
	if !ok {
		return fmt.Errorf("BUG: CloudWatch Logs has no operation %s", operation)
	}
	in, err := schema.Unbind(input, o.Input)
	if err != nil {
		return fmt.Errorf("record of %s: %w", operation, err)
	}
	ev := &audit.Event{
		Caller: session, Time: now, Source: o.Service.EventSource, Name: o.Recorded(), Region: at.Region, SourceIP: cognito, UserAgent: cognito,
		Request: in, RequestID: uuid.NewString(), ID: uuid.NewString(), ReadOnly: o.ReadOnly, Type: audit.APICall, Category: o.Category,
		Account: at.Account, Builder: &audit.Builder{},
	}
	ev.Builder.AddResource(at.Account, logs.ResourceType, arn.LogGroup(at.Region, at.Account, at.Group))
	tx.Append(store.Record{Kind: store.AuditRecord, Account: at.Account, Region: at.Region, ID: ev.ID, Data: l.encoder.Append(nil, ev)})
	return nil
}

// uploads takes the files of imports, as the bucket behind Cognito's URL does: a PUT, and errors as S3 writes them.
type uploads struct {
	take func(ctx context.Context, q url.Values, body io.Reader, size int64) (etag string, err error)
	log  *slog.Logger
}

// ServeHTTP implements http.Handler.
func (u *uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		w.Header().Set("Allow", http.MethodPut)
		u.refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), importTime)
	defer cancel()
	etag, err := u.take(ctx, r.URL.Query(), &paused{r.Body, http.NewResponseController(w), ctx}, r.ContentLength)
	switch {
	case err == nil:
		w.Header().Set("ETag", `"`+etag+`"`)
		w.WriteHeader(http.StatusOK)
	case errors.Is(err, userimport.ErrSignature):
		u.refuse(w, http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	case errors.Is(err, userimport.ErrExpired):
		u.refuse(w, http.StatusForbidden, "AccessDenied", "Request has expired")
	case errors.Is(err, userimport.ErrClosed):
		u.refuse(w, http.StatusForbidden, "AccessDenied", "Access Denied")
	case errors.Is(err, userimport.ErrTooLarge):
		u.refuse(w, http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
	case errors.Is(err, userimport.ErrTooMany), errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrConflict):
		u.refuse(w, http.StatusServiceUnavailable, "SlowDown", "Please reduce your request rate.")
	default:
		if ctx.Err() == nil {
			u.log.Warn("file of an import not taken", "error", err)
		}
		u.refuse(w, http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
	}
}

func (u *uploads) refuse(w http.ResponseWriter, status int, code, message string) {
	type fault struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}
	raw, err := xml.Marshal(fault{Code: code, Message: message})
	if err != nil {
		raw = nil // cannot be: two texts
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Connection", "close") // the rest of the body is not read
	w.WriteHeader(status)
	_, _ = w.Write(append([]byte(xml.Header), raw...)) // the client went away: nothing to do
}

// paused bounds how long a client may be silent while it sends a file, and how long it may take.
type paused struct {
	r       io.Reader
	control *http.ResponseController
	ctx     context.Context
}

// Read implements io.Reader.
func (p *paused) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	_ = p.control.SetReadDeadline(time.Now().Add(importIdle)) // a recorder of tests has no deadlines
	n, err := p.r.Read(b)
	_ = p.control.SetReadDeadline(time.Time{})
	return n, err
}
