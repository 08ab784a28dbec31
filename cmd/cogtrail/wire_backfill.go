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

	apilogs "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/backfill"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// backfill is the endpoint of cogtrail import.
func (b *builder) backfill(d *drain.Drainer) http.Handler {
	o, ok := b.models["logs"].Operation("PutLogEvents")
	if !ok {
		panic("BUG: CloudWatch Logs has no operation PutLogEvents")
	}
	append := func(tx store.Tx, s backfill.Stored) error {
		batch := drain.LogBatch{Group: s.Group, Stream: s.Stream, Ingested: s.Ingested, Events: make([]drain.LogEvent, len(s.Times))}
		for i, at := range s.Times {
			batch.Events[i] = drain.LogEvent{Time: at, Message: s.Messages[i]}
		}
		tx.Append(store.Record{Kind: store.LogEvents, Account: s.Account, Region: s.Region, ID: uuid.NewString(), Data: batch.Marshal(nil)})
		return b.recordImport(tx, o, s)
	}
	service := &backfill.Service{
		State: b.engines.state, Source: b.engines.segments.Source, Settled: d.WaitSettled, Append: append, Now: b.clock.Now,
	}
	return &importer{service, b.config.Account, b.config.Region, b.log}
}

// recordImport writes what came of an import as a call of the root user, whose key let it in.
func (b *builder) recordImport(tx store.Tx, o *schema.Operation, s backfill.Stored) error {
	in, err := schema.Unbind(&apilogs.PutLogEventsInput{LogGroupName: s.Group, LogStreamName: s.Stream}, o.Input)
	if err != nil {
		return fmt.Errorf("record of an import: %w", err)
	}
	ev := &audit.Event{
		Caller: principal.RootOf(s.Account, b.root.ID), Time: b.clock.Now(), Source: o.Service.EventSource, Name: o.Recorded(), Region: s.Region,
		SourceIP: "cogtrail", UserAgent: "cogtrail import", Request: in, RequestID: uuid.NewString(), ID: uuid.NewString(), ReadOnly: o.ReadOnly,
		Type: audit.APICall, Category: o.Category, Account: s.Account, Builder: &audit.Builder{},
	}
	ev.Builder.AddResource(s.Account, logs.ResourceType, arn.LogGroup(s.Region, s.Account, s.Group))
	tx.Append(store.Record{Kind: store.AuditRecord, Account: s.Account, Region: s.Region, ID: ev.ID, Data: b.encoder.Append(nil, ev)})
	return nil
}

// importer is the service behind HTTP.
type importer struct {
	service         *backfill.Service
	account, region string // by default
	log             *slog.Logger
}

// ServeHTTP takes one batch: a plain or gzipped body of records.
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
	out, err := i.service.Import(r.Context(), to, http.MaxBytesReader(w, r.Body, backfill.MaxBytes))
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

func (i *importer) answer(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"error":"answer not encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw) // the client went away: nothing to do
}
