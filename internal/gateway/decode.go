package gateway

import (
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// decode is step 4. It runs once: a retried transaction sees the same tree.
func (x *exchange) decode() error {
	if x.match.Operation == nil || x.match.Operation.Input == nil || x.decoded {
		return x.decodeErr
	}
	x.decoded = true
	req := &wire.Request{Request: x.r, Body: x.body, Labels: x.match.Labels}
	if x.stream != nil {
		req.Stream = x.stream
	}
	x.tree, x.decodeErr = x.match.Protocol.Decode(req, x.match.Operation)
	return x.decodeErr
}

// validate is step 5. It also binds the tree to the operation's input type.
func (x *exchange) validate() error {
	if x.tree == nil {
		if x.op != nil && x.op.New != nil {
			x.input = x.op.New()
		}
		return nil
	}
	if vs := schema.Validate(x.tree); len(vs) > 0 {
		return &schema.Error{Code: x.match.Service.ValidationCode, Message: schema.Message(vs), Status: 400}
	}
	if x.op == nil || x.op.New == nil {
		return nil
	}
	x.input = x.op.New()
	return schema.Bind(x.tree, x.input)
}

// own finds whose resources the call is about: the signer's account and the
// scope's Region, or for unsigned calls what the input says.
func (x *exchange) own() error {
	if x.identity != nil {
		x.owned = true
		return nil
	}
	if x.op == nil || x.op.Owner == nil {
		return nil
	}
	account, region, ok := x.op.Owner(x.call.Tx, x.input)
	if ok {
		x.call.Account, x.call.Region, x.owned = account, region, true
	}
	return nil
}
