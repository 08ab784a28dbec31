package hosted

import (
	"net/http"
	"net/url"
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
	// shown are the parameters whose values stand in records.
	shown []string
	// do answers a request within its transaction. It may run more than once.
	do func(p *Pages, c *op.Call, s *site, q url.Values) (page, error)
	// refused is the page for an error that is the caller's.
	refused page
}

// endpoints are all that domains have.
var endpoints = []*endpoint{
	{
		method: http.MethodGet, path: userpool.ConfirmPath, classic: "Confirm_With_Link_GET", managed: "confirmUser_GET",
		shown: []string{userpool.LinkClient}, do: (*Pages).confirmUser, refused: badLink,
	},
}

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
