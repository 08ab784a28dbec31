package ownapi

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Prefix begins every path of this package.
const Prefix = "/_cogtrail/"

// Clock is business time that dev mode may move.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration)
}

// API serves the endpoints. Fields are set before the first request.
type API struct {
	State   store.State
	Encoder *audit.Encoder
	Mailbox *mailbox.Mailbox
	Metrics http.Handler
	Clock   Clock
	Log     *slog.Logger
	// RootKeyID and RootSecret are the Basic credentials for messages.
	RootKeyID, RootSecret string
	Account               string // the root user's, whose messages are shown unless ?account= says otherwise
	Region                string // of records
	TrustedProxies        []netip.Prefix
	Version               string
	Dev                   bool
	// SenderKey finds the key of custom senders that stands for a KMS key, or answers store.ErrNotFound.
	SenderKey func(tx store.Tx, account, arn string) (*encryptionsdk.Key, error)
	// Reset empties everything (dev mode). record is called once with the new state, before anybody else uses it.
	Reset func(ctx context.Context, record func(store.State) error) error
	// Import takes records of any age into a log group, and records it.
	Import http.Handler
	// Facts adds to the health answer.
	Facts func() map[string]any

	ready atomic.Bool
}

// Ready says whether the server takes calls.
func (a *API) Ready(ok bool) { a.ready.Store(ok) }

// ServeHTTP answers paths below Prefix.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path[len(Prefix):] {
	case "GET health", "HEAD health":
		a.health(w)
	case "GET metrics":
		a.Metrics.ServeHTTP(w, r)
	case "GET messages":
		a.messages(w, r)
	case "POST import":
		a.importing(w, r)
	case "GET sender-key":
		a.senderKey(w, r)
	case "POST reset":
		a.dev(w, r, a.reset)
	case "POST clock":
		a.dev(w, r, a.clock)
	default:
		fail(w, http.StatusNotFound, "no such endpoint")
	}
}

func (a *API) health(w http.ResponseWriter) {
	status, word := http.StatusOK, "ready"
	if !a.ready.Load() {
		status, word = http.StatusServiceUnavailable, "not ready"
	}
	out := map[string]any{"status": word, "version": a.Version, "devMode": a.Dev, "time": a.Clock.Now().UTC()}
	if a.Facts != nil {
		for k, v := range a.Facts() {
			out[k] = v
		}
	}
	answer(w, status, out)
}

// importing lets in who has the root key: records are taken as they are.
func (a *API) importing(w http.ResponseWriter, r *http.Request) {
	if a.admitted(w, r) {
		a.Import.ServeHTTP(w, r)
	}
}

// admitted tells whether a caller has proved the root key, and answers if not: as everywhere, who proves nothing leaves no record.
func (a *API) admitted(w http.ResponseWriter, r *http.Request) bool {
	if a.Dev || a.rootKey(r) {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="cogtrail root access key"`)
	fail(w, http.StatusUnauthorized, "give the root access key id and secret as HTTP Basic credentials")
	return false
}

// rootKey compares hashes, so that neither content nor length shows in the time.
func (a *API) rootKey(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	return equal(user, a.RootKeyID)&equal(password, a.RootSecret) == 1
}

func equal(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}

func (a *API) dev(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter, *http.Request)) {
	if !a.Dev {
		fail(w, http.StatusNotFound, "no such endpoint; it exists in dev mode only")
		return
	}
	do(w, r)
}

// reset leaves its record as the first of the new history.
func (a *API) reset(w http.ResponseWriter, r *http.Request) {
	u := &Use{Name: "ResetServer"}
	err := a.Reset(r.Context(), func(state store.State) error {
		return state.Update(context.WithoutCancel(r.Context()), func(tx store.Tx) error {
			a.Record(tx, r, u)
			return nil
		})
	})
	if err != nil {
		a.Log.Error("not reset", "error", err)
		fail(w, http.StatusInternalServerError, "the server could not be reset")
		return
	}
	answer(w, http.StatusOK, map[string]any{"status": "empty"})
}

// clock moves business time once its record, of the time before, is durable.
func (a *API) clock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance"`
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1024))
	if err == nil {
		err = json.Unmarshal(raw, &in)
	}
	u := &Use{Name: "AdvanceClock"}
	d, perr := time.ParseDuration(in.Advance)
	if err != nil || perr != nil || d <= 0 {
		u.refuse(http.StatusBadRequest, badInput, `want {"advance":"90m"} with a positive duration`)
	} else {
		u.Says("advance", d.String())
	}
	if !a.recorded(w, r, u) {
		return
	}
	a.Clock.Advance(d)
	answer(w, http.StatusOK, map[string]any{"time": a.Clock.Now().UTC()})
}

func answer(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		status, raw = http.StatusInternalServerError, []byte(`{"error":"answer not encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n')) // the client went away: nothing to do
}

func fail(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"error": message})
}
