package gateway

import (
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// decode is step 4: bytes to tree, and tree to the operation's input type. It
// runs once: a retried transaction sees the same.
func (x *exchange) decode() error {
	if x.decoded {
		return x.decodeErr
	}
	x.decoded = true
	x.decodeErr = x.decodeOnce()
	return x.decodeErr
}

func (x *exchange) decodeOnce() error {
	if x.op != nil && x.op.New != nil {
		x.input = x.op.New()
	}
	if x.match.Operation.Input == nil {
		return nil
	}
	req := &wire.Request{Request: x.r, Body: x.body, Labels: x.match.Labels}
	if x.stream != nil {
		req.Stream = x.stream
	}
	tree, err := x.match.Protocol.Decode(req, x.match.Operation)
	if err != nil {
		return err
	}
	x.tree = tree
	if x.input == nil {
		return nil
	}
	return schema.Bind(tree, x.input)
}

// validate is step 5.
func (x *exchange) validate() error {
	if x.tree == nil {
		return nil
	}
	if vs := schema.Validate(x.tree); len(vs) > 0 {
		return &schema.Error{Code: x.match.Service.ValidationCode, Message: schema.Message(vs), Status: 400}
	}
	return nil
}
