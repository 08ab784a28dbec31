package subscription

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Doer makes a guarded call to the world.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Poster is the Sender over HTTP. What an address gets follows from the ARN:
//
//	lambda    {"awslogs":{"data":"…"}}, or Invoke if the ARN has no address
//	firehose  the request of a Firehose HTTP endpoint: {"requestId","timestamp","records":[{"data":"…"}]}
//	others    the message itself as JSON
//
// where … is base64 of gzip of the message.
type Poster struct {
	// Addresses are URLs by ARN. They may hold secrets and are in no error.
	Addresses map[string]string
	// Invoke runs a Lambda function; nil if there is nothing to run them.
	Invoke func(ctx context.Context, function string, payload []byte) error
	Client Doer
}

var _ Sender = (*Poster)(nil)

// sendTimeout is how long a destination has to answer.
const sendTimeout = 10 * time.Second

// Knows implements Sender.
func (p *Poster) Knows(text string) bool {
	v, _, err := kindOf(text)
	return err == nil && (p.Addresses[text] != "" || v == lambda && p.Invoke != nil)
}

// Send implements Sender.
func (p *Poster) Send(ctx context.Context, d Delivery) error {
	v, _, err := kindOf(d.Destination)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	body, headers, err := form(v, d)
	if err != nil {
		return err
	}
	if p.Addresses[d.Destination] == "" && v == lambda && p.Invoke != nil {
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		return p.Invoke(ctx, d.Destination, body)
	}
	return p.post(ctx, d.Destination, d.ID, body, headers)
}

// SendRecords sends records to a stream of Firehose in one request. id is the request's, the same when it is sent again. Errors as for Send.
func (p *Poster) SendRecords(ctx context.Context, stream, id string, records [][]byte, now time.Time) error {
	body, headers, err := firehoseRequest(stream, id, records, now)
	if err != nil {
		return err
	}
	return p.post(ctx, stream, id, body, headers)
}

// post makes one attempt to bring a body to a destination's address.
func (p *Poster) post(ctx context.Context, destination, id string, body []byte, headers map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	to := p.Addresses[destination]
	if to == "" {
		return errors.New("the destination has no address")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of the destination is no URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", id)
	for name, value := range headers {
		req.Header.Set(name, value)
	}
	res, err := p.Client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }() // its content does not matter
	// Reading a little lets the connection be used again.
	_, _ = io.CopyN(io.Discard, res.Body, 64<<10)
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		return nil
	case res.StatusCode == http.StatusBadRequest || res.StatusCode == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: it answered %d", ErrRefused, res.StatusCode)
	default:
		return fmt.Errorf("the destination answered %d", res.StatusCode)
	}
}

type record struct {
	Data []byte `json:"data"` // base64 in JSON
}

// firehoseRequest makes the request of a Firehose HTTP endpoint. [Firehose: HTTP endpoint delivery request and response specifications]
func firehoseRequest(stream, id string, data [][]byte, now time.Time) (body []byte, headers map[string]string, err error) {
	records := make([]record, len(data))
	for i := range data {
		records[i].Data = data[i]
	}
	body, err = json.Marshal(map[string]any{"requestId": id, "timestamp": now.UnixMilli(), "records": records})
	if err != nil {
		return nil, nil, fmt.Errorf("make the body: %w", err)
	}
	return body, map[string]string{
		"X-Amz-Firehose-Protocol-Version": "1.0", "X-Amz-Firehose-Request-Id": id, "X-Amz-Firehose-Source-Arn": stream,
	}, nil
}

// form makes the body for a vendor.
func form(v vendor, d Delivery) (body []byte, headers map[string]string, err error) {
	switch v {
	case lambda:
		body, err = json.Marshal(map[string]any{"awslogs": record{d.Data}})
	case firehose:
		return firehoseRequest(d.Destination, d.ID, [][]byte{d.Data}, d.Now)
	default:
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(d.Data)); err == nil {
			body, err = io.ReadAll(z)
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("make the body: %w", err)
	}
	return body, headers, nil
}
