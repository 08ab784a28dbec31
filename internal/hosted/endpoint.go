package hosted

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// endpoint is one path and method of a domain.
type endpoint struct {
	method, path string
	// classic and managed are the names of its events, by the branding version of the domain. [Cognito: CloudTrail, user pool domains]
	classic, managed string
	readOnly         bool
	// takes are the parameters it knows, as records show them (audit.Endpoint).
	takes map[string]func(value string) bool
	// do answers a request within its transaction. It may run more than once.
	do func(p *Pages, c *op.Call, s *site, q url.Values) (page, error)
	// refused is the page for an error that is the caller's.
	refused page
}

// endpoints are all that domains have.
var endpoints = []*endpoint{
	{
		method: http.MethodGet, path: userpool.ConfirmPath, classic: "Confirm_With_Link_GET", managed: "confirmUser_GET",
		takes: map[string]func(string) bool{userpool.LinkClient: clientID.MatchString, userpool.LinkUser: nil, userpool.LinkCode: nil},
		do:    (*Pages).confirmUser, refused: badLink,
	},
}

// clientID is the form of a client's id. What has another form is not shown: it may be the rest of a link, with its code.
var clientID = regexp.MustCompile(`^[\w+]{1,128}$`)

// at finds the endpoint of a path, whatever the case of its letters and whether it ends in a slash. (inferred) known tells that the path
// has one, if with another method.
func at(method, path string) (e *endpoint, known bool) {
	path = strings.TrimSuffix(path, "/")
	for _, e := range endpoints {
		if strings.EqualFold(e.path, path) {
			if known = true; e.method == method {
				return e, true
			}
		}
	}
	return nil, known
}
