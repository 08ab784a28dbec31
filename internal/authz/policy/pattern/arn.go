package pattern

import "strings"

// ARN is a pattern for resource names: the first five colon-separated parts are compared one by one, so that no wildcard of one
// can reach into the next; the sixth is compared as a whole.
type ARN struct {
	source string
	all    bool // the pattern is "*"
	whole  bool // no ARN at all: compared as one text
	parts  [6]Pattern
}

// NewARN reads an ARN pattern. Parts missing at its end are "*" [IAM: Resource, incomplete ARNs]. Variables are looked for in the sixth part only, unless anywhere is set, as the values of ARN
// conditions allow.
func NewARN(s string, variables, anywhere bool) ARN {
	a := ARN{source: s, all: s == "*"}
	segs := splitARN(s)
	if len(segs) >= 3 && segs[0] == "arn" {
		for len(segs) < 6 {
			segs = append(segs, "*")
		}
	}
	if len(segs) != 6 {
		a.whole = true
		a.parts[5] = New(s, Options{Wildcards: true, Variables: variables})
		return a
	}
	for i, seg := range segs {
		a.parts[i] = New(seg, Options{Wildcards: true, Variables: variables && (anywhere || i == 5)})
	}
	return a
}

// splitARN cuts at the first five colons that are not within ${…}.
func splitARN(s string) []string {
	var segs []string
	start := 0
	for i := 0; i < len(s) && len(segs) < 5; i++ {
		switch {
		case s[i] == ':':
			segs = append(segs, s[start:i])
			start = i + 1
		case s[i] == '$' && strings.HasPrefix(s[i:], "${"):
			if end := closing(s[i:]); end > 0 {
				i += end
			}
		}
	}
	return append(segs, s[start:])
}

// String is the pattern as written.
func (a *ARN) String() string { return a.source }

// All tells whether the pattern is "*" alone, which also covers requests that name no resource.
func (a *ARN) All() bool { return a.all }

// Match tells whether the pattern covers name. A request without a resource has the name "*", which only "*" covers.
func (a *ARN) Match(name string, v Values) bool {
	if a.all {
		return true
	}
	if a.whole {
		return a.parts[5].Match(name, v)
	}
	for i := range 5 {
		seg, rest, ok := strings.Cut(name, ":")
		if !ok || !a.parts[i].Match(seg, v) {
			return false
		}
		name = rest
	}
	return a.parts[5].Match(name, v)
}
