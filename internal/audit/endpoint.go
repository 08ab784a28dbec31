package audit

import (
	"maps"
	"slices"
	"strconv"
)

// serviceAccount stands for Cognito's own account, which answers at the domains of user pools. (inferred)
const serviceAccount = "999900001111"

// Endpoint is what the record of a request to a user pool's domain says beside what all records say. Its members stand in
// additionalEventData; parameters and answer of the record itself are null. [Cognito: CloudTrail, user pool domains]
type Endpoint struct {
	Domain string // the host
	PoolID string
	// Status is the answer's.
	Status int
	// Parameters are those of the query and the form, as they came.
	Parameters map[string][]string
	// Takes are the parameters that the endpoint knows, each with what tells that a value is no secret; nil: none is. Of all others the
	// names are hidden too: an address that was mangled on its way may have anything in them.
	Takes map[string]func(value string) bool
}

// endpoint writes additionalEventData: the answer, the request, whose domain it is, and the one user it is about.
func (enc *Encoder) endpoint(dst []byte, e *Endpoint, b *Builder) []byte {
	start := len(dst)
	dst = append(dst, `,"additionalEventData":{"responseParameters":{"status":`...)
	dst = strconv.AppendInt(dst, int64(e.Status), 10)
	dst = append(dst, `},"requestParameters":{`...)
	shown, strange := 0, false
	for _, name := range slices.Sorted(maps.Keys(e.Parameters)) {
		open, known := e.Takes[name]
		if !known {
			strange = true
			continue
		}
		if shown++; shown > 1 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, name), ':', '[')
		for j, v := range e.Parameters[name] {
			if j > 0 {
				dst = append(dst, ',')
			}
			if open == nil || !open(v) {
				v = enc.Hidden
			}
			dst = AppendString(dst, cut(v))
		}
		dst = append(dst, ']')
	}
	if strange {
		if shown > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(append(AppendString(dst, enc.Hidden), ':', '['), enc.Hidden), ']')
	}
	dst = append(dst, '}')
	if n := len(dst) - start; n > maxAdditional {
		dst = append(dst[:start], `,"additionalEventData":{"reason":"additionalEventData too large","omitted":true,"originalSize":`...)
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	dst = member(dst, "userPoolDomain", e.Domain)
	dst = member(dst, "userPoolId", e.PoolID)
	if b != nil && b.sub != "" {
		dst = member(dst, "sub", b.sub)
	}
	return append(dst, '}')
}
