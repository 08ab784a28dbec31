package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// answer is step 9. The transaction is over; nothing here can change it.
func (x *exchange) answer() {
	if x.err != nil {
		x.refuse(x.err)
		return
	}
	x.headers()
	x.count("")
	if err := x.match.Protocol.Encode(x.w, x.match.Operation, x.out, x.requestID); err != nil {
		x.g.Log.Warn("answer not written", "request", x.requestID, "error", err)
	}
	if x.out != nil {
		for _, v := range x.out.Fields {
			if c, ok := v.(io.Closer); ok {
				_ = c.Close() // a read stream; its bytes are already sent
			}
		}
	}
}

// refuse answers an error.
func (x *exchange) refuse(err error) {
	var e *schema.Error
	if !errors.As(err, &e) {
		e = x.internal(err)
	}
	if e.Cause != nil {
		level := slog.LevelDebug // the caller's own mistake
		if e.Server || e.Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		x.g.Log.LogAttrs(context.Background(), level, "call failed", slog.String("request", x.requestID), slog.String("operation", x.match.Target), slog.Any("error", e.Cause))
	}
	x.headers()
	x.count(e.Code)
	proto := x.match.Protocol
	if proto == nil {
		proto = x.g.detector.Default()
	}
	if err := proto.EncodeError(x.w, x.match.Service, x.match.Operation, e, x.requestID); err != nil {
		x.g.Log.Warn("error not written", "request", x.requestID, "error", err)
	}
}

// internal hides a failure of ours behind the service's internal error.
func (x *exchange) internal(err error) *schema.Error {
	e := internalError(x.match.Service)
	e.Cause = err
	if errors.Is(err, context.Canceled) {
		x.g.Log.LogAttrs(context.Background(), slog.LevelInfo, "caller went away", slog.String("request", x.requestID))
		e.Cause = nil
	}
	return e
}

func (x *exchange) headers() {
	h := x.w.Header()
	if x.g.Dev {
		h.Set("X-Cogtrail-Mode", "dev")
	}
	if x.op == nil || x.op.Endpoint == nil { // pages are read by their own site only
		cors(h, x.r)
	}
}

func (x *exchange) count(code string) {
	if x.g.Counters == nil {
		return
	}
	service, operation := "", ""
	if x.match.Service != nil {
		service = x.match.Service.Name
	}
	if x.match.Operation != nil {
		operation = x.match.Operation.Name
	}
	x.g.Counters.Call(service, operation, code, time.Since(x.start))
}
