package sms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
)

// SignatureHeader is the header of a signed call: t=<seconds since 1970>,v1=<hex of HMAC-SHA256 over "<t>.<body>">.
const SignatureHeader = "Cogtrail-Signature"

// Webhook posts messages as JSON. Its fields are set once.
type Webhook struct {
	URL string
	// Token is sent as bearer, if there is one. Key signs, if there is one.
	Token string
	Key   []byte
	HTTP  Doer
	Now   func() time.Time
}

// posted is the body of a call.
type posted struct {
	ID          string    `json:"id"`
	Account     string    `json:"account"`
	Region      string    `json:"region"` // the pool's SnsRegion, or its own
	UserPoolID  string    `json:"userPoolId,omitempty"`
	Occasion    string    `json:"occasion"`
	Destination string    `json:"destination"`
	Body        string    `json:"body"`
	Time        time.Time `json:"time"`
}

// Carry makes one call.
func (w *Webhook) Carry(ctx context.Context, id string, m *mailbox.Message) error {
	body, err := json.Marshal(posted{
		ID: id, Account: m.Account, Region: region(m), UserPoolID: m.UserPoolID, Occasion: m.Trigger, Destination: m.Destination, Body: m.Body,
		Time: m.Time,
	})
	if err != nil {
		return fmt.Errorf("encode SMS: %w", err)
	}
	r, err := request(ctx, w.URL, "application/json", body)
	if err != nil {
		return err
	}
	r.Header.Set("Idempotency-Key", id)
	if w.Token != "" {
		r.Header.Set("Authorization", "Bearer "+w.Token)
	}
	if len(w.Key) > 0 {
		at := strconv.FormatInt(w.Now().Unix(), 10)
		mac := hmac.New(sha256.New, w.Key)
		mac.Write([]byte(at + "."))
		mac.Write(body)
		r.Header.Set(SignatureHeader, "t="+at+",v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	status, _, err := send(w.HTTP, r)
	if err != nil {
		return err
	}
	return verdict(status)
}

// region is where a pool wants its SMS sent from.
func region(m *mailbox.Message) string {
	if m.SMSRegion != "" {
		return m.SMSRegion
	}
	return m.Region
}
