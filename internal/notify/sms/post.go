package sms

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/cogtrail/cogtrail/internal/job"
)

// Doer makes a call to the world.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// maxAnswer is as much as is read of an answer.
const maxAnswer = 64 << 10

// request makes a POST of a body.
func request(ctx context.Context, url, kind string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "cogtrail")
	return r, nil
}

// send calls and returns the status and the beginning of the answer. A redirect is an answer.
func send(d Doer, r *http.Request) (int, []byte, error) {
	res, err := d.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("send SMS: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // nothing is left to learn from it
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("send SMS: read answer: %w", err)
	}
	return res.StatusCode, answer, nil
}

// verdict is what a status means for the message. 400, 413 and 422 are about the message, 410 says that the address is gone for
// good; anything else may be mended on the other side.
func verdict(status int) error {
	if status >= 200 && status < 300 {
		return nil
	}
	err := fmt.Errorf("send SMS: endpoint answered %d", status)
	switch status {
	case http.StatusBadRequest, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return job.Final(err)
	}
	return err
}
