package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Browsers that do not say where a request comes from name the page.
func TestLocal_referer(t *testing.T) {
	t.Parallel()
	guard := &local{public: "cogtrail.test"}
	for page, want := range map[string]bool{
		"": true, "http://localhost:3000/app": true, "http://cogtrail.test/x": true, "http://attacker.example/": false, "http://localhost.attacker.example/": false, "nonsense": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:4700/?Action=CreateTopic", nil)
		if page != "" {
			r.Header.Set("Referer", page)
		}
		if got := guard.page(r); got != want {
			t.Errorf("page %q: %v, want %v", page, got, want)
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	passed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	guard := &local{next: passed, public: "cogtrail.test"}
	for name, c := range map[string]struct {
		host, path, origin, site string
		status                   int
		page                     bool
	}{
		"CLI":                           {"127.0.0.1:4700", "/", "", "", 204, true},
		"IPv6":                          {"[::1]:4700", "/", "", "", 204, true},
		"bucket of localhost":           {"files.localhost:4700", "/", "", "", 204, true},
		"public name":                   {"Cogtrail.test", "/", "", "", 204, true},
		"bucket of the public name":     {"files.cogtrail.test:443", "/", "", "", 204, true},
		"name that was made to resolve": {"attacker.example:4700", "/", "http://attacker.example:4700", "same-origin", 421, false},
		"name that ends like ours":      {"evilcogtrail.test", "/", "", "", 421, true},
		"other machine":                 {"192.0.2.1:4700", "/", "", "", 421, true},
		"page of this machine":          {"127.0.0.1:4700", "/_cogtrail/reset", "http://localhost:3000", "cross-site", 204, true},
		"page of elsewhere":             {"127.0.0.1:4700", "/_cogtrail/reset", "https://attacker.example", "cross-site", 403, false},
		"sandboxed page":                {"127.0.0.1:4700", "/_cogtrail/reset", "null", "cross-site", 403, false},
		"image of elsewhere":            {"127.0.0.1:4700", "/_cogtrail/messages", "", "cross-site", 403, false},
		"address bar":                   {"127.0.0.1:4700", "/_cogtrail/messages", "", "none", 204, true},
		"image of a neighbour's page":   {"127.0.0.1:4700", "/_cogtrail/messages", "", "same-site", 403, false},
		"own page":                      {"127.0.0.1:4700", "/_cogtrail/messages", "", "same-origin", 204, true},
		// The gateway asks about the page where no signature is needed.
		"call of elsewhere": {"127.0.0.1:4700", "/?Action=DeleteUser", "", "cross-site", 204, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "http://"+c.host+c.path, nil)
			for header, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}
			w := httptest.NewRecorder()
			guard.ServeHTTP(w, r)
			if w.Code != c.status {
				t.Errorf("status %d, want %d: %s", w.Code, c.status, w.Body)
			}
			if got := guard.page(r); got != c.page {
				t.Errorf("local page: %v, want %v", got, c.page)
			}
		})
	}
}
