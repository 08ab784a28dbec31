package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/backfill"
	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/store"
)

// backfill is the endpoint of cogtrail import. Its records are made by the own endpoints it becomes one of.
func (b *builder) backfill(d *drain.Drainer, own *ownapi.API) http.Handler {
	append := func(tx store.Tx, s backfill.Stored) error {
		batch := drain.LogBatch{Group: s.Group, Stream: s.Stream, Ingested: s.Ingested, Events: make([]drain.LogEvent, len(s.Times))}
		for i, at := range s.Times {
			batch.Events[i] = drain.LogEvent{Time: at, Message: s.Messages[i]}
		}
		tx.Append(store.Record{Kind: store.LogEvents, Account: s.Account, Region: s.Region, ID: uuid.NewString(), Data: batch.Marshal(nil)})
		return nil
	}
	service := &backfill.Service{
		State: b.engines.state, Source: b.engines.segments.Source, Settled: d.WaitSettled, Append: append, Now: b.clock.Now,
	}
	return &importer{service, b.config.Account, b.config.Region, own.Record, b.log}
}

// importer is the service behind HTTP.
type importer struct {
	service         *backfill.Service
	account, region string // by default
	record          func(store.Tx, *http.Request, *ownapi.Use)
	log             *slog.Logger
}

// ServeHTTP takes one batch: a plain or gzipped body of records. A request that does not say where they go does nothing and has no
// record.
func (i *importer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	to := backfill.Target{Account: i.account, Region: i.region, Group: q.Get("logGroup"), Stream: q.Get("stream")}
	if v := q.Get("account"); v != "" {
		to.Account = v
	}
	if v := q.Get("region"); v != "" {
		to.Region = v
	}
	if to.Group == "" || !arn.IsAccount(to.Account) || !arn.IsRegion(to.Region) || len(to.Stream) > 512 {
		i.answer(w, http.StatusBadRequest, map[string]string{"error": "want ?logGroup=NAME, and an account and a region that can be"})
		return
	}
	out, err := i.service.Import(r.Context(), to, http.MaxBytesReader(w, r.Body, backfill.MaxBytes), func(tx store.Tx, out backfill.Outcome, refused error) error {
		i.record(tx, r, useOf(to, out, refused))
		return nil
	})
	var large *http.MaxBytesError
	switch {
	case err == nil:
		i.answer(w, http.StatusOK, out)
	case errors.As(err, &large):
		i.answer(w, http.StatusRequestEntityTooLarge, map[string]string{"error": fmt.Sprintf("a batch has at most %d bytes", backfill.MaxBytes)})
	case errors.Is(err, backfill.ErrInput):
		i.answer(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
	case errors.Is(err, backfill.ErrNoGroup):
		i.answer(w, http.StatusNotFound, map[string]string{"error": err.Error()})
	default:
		if !errors.Is(err, context.Canceled) && !errors.Is(err, net.ErrClosed) {
			i.log.Error("import failed", "group", to.Group, "error", err)
		}
		i.answer(w, http.StatusServiceUnavailable, map[string]string{"error": "the batch could not be stored; try again"})
	}
}

// useOf is the record of an import. The text of a refusal may quote what was sent, so the record has its kind alone.
func useOf(to backfill.Target, out backfill.Outcome, refused error) *ownapi.Use {
	u := &ownapi.Use{Name: "ImportRecords", Account: to.Account, Region: to.Region}
	u.Says("logGroupName", to.Group)
	u.Says("logStreamName", to.Stream)
	switch {
	case errors.Is(refused, backfill.ErrNoGroup):
		u.ErrorCode, u.ErrorMessage = "ResourceNotFoundException", backfill.ErrNoGroup.Error()
	case refused != nil:
		u.ErrorCode, u.ErrorMessage = "InvalidParameterException", backfill.ErrInput.Error()
	default:
		u.Builder.Extra("accepted", int64(out.Accepted))
		u.Builder.Extra("duplicates", int64(out.Duplicates))
		u.Builder.Extra("expired", int64(out.Expired))
		u.Builder.AddResource(to.Account, logs.ResourceType, arn.LogGroup(to.Region, to.Account, to.Group))
	}
	return u
}

func (i *importer) answer(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"error":"answer not encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the client went away: nothing to do
}
