package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/subscription"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/object"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
	pooluse "github.com/cogtrail/cogtrail/internal/userpool/usage"
)

// feedbackPath is the page of the links in notices of threat protection. No bucket has such a name.
const feedbackPath = "/_feedback/event"

// threat is threat protection of user pools.
func (b *builder) threat() (threat.Guard, error) {
	g := threat.Guard{Emit: metric.Add, Logs: poolLogs{b.config.Trail.Interval}, FeedbackURL: b.config.PublicURL + feedbackPath}
	path := b.config.Threat.CompromisedPasswords
	if path == "" {
		return g, nil
	}
	var err error
	if g.Passwords, err = threat.OpenPasswords(path); err != nil {
		return g, fmt.Errorf("threat.compromisedPasswords: %w", err)
	}
	return g, nil
}

// followPools follows what user pools do: their use is counted, and messages that were given up stand in their logs.
func (b *builder) followPools(pools *service.Service) {
	b.settlers = append(b.settlers, useSettler{&pooluse.Counter{Realm: pools.Realm, Emit: metric.AddSummary}})
	undelivered := func(tx store.Tx, now time.Time, j job.Job) error {
		m, err := b.mailbox.Opened(j)
		if err != nil || m.UserPoolID == "" {
			return nil // nobody can say whose it was, or it was no user pool's
		}
		details := fmt.Sprintf("%s of %s could not be delivered: %s", m.Medium, m.Trigger, j.LastError)
		return logdelivery.Failed(tx, pools.Realm, poolLogs{b.config.Trail.Interval}, userpool.PoolID(m.UserPoolID), details, now)
	}
	for _, medium := range []string{userpool.MediumEmail, userpool.MediumSMS} {
		b.givenUp[mailbox.JobKind(medium)] = undelivered
	}
}

// useSettler hands the records of a drained batch to the counter of user pools.
type useSettler struct{ counter *pooluse.Counter }

// Settle implements drain.Settler.
func (s useSettler) Settle(tx store.Tx, batch drain.Batch) error {
	records := make([]pooluse.Record, len(batch.Records))
	for i, r := range batch.Records {
		records[i] = pooluse.Record{Account: r.Account, Region: r.Region, Time: r.Time, Data: r.Data}
	}
	return s.counter.Settle(tx, records)
}

// logFiles writes what user pools deliver to buckets, as often as trails do.
func (b *builder) logFiles(pools *service.Service) {
	x := &logdelivery.Exporter{
		State: b.engines.state, Realm: pools.Realm, Buckets: poolBuckets{b}, Streams: poolStreams{b.poster()}, Interval: b.config.Trail.Interval,
		Now: b.clock.Now, Log: b.log,
	}
	b.jobs[logdelivery.JobKind] = x.Run
	b.jobs[logdelivery.StreamJobKind] = x.Run
}

// poolStreams is Firehose as user pools deliver to it: the addresses that subscription filters send to.
type poolStreams struct{ poster *subscription.Poster }

// Knows implements logdelivery.Streams.
func (p poolStreams) Knows(stream string) bool { return p.poster.Knows(stream) }

// Send implements logdelivery.Streams.
func (p poolStreams) Send(ctx context.Context, r logdelivery.Request) error {
	err := p.poster.SendRecords(ctx, r.Stream, r.ID, r.Records, r.Now)
	if errors.Is(err, subscription.ErrRefused) {
		return fmt.Errorf("%w: %w", logdelivery.ErrRefused, err)
	}
	return err
}

// poolBuckets is S3 as user pools deliver to it.
type poolBuckets struct{ b *builder }

// logDelivery is the service that AWS's own logs come from.
const logDelivery = "delivery.logs.amazonaws.com"

func poolConditions(o logdelivery.Object) map[string]string {
	return map[string]string{"aws:SourceArn": "arn:aws:logs:" + o.Region + ":" + o.Account + ":*", "aws:SourceAccount": o.Account}
}

// Check implements logdelivery.Buckets.
func (p poolBuckets) Check(tx store.Tx, o logdelivery.Object) error {
	w, conditions := p.b.objects.Writer(), poolConditions(o)
	err := w.CheckACL(tx, logDelivery, o.Bucket, conditions)
	if err == nil {
		conditions["s3:x-amz-acl"] = ownerFullControl
		err = w.Check(tx, logDelivery, o.Bucket, o.Key, conditions)
	}
	return poolFault(err)
}

