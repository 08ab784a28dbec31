package userpool

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// NoticeKind is the kind of what follows calls of user pools: functions that are told of a change once it is durable.
const NoticeKind = "userpool.notice"

// noticePurpose is the vault's purpose of a notice that waits; the associated data is the pool's key.
const noticePurpose = "notice to a function"

// notice is what a function is told: one of the two.
type notice struct {
	Function      string
	Source        string `json:",omitempty"`
	About         trigger.About
	Confirmed     *trigger.Notice                    `json:",omitempty"`
	Authenticated *trigger.PostAuthenticationRequest `json:",omitempty"`
}

// sealedNotice is a notice as it is stored: it holds users' attributes.
type sealedNotice struct {
	Account string
	Pool    PoolID
	Sealed  []byte
}

// PostAuthenticationLater tells the pool's function of a sign-in once it is durable.
func (r *Realm) PostAuthenticationLater(c *op.Call, p *Pool, function string, about trigger.About, in trigger.PostAuthenticationRequest) {
	r.notify(c, p, &notice{Function: function, About: about, Authenticated: &in})
}

func (r *Realm) notify(c *op.Call, p *Pool, n *notice) {
	raw, err := json.Marshal(n)
	if err != nil {
		panic("BUG: encode notice to a function: " + err.Error())
	}
	payload, err := json.Marshal(sealedNotice{p.Account, p.ID, r.Vault.Seal(noticePurpose, raw, store.K(p.Account, string(p.ID)))})
	if err != nil {
		panic("BUG: encode notice to a function: " + err.Error())
	}
	c.After(op.Follow{Kind: NoticeKind, Lane: string(p.ID), Payload: payload})
}

// Notify is the op.Follower of NoticeKind. Its error is in AWS's words.
func (r *Realm) Notify(ctx context.Context, payload json.RawMessage) error {
	var s sealedNotice
	if err := json.Unmarshal(payload, &s); err != nil {
		return fmt.Errorf("decode notice to a function: %w", err)
	}
	raw, err := r.Vault.Open(noticePurpose, s.Sealed, store.K(s.Account, string(s.Pool)))
	if err != nil {
		return fmt.Errorf("open notice to a function: %w", err)
	}
	var n notice
	if err := json.Unmarshal(raw, &n); err != nil {
		return fmt.Errorf("decode notice to a function: %w", err)
	}
	if n.Confirmed != nil {
		return r.Functions.PostConfirmation(ctx, n.Function, n.Source, n.About, *n.Confirmed)
	}
	return r.Functions.PostAuthentication(ctx, n.Function, n.About, *n.Authenticated)
}
