package topic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// JobKind is the kind of the jobs that deliver over HTTP and to functions; Deliverer.Run handles them.
const JobKind = "topic delivery"

// sealPurpose is what messages and confirmations are sealed for.
const sealPurpose = "topic message"

// deliveryTimeout is how long an endpoint has to answer. [SNS: HTTP/S delivery]
const deliveryTimeout = 15 * time.Second

// delivery is the payload of a job: a message row, or a sealed confirmation.
type delivery struct {
	Topic, Subscription string
	Message             string `json:",omitempty"`
	Sealed              []byte `json:",omitempty"`
}

// Doer makes a guarded call to the world.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Deliverer delivers to HTTP endpoints and functions.
type Deliverer struct {
	Service *Service
	State   store.State
	Client  Doer
	Log     *slog.Logger
}

// Run makes one attempt. Its error says that another one is due; it names no
// endpoint, which may hold secrets.
func (d *Deliverer) Run(ctx context.Context, j job.Job) error {
	var what delivery
	if err := json.Unmarshal(j.Payload, &what); err != nil {
		return fmt.Errorf("decode delivery: %w", err)
	}
	var r *subscriptionRow
	var t *topicRow
	var kept *messageRow
	err := d.State.View(ctx, func(tx store.Tx) (err error) {
		if r, err = subscriptions.Get(tx, store.K(j.Account, j.Region, what.Topic, what.Subscription)); err != nil {
			return err
		}
		if t, err = topics.Get(tx, store.K(j.Account, j.Region, what.Topic)); err != nil {
			return err
		}
		if what.Message != "" {
			kept, err = messages.Get(tx, store.K(j.Account, j.Region, what.Message))
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil // unsubscribed, deleted or too old: nobody waits for it
	}
	if err != nil {
		return fmt.Errorf("read delivery: %w", err)
	}
	if r.Confirmed != (kept != nil) {
		return nil // a confirmation that came true meanwhile
	}
	e, err := d.Service.open(&what, t, r, kept)
	if err != nil {
		return err
	}
	if r.Protocol == byLambda {
		return d.call(ctx, t, r, e)
	}
	return d.post(ctx, t, r, e)
}

// open unseals what a job delivers.
func (s *Service) open(what *delivery, t *topicRow, r *subscriptionRow, kept *messageRow) (*envelope, error) {
	if kept == nil {
		raw, err := s.deps.Vault.Open(sealPurpose, what.Sealed, []byte(r.arn()))
		if err != nil {
			return nil, fmt.Errorf("open confirmation: %w", err)
		}
		e := new(envelope)
		if err := json.Unmarshal(raw, e); err != nil {
			return nil, fmt.Errorf("decode confirmation: %w", err)
		}
		return e, nil
	}
	raw, err := s.deps.Vault.Open(sealPurpose, kept.Sealed, []byte(kept.ID))
	if err != nil {
		return nil, fmt.Errorf("open message: %w", err)
	}
	p := new(published)
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fmt.Errorf("decode message: %w", err)
	}
	return new(s.notification(t, r, p)), nil
}

func (d *Deliverer) post(ctx context.Context, t *topicRow, r *subscriptionRow, e *envelope) error {
	raw := e.Type == typeNotification && r.raw()
	body := e.Message
	if !raw {
		signed, err := d.Service.body(e, t.attribute("SignatureVersion"))
		if err != nil {
			return err
		}
		body = string(signed)
	}
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Endpoint, strings.NewReader(body))
	if err != nil {
		return errors.New("make request: endpoint is not a URL")
	}
	h := req.Header
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("User-Agent", "Amazon Simple Notification Service Agent")
	h.Set("Accept-Encoding", "gzip,deflate")
	h.Set("x-amz-sns-message-type", e.Type)
	h.Set("x-amz-sns-message-id", e.MessageID)
	h.Set("x-amz-sns-topic-arn", e.TopicARN)
	if e.Type == typeNotification {
		h.Set("x-amz-sns-subscription-arn", r.arn())
	}
	if raw {
		h.Set("x-amz-sns-rawdelivery", "true")
	}
	res, err := d.Client.Do(req)
	if err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // its content does not matter
	// Reading a little lets the connection be used again.
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return nil
	case res.StatusCode >= 400 && res.StatusCode < 500 && res.StatusCode != http.StatusTooManyRequests:
		d.Log.Warn("endpoint refused a delivery for good", "subscription", r.arn(), "message", e.MessageID, "status", res.StatusCode)
		return nil
	default:
		return fmt.Errorf("deliver: endpoint answered %d", res.StatusCode)
	}
}
