package gateway

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/authz/eval"
)

// decide decides a request on a resource that policies may name in several ways:
// a denial of any spelling denies, and an allowance of any allows.
func decide(req *eval.Request, p *eval.Policies) eval.Decision {
	var refused *eval.Decision
	var allowed *eval.Decision
	spelled := *req
	for _, name := range spellings(req.Resource) {
		spelled.Resource = name
		d := eval.Decide(&spelled, p)
		switch {
		case d.Explicit && !d.Allowed:
			return d
		case d.Allowed:
			allowed = &d
		case refused == nil:
			refused = &d
		}
	}
	if allowed != nil {
		return *allowed
	}
	return *refused
}

// spellings are the ARNs by which policies name a resource; the first is the one
// that messages show. A log group is named with and without ":*" at the end, and
// the former matches a group only as the group of its streams; a stream is also
// covered by what is said of its group. [CloudWatch Logs: ARNs in policies]
func spellings(resource string) []string {
	if !strings.Contains(resource, ":log-group:") {
		return []string{resource}
	}
	const stream = ":log-stream:"
	if group, _, ok := strings.Cut(resource, stream); ok {
		return []string{group, resource}
	}
	return []string{resource, resource + stream}
}
