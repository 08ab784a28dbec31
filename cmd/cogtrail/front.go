package main

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/hosted"
	"github.com/cogtrail/cogtrail/internal/ownapi"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
)

// front tells the kinds of requests apart: own endpoints, domains of pools, public
// documents of pools, and AWS calls, which are all the rest.
type front struct {
	gateway *gateway.Gateway
	own     *ownapi.API
	pools   *service.Service
	state   store.State
	extra   map[string]http.Handler // fixed paths
	domains *hosted.Pages
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, ownapi.Prefix):
		f.own.ServeHTTP(w, r)
		return
	case f.domains.Serve(w, r):
		return
	case r.Method == http.MethodOptions && r.Header.Get("Origin") != "":
		gateway.Preflight(w, r)
		return
	}
	if h := f.extra[path]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if pool, doc, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/.well-known/"); ok && strings.Contains(pool, "_") && !strings.Contains(pool, "/") {
			f.document(w, r, pool, doc)
			return
		}
	}
	f.gateway.ServeHTTP(w, r)
}

// document serves a pool's discovery document and keys. Everybody may read them.
func (f *front) document(w http.ResponseWriter, r *http.Request, pool, doc string) {
	read := map[string]func(store.Tx, string) ([]byte, error){
		"openid-configuration": f.pools.Realm.Discovery, "jwks.json": f.pools.Realm.JWKS,
	}[doc]
	if read == nil {
		http.NotFound(w, r)
		return
	}
	var body []byte
	err := f.state.View(r.Context(), func(tx store.Tx) (err error) {
		body, err = read(tx, pool)
		return err
	})
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*")
	switch {
	case errors.Is(err, store.ErrNotFound):
		w.WriteHeader(http.StatusBadRequest)
		body = []byte(`{"message":"User pool ` + safe(pool) + ` does not exist."}`)
	case err != nil:
		w.WriteHeader(http.StatusInternalServerError)
		body = []byte(`{"message":"Internal server error"}`)
	default:
		h.Set("Cache-Control", "public, max-age=3600")
	}
	_, _ = w.Write(body) // the client went away: nothing to do
}

// safe keeps what a pool id may hold, for a message that is not trusted.
func safe(id string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, id)
}
