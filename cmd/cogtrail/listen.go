package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// listen opens the one listener. A port that is taken is said so.
func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another process; choose another with --listen", address)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// leftTime is how long a client may take to send the rest of a body that nobody
// wants: that of a refused call.
const leftTime = 5 * time.Second

// httpServer bounds what a client may hold: headers, and the time to send them.
// The gateway bounds the time of bodies, since a large object may take long but
// not pause; an idle connection ends.
func httpServer(h http.Handler, log *slog.Logger) *http.Server {
	bounded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TransferEncoding) > 0 {
			// A length may have stood beside it, which net/http drops unseen. Whoever
			// believed the length sees other requests behind this one, so there are
			// none. [RFC 9112 section 6.3]
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
		// net/http reads what the handler has left of the body, and would wait for it
		// for ever. A writer without deadlines has nothing to wait for.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(leftTime))
	})
	return &http.Server{
		Handler: bounded, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
