package gateway

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/authz/eval"
)

// decide decides a request on a resource that policies may name in several ways.
// All of them take part in one decision, so that a statement that excludes the
// resource under one name excludes it under all.
func decide(req *eval.Request, p *eval.Policies) eval.Decision {
	spelled := *req
	spelled.Aliases = aliases(req.Resource)
	return eval.Decide(&spelled, p)
}

// aliases are the further ARNs by which policies name a resource. A log group is
// named with and without ":*" at the end, and the former matches a group only as
// the group of its streams; a stream is also covered by what is said of its
// group. [CloudWatch Logs: ARNs in policies]
func aliases(resource string) []string {
	if !strings.Contains(resource, ":log-group:") {
		return nil
	}
	const stream = ":log-stream:"
	if group, _, ok := strings.Cut(resource, stream); ok {
		return []string{group}
	}
	return []string{resource + stream}
}
