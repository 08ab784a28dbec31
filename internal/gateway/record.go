package gateway

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// record is step 8: it appends the call's record to its own transaction, or what the call still owes with the record's draft.
func (x *exchange) record() error {
	if !x.owned {
		return x.unchanged()
	}
	events := x.events()
	if x.err == nil && len(x.call.Following()) > 0 {
		return x.owe(events)
	}
	for _, e := range events {
		x.call.Tx.Append(store.Record{
			Kind: store.AuditRecord, Account: e.Account, Region: e.Region, ID: e.ID, Data: x.g.Encoder.Append(make([]byte, 0, 1024), &e),
		})
	}
	return nil
}

// events are the call's record and its copies for other accounts.
func (x *exchange) events() []audit.Event {
	s, o := x.match.Service, x.match.Operation
	e := audit.Event{
		Caller: x.caller, Time: x.g.Clock.Now(), Source: s.EventSource, Name: o.Recorded(), Region: x.call.Region,
		SourceIP: x.sourceIP, UserAgent: x.r.UserAgent(), Request: x.tree, RequestID: x.requestID, ID: uuid.NewString(),
		ReadOnly: o.ReadOnly, Type: audit.APICall, Category: o.Category, Account: x.call.Account, TLS: TLSDetails(x.r),
		Builder: x.call.Record,
	}
	if o.ResourceType != "" {
		x.recordResource()
	}
	if x.op != nil && x.op.Endpoint != nil {
		x.recordEndpoint(&e)
		return e.Shared(x.owners...)
	}
	if s.RecordHTTP {
		x.recordHTTP(&e)
	}
	if x.err != nil {
		shown := x.shown(x.err)
		e.ErrorCode, e.ErrorMessage = shown.Code, cmp.Or(shown.Recorded, shown.Message)
	} else if !o.ReadOnly || o.KeepResponse {
		e.Response = x.out
	}
	return e.Shared(x.owners...)
}

// recordEndpoint makes the record of a request to a user pool's domain: the service's own, for the pool's owner. How it ended shows in
// its status alone.
func (x *exchange) recordEndpoint(e *audit.Event) {
	end := *x.op.Endpoint
	if end.Status = x.match.Operation.Status; x.err != nil {
		end.Status = x.shown(x.err).Status
	}
	e.Caller, e.Type, e.TLS, e.Endpoint = principal.OfAccount(x.call.Account, ""), audit.ServiceEvent, nil, &end
}

// recordResource makes sure that the record of a data event names its resource. Its
// account is left out where that is not known yet.
func (x *exchange) recordResource() {
	r := audit.Resource{Account: x.resident, Type: x.match.Operation.ResourceType}
	if r.Account == "" && (x.op == nil || x.op.ResourceOwner == nil) {
		r.Account = x.call.Account
	}
	if x.tree != nil {
		r.ARN = x.resource()
	}
	if r.ARN == "*" {
		r.ARN = "" // its kind is all there is to say
	}
	if x.match.Service.RecordHTTP && r.ARN != "" && !strings.Contains(x.match.Operation.Resource, "{Key}") {
		r.ARN, r.Prefix = r.ARN+"/", true // what is done to a bucket's objects as a whole
	}
	x.call.Record.Default(r)
}

// recordHTTP adds what S3's records show of the request itself. [S3: CloudTrail log
// file entries]
func (x *exchange) recordHTTP(e *audit.Event) {
	e.Parameters = append(slices.Clip(x.match.Operation.Flags), schema.Parameter{Name: "Host", Value: x.r.Host})
	version, method := "", ""
	switch {
	case x.sig != nil && x.sig.Presigned:
		version, method = "SigV4", "QueryString"
	case x.sig != nil:
		version, method = "SigV4", "AuthHeader"
	case x.older != nil:
		version, method = "SigV2", "QueryString"
	default:
		return
	}
	x.call.Record.Extra("SignatureVersion", version)
	x.call.Record.Extra("AuthenticationMethod", method)
}

// TLSDetails are a record's tlsDetails, nil without TLS.
func TLSDetails(r *http.Request) *audit.TLS {
	s := r.TLS
	if s == nil {
		return nil
	}
	version := map[uint16]string{tls.VersionTLS12: "TLSv1.2", tls.VersionTLS13: "TLSv1.3"}[s.Version]
	return &audit.TLS{Version: version, CipherSuite: tls.CipherSuiteName(s.CipherSuite), HostHeader: r.Host}
}

// shown is the error as the caller and the record see it: the modelled error,
// or an internal one that tells nothing.
func (x *exchange) shown(err error) *schema.Error {
	var e *schema.Error
	if errors.As(err, &e) {
		return e
	}
	return internalError(x.match.Service)
}
