package hosted

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/domain"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// Pipeline takes a request through limits, transaction, record and answer.
type Pipeline interface {
	ServeEndpoint(w http.ResponseWriter, r *http.Request, m wire.Match, o *op.Operation)
}

// SignUps confirms sign-ups.
type SignUps interface {
	ConfirmByLink(c *op.Call, pool userpool.PoolID, clientID, name, code string) error
}

// Pages serves the domains of user pools. Its fields are set before the first request.
type Pages struct {
	State    store.State
	Pipeline Pipeline
	SignUps  SignUps
	// API is cognito-idp, whose events the requests are.
	API *schema.Service
	// Suffix stands behind the Region in the names of prefix domains.
	Suffix string
	// Own tells whether a host in lower case is the server's, which no custom domain may be.
	Own func(host string) bool
	Log *slog.Logger
}

// site is whose pages a host has.
type site struct {
	host            string
	account, region string
	pool            userpool.PoolID
	managed         bool
}

// Serve answers a request to a domain's host, and tells whether it was one.
func (p *Pages) Serve(w http.ResponseWriter, r *http.Request) bool {
	host := strings.ToLower(r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	prefix := domain.IsPrefix(host, p.Suffix)
	e, known := at(r.Method, r.URL.Path)
	if !prefix && (!known || p.Own(host)) {
		return false
	}
	var s *site
	err := p.State.View(r.Context(), func(tx store.Tx) (err error) {
		s, err = p.site(tx, host)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound) && !prefix:
		return false
	case errors.Is(err, store.ErrNotFound), err == nil && !known:
		p.answer(w, noPage, http.StatusNotFound)
	case err != nil:
		p.Log.Error("domain not read", "error", err)
		p.answer(w, failed, http.StatusInternalServerError)
	case e == nil:
		w.Header().Set("Allow", http.MethodGet)
		p.answer(w, noMethod, http.StatusMethodNotAllowed)
	default:
		p.serve(w, r, e, s)
	}
	return true
}

func (p *Pages) answer(w http.ResponseWriter, what page, status int) {
	if err := what.write(w, status); err != nil {
		p.Log.Debug("page not written", "error", err)
	}
}

// site is whose pages are at a host, or store.ErrNotFound.
func (p *Pages) site(tx store.Tx, host string) (*site, error) {
	d, err := domain.At(tx, host, p.Suffix)
	if err != nil {
		return nil, err
	}
	version := d.Settings.ManagedLoginVersion
	return &site{host: host, account: d.Account, region: d.Region, pool: d.Pool, managed: version != nil && *version == 2}, nil
}

// serve makes the request an operation of its own and hands it to the pipeline.
func (p *Pages) serve(w http.ResponseWriter, r *http.Request, e *endpoint, s *site) {
	name := e.classic
	if s.managed {
		name = e.managed
	}
	q := r.URL.Query() // pairs that cannot be parsed are none
	out := &reply{of: e}
	o := &op.Operation{
		Operation: &schema.Operation{Service: p.API, Name: name, Unsigned: true, Status: http.StatusOK, ReadOnly: e.readOnly, Category: "Management"},
		Endpoint:  &audit.Endpoint{Domain: s.host, PoolID: string(s.pool), Parameters: q, Takes: e.takes},
		Owner:     func(store.Tx, any) (account, region string, ok bool) { return s.account, s.region, true },
		Run: func(c *op.Call, _ any) (any, error) {
			out.done = false
			now, err := p.site(c.Tx, s.host)
			if errors.Is(err, store.ErrNotFound) || err == nil && now.pool != s.pool {
				return nil, &schema.Error{Code: "ResourceNotFoundException", Message: "The domain is gone.", Status: http.StatusBadRequest}
			}
			if err != nil {
				return nil, fmt.Errorf("read domain: %w", err)
			}
			out.page, err = e.do(p, c, s, q)
			out.done = err == nil
			return nil, err
		},
	}
	p.Pipeline.ServeEndpoint(w, r, wire.Match{Service: p.API, Target: name, Protocol: out}, o)
}
