package gateway

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/authn/sigv2"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// exchange is one request on its way through the pipeline.
type exchange struct {
	g     *Gateway
	w     http.ResponseWriter
	r     *http.Request
	start time.Time
	now   time.Time

	// accept
	requestID string
	sourceIP  string
	slot      bool

	// route
	match  wire.Match
	op     *op.Operation // nil if not served
	sig    *sigv4.Signature
	older  *sigv2.Signature // S3 only; sig is nil then
	sigErr error            // why the signature could not be parsed

	readErr error

	// read
	body    []byte
	stream  io.Reader
	content bool // body or stream is the verified content

	// decode and validate, done once
	decoded   bool
	tree      *schema.Struct
	input     any
	decodeErr error

	// what the runs share
	journal *op.Journal
	ctx     context.Context // the client's, until an outside call was made
	until   time.Time       // when outside calls end

	// per try of the transaction
	call     *op.Call
	identity *Identity
	caller   principal.Principal
	owned    bool
	resident string   // account of the resource, once known
	owners   []string // other accounts whose resources the caller was let in to
	writes   *counting
	out      *schema.Struct
	debt     *debt // nil unless something follows the commit
	err      error

	staged   any
	stageErr error
}

// begin resets what a former try of the transaction left.
func (x *exchange) begin(tx store.Tx) {
	x.identity, x.owned, x.resident, x.owners, x.out, x.debt, x.err = nil, false, "", nil, nil, nil, nil
	x.caller, x.writes = principal.Anonymous(), &counting{Tx: tx}
	x.call = &op.Call{
		Context: x.ctx, Now: x.now, Caller: x.caller, RequestID: x.requestID, SourceIP: x.sourceIP,
		UserAgent: x.r.UserAgent(), Tx: x.writes, Record: &audit.Builder{}, Allowed: x.allowed, Journal: x.journal,
	}
}

// accept is step 1.
func (x *exchange) accept() error {
	x.requestID = uuid.NewString()
	x.now = x.g.Clock.Now().UTC()
	x.sourceIP = SourceIP(x.r, x.g.TrustedProxies)
	select {
	case x.g.slots <- struct{}{}:
		x.slot = true
		return nil
	default:
		return &schema.Error{Code: "ServiceUnavailable", Message: "Please reduce your request rate.", Status: 503, Server: true}
	}
}

// close gives back what accept took.
func (x *exchange) close() {
	if x.slot {
		<-x.g.slots
	}
}

// read takes the body of calls that do not stream it.
func (x *exchange) read() error {
	if x.streams() {
		pace(x.w, x.r, x.g.Limits.BodyTime)
		x.stream = x.r.Body
		return nil
	}
	if x.r.ContentLength > x.g.Limits.Body {
		return tooLarge(x.match.Protocol)
	}
	if x.body != nil {
		return nil // route read it to find the operation
	}
	return x.readBody()
}

func (x *exchange) readBody() error {
	done := bounded(x.w, x.g.Limits.BodyTime)
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, x.g.Limits.Body))
	done()
	if err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return tooLarge(x.match.Protocol)
		}
		x.w.Header().Set("Connection", "close") // what else comes is no request
		return &schema.Error{Code: "RequestAbortedException", Message: "The request body could not be read.", Status: 400}
	}
	x.body = body
	return nil
}

func (x *exchange) streams() bool {
	o := x.match.Operation
	if o == nil || o.Input == nil || o.Input.Payload == "" {
		return false
	}
	m, ok := o.Input.Member(o.Input.Payload)
	return ok && m.Shape.Kind == schema.Blob && (m.Streaming || m.Shape.Streaming)
}

// SourceIP is the peer's address, or the last address that trusted hops vouch
// for: the forwarded chain is walked from the right, since only what a trusted
// hop appended can be believed.
func SourceIP(r *http.Request, trusted []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if len(trusted) == 0 {
		return addr.Unmap().String()
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0 && within(addr.Unmap(), trusted); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		addr = next
	}
	return addr.Unmap().String()
}

func within(a netip.Addr, ps []netip.Prefix) bool {
	for _, p := range ps {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
