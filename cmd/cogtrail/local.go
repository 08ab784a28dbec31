package main

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/cogtrail/cogtrail/internal/ownapi"
)

// local keeps web pages of elsewhere out of dev mode, where no signature stands
// between a page in the developer's browser and root: neither a page that calls
// this machine, nor one whose own name was made to resolve to it.
type local struct {
	next   http.Handler
	public string // host of the public URL, without port
}

func (l *local) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.host(r.Host) {
		http.Error(w, "dev mode serves names of this machine and of publicUrl only, not "+r.Host, http.StatusMisdirectedRequest)
		return
	}
	if strings.HasPrefix(r.URL.Path, ownapi.Prefix) && !l.page(r) {
		http.Error(w, "dev mode serves pages of this machine only", http.StatusForbidden)
		return
	}
	l.next.ServeHTTP(w, r)
}

// host tells whether a Host header names this machine.
func (l *local) host(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if a, err := netip.ParseAddr(host); err == nil {
		return a.IsLoopback() || host == l.public
	}
	return host == l.public || host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		l.public != "" && strings.HasSuffix(host, "."+l.public) // bucket.host
}

// page tells whether a request comes from a page of this machine, or from no page
// at all. What another page makes a browser load (an image, a form by GET) has no
// Origin: it must be of this very origin, or typed in. Browsers that do not say
// name the page at least. [Fetch Metadata; RFC 6454]
func (l *local) page(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" {
		return l.names(origin)
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "none", "same-origin":
		return true
	case "":
		page := r.Header.Get("Referer")
		return page == "" || l.names(page)
	default:
		return false
	}
}

// names tells whether the host of a URL names this machine.
func (l *local) names(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && l.host(u.Host)
}