// Put implements logdelivery.Buckets.
func (p poolBuckets) Put(ctx context.Context, o logdelivery.Object) error {
	return poolFault(p.b.objects.Writer().Put(ctx, object.Write{
		Service: logDelivery, Bucket: o.Bucket, Key: o.Key, Data: o.Data, Conditions: poolConditions(o),
		Headers: map[string]string{"content-type": "application/octet-stream", "x-amz-acl": ownerFullControl},
	}))
}

func poolFault(err error) error {
	switch {
	case errors.Is(err, object.ErrNoBucket):
		return logdelivery.ErrNoBucket
	case errors.Is(err, object.ErrDenied):
		return logdelivery.ErrDenied
	}
	return err
}

// poolLogs is CloudWatch Logs as user pools deliver to it, and how long what goes to buckets waits.
type poolLogs struct{ interval time.Duration }

// Interval implements logdelivery.Writer.
func (l poolLogs) Interval() time.Duration { return l.interval }

// Write implements logdelivery.Writer.
func (poolLogs) Write(tx store.Tx, account, region, group, stream string, at time.Time, message []byte) error {
	exists, err := logs.GroupExists(tx, account, region, group)
	if err != nil || !exists {
		return err
	}
	ms := at.UnixMilli()
	batch := drain.LogBatch{Group: group, Stream: stream, Ingested: ms, Events: []drain.LogEvent{{Time: ms, Message: message}}}
	tx.Append(store.Record{Kind: store.LogEvents, Account: account, Region: region, ID: uuid.NewString(), Data: batch.Marshal(nil)})
	return nil
}

// feedback is the page of the links in notices. A link only shows what it would say: programs that look at mails follow links too.
// The button says it, by the call UpdateAuthEventFeedback, which leaves its record.
type feedback struct{ calls http.Handler }

var feedbackPage = template.Must(template.New("feedback").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign-in attempt</title></head>
<body><h1>Sign-in attempt</h1>
{{if .Done}}<p>{{.Done}}</p>{{else}}<form method="post"><p>{{if .Valid}}You are about to say that this sign-in was yours.{{else}}You are about to say that this sign-in was not yours.{{end}}</p>
<button>{{if .Valid}}It was me{{else}}It was not me{{end}}</button></form>{{end}}
</body></html>
`))

// ServeHTTP implements http.Handler.
func (f *feedback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address holds a token
	h.Set("Cache-Control", "no-store")
	status, page := http.StatusOK, struct {
		Valid bool
		Done  string
	}{Valid: q.Get("feedbackValue") == "Valid"}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost:
		if page.Done = "Thank you. Your answer was noted."; !f.give(r, q) {
			status, page.Done = http.StatusBadRequest, "This link does not work any more."
		}
	default:
		h.Set("Allow", "GET, HEAD, POST")
		status, page.Done = http.StatusMethodNotAllowed, "Please follow the link again."
	}
	var body bytes.Buffer
	if err := feedbackPage.Execute(&body, page); err != nil {
		panic("BUG: page of feedback: " + err.Error())
	}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the client went away: nothing to do
}

// give makes the call, as the caller himself would, and tells whether it succeeded.
func (f *feedback) give(r *http.Request, q url.Values) bool {
	body, err := json.Marshal(map[string]string{
		"UserPoolId": q.Get("userPoolId"), "Username": q.Get("username"), "EventId": q.Get("eventId"), "FeedbackToken": q.Get("feedbackToken"),
		"FeedbackValue": q.Get("feedbackValue"),
	})
	if err != nil {
		return false
	}
	call, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "/", bytes.NewReader(body))
	if err != nil {
		return false
	}
	call.RemoteAddr, call.Host, call.TLS = r.RemoteAddr, r.Host, r.TLS
	for _, name := range []string{"User-Agent", "X-Forwarded-For"} {
		call.Header[name] = r.Header.Values(name)
	}
	call.Header.Set("Content-Type", "application/x-amz-json-1.1")
	call.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.UpdateAuthEventFeedback")
	out := &outcome{header: http.Header{}}
	f.calls.ServeHTTP(out, call)
	return out.status == 0 || out.status == http.StatusOK
}

// outcome takes the answer of a call whose status is all that matters.
type outcome struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (o *outcome) Header() http.Header { return o.header }

// WriteHeader implements http.ResponseWriter.
func (o *outcome) WriteHeader(status int) { o.status = status }

// Write implements http.ResponseWriter.
func (o *outcome) Write(b []byte) (int, error) { return len(b), nil }
