package wire

import (
	"net/http"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/request"
)

// Request is one HTTP request as a protocol reads it: the request, its body or
// stream, and the labels of its URI template. It is declared below, where the
// protocols can see it too.
type Request = request.Request

// Protocol turns bytes into values and back. Implementations hold no state and
// may be used concurrently. Decode answers a *schema.Error with the code and
// message AWS's framework gives for malformed input of this protocol; unknown
// members are ignored, JSON nulls are absent members.
type Protocol interface {
	// Name is the model's name of the protocol: json, query, rest-json, rest-xml, smithy-rpc-v2-cbor.
	Name() string
	// Decode reads the input of op. The result holds only what was sent.
	Decode(r *Request, op *schema.Operation) (*schema.Struct, error)
	// Encode writes a success. out is nil when the operation has no output shape.
	// It writes headers (request id too) and body.
	Encode(w http.ResponseWriter, op *schema.Operation, out *schema.Struct, requestID string) error
	// EncodeError writes an error. op is nil when it is not known yet.
	EncodeError(w http.ResponseWriter, svc *schema.Service, op *schema.Operation, e *schema.Error, requestID string) error
}

// Match is what detection found out about a request.
type Match struct {
	Service   *schema.Service
	Operation *schema.Operation // nil when the service is known but not the operation
	// Target is the operation's name as the client wrote it.
	Target   string
	Protocol Protocol
	Labels   map[string]string
}
