package object

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// errorOf returns the API's error within err.
func errorOf(err error) (*schema.Error, bool) {
	var e *schema.Error
	ok := errors.As(err, &e)
	return e, ok
}

// entry is a record that this package writes itself.
type entry struct {
	operation string
	caller    principal.Principal
	bucket    *Bucket
	key       string
	region    string
	source    string // address or service name
	agent     string
	request   string // id
	now       time.Time
	input     any
	output    any // nil for none
	fault     *schema.Error
	moved     int64 // bytes in; negative leaves it out
}

// record appends a data event to a transaction.
func (s *Service) record(tx store.Tx, e entry) error {
	o, ok := s.API.Operation(e.operation)
	if !ok {
		return fmt.Errorf("BUG: S3 has no operation %s", e.operation)
	}
	in, err := schema.Unbind(e.input, o.Input)
	if err != nil {
		return fmt.Errorf("record of %s: %w", e.operation, err)
	}
	ev := audit.Event{
		Caller: e.caller, Time: e.now, Source: o.Service.EventSource, Name: o.Recorded(), Region: e.region, SourceIP: e.source, UserAgent: e.agent,
		Request: in, RequestID: e.request, ID: uuid.NewString(), ReadOnly: o.ReadOnly, Type: audit.APICall, Category: o.Category,
		Account: e.caller.Account, Builder: &audit.Builder{},
	}
	switch {
	case e.fault != nil:
		ev.ErrorCode, ev.ErrorMessage = e.fault.Code, e.fault.Message
	case e.output != nil:
		if ev.Response, err = schema.Unbind(e.output, o.Output); err != nil {
			return fmt.Errorf("record of %s: %w", e.operation, err)
		}
	}
	if e.moved >= 0 {
		ev.Builder.Extra("bytesTransferredIn", e.moved)
	}
	ev.Builder.AddResource(e.bucket.Account, typeObject, arn.Object(e.bucket.Name, e.key))
	ev.Builder.AddResource(e.bucket.Account, typeBucket, arn.Bucket(e.bucket.Name))
	var owners []string
	switch {
	case ev.Account == "": // a service, or nobody
		ev.Account = e.bucket.Account
	case ev.Account != e.bucket.Account: // a stranger who was let in
		owners = append(owners, e.bucket.Account)
	}
	for _, c := range ev.Shared(owners...) {
		tx.Append(store.Record{Kind: store.AuditRecord, Account: c.Account, Region: c.Region, ID: c.ID, Data: s.Encoder.Append(nil, &c)})
	}
	return nil
}

// recordDelete writes the record of one key of a DeleteObjects.
func (s *Service) recordDelete(c *op.Call, b *Bucket, key string, fault *schema.Error) error {
	return s.record(c.Tx, entry{
		operation: "DeleteObject", caller: c.Caller, bucket: b, key: key, region: c.Region, source: c.SourceIP, agent: c.UserAgent,
		request: c.RequestID, now: c.Now, input: &s3.DeleteObjectInput{Bucket: b.Name, Key: key}, fault: fault, moved: -1,
	})
}
