package subscription_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs/subscription"
)

func TestPoster_Send(t *testing.T) {
	t.Parallel()
	var body string
	var header http.Header
	status := http.StatusOK
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, header = string(raw), r.Header
		w.WriteHeader(status)
	}))
	defer endpoint.Close()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte(`{"messageType":"DATA_MESSAGE"}`)) // into memory
	_ = z.Close()
	data := base64.StdEncoding.EncodeToString(packed.Bytes())
	var invoked string
	p := &subscription.Poster{
		Addresses: map[string]string{hose: endpoint.URL, hook: endpoint.URL}, Client: endpoint.Client(),
		Invoke: func(_ context.Context, function string, payload []byte) error {
			invoked = function + " " + string(payload)
			return nil
		},
	}
	send := func(to string) error {
		return p.Send(t.Context(), subscription.Delivery{Destination: to, ID: "id-1", Data: packed.Bytes(), Now: time.UnixMilli(1000)})
	}
	if err := send(hose); err != nil || body != `{"records":[{"data":"`+data+`"}],"requestId":"id-1","timestamp":1000}` ||
		header.Get("X-Amz-Firehose-Request-Id") != "id-1" || header.Get("X-Amz-Firehose-Source-Arn") != hose || header.Get("X-Amz-Firehose-Protocol-Version") != "1.0" {
		t.Errorf("firehose: %v, %s, %v", err, body, header)
	}
	err := p.SendRecords(t.Context(), hose, "id-2", [][]byte{[]byte(`{"n":1}`), []byte(`{"n":2}`)}, time.UnixMilli(2000))
	if err != nil || body != `{"records":[{"data":"eyJuIjoxfQ=="},{"data":"eyJuIjoyfQ=="}],"requestId":"id-2","timestamp":2000}` || header.Get("X-Amz-Firehose-Request-Id") != "id-2" {
		t.Errorf("records: %v, %s, %v", err, body, header)
	}
	if err := send(hook); err != nil || body != `{"messageType":"DATA_MESSAGE"}` || header.Get("Idempotency-Key") != "id-1" {
		t.Errorf("webhook: %v, %s, %v", err, body, header)
	}
	if err := send(function); err != nil || invoked != function+` {"awslogs":{"data":"`+data+`"}}` {
		t.Errorf("lambda: %v, %s", err, invoked)
	}
	for code, refused := range map[int]bool{400: true, 413: true, 403: false, 429: false, 500: false} {
		status = code
		if err := send(hook); err == nil || errors.Is(err, subscription.ErrRefused) != refused || strings.Contains(err.Error(), endpoint.URL) {
			t.Errorf("status %d: %v", code, err)
		}
	}
	if !p.Knows(function) || !p.Knows(hose) || p.Knows(hose+"2") || p.Knows("x") {
		t.Error("knows the wrong destinations")
	}
	status = http.StatusBadRequest
	if err := p.SendRecords(t.Context(), hose, "id-3", [][]byte{nil}, time.UnixMilli(0)); !errors.Is(err, subscription.ErrRefused) {
		t.Errorf("refused records: %v", err)
	}
	if err := p.SendRecords(t.Context(), hose+"2", "id-4", nil, time.UnixMilli(0)); err == nil {
		t.Error("records sent to nobody")
	}
	if err := send(hook + "2"); err == nil {
		t.Error("sent to nobody")
	}
}
