package insight

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxSourceGroups bounds the groups that a SOURCE may choose. [CloudWatch Logs: SOURCE]
const maxSourceGroups = 10_000

// sourceFault is a SOURCE that cannot be followed.
type sourceFault string

func (f sourceFault) Error() string { return string(f) }

// sourceError points at the SOURCE command that is at fault.
func sourceError(c *op.Call, text string, src *syntax.Source, err error) error {
	if f, ok := err.(sourceFault); ok {
		return malformed(c, syntax.NewError(text, src.Range(), string(f)))
	}
	return err
}

// sourceGroups lists the groups of the account that a SOURCE command names, in
// the order of their names. Other accounts and Regions have none.
func sourceGroups(tx store.Tx, account, region string, src *syntax.Source) ([]string, error) {
	if len(src.Parts) == 0 {
		return namedGroups(account, region, src.Groups)
	}
	want, err := selectors(account, src.Parts)
	if err != nil || want.none {
		return nil, err
	}
	var out []string
	for _, prefix := range want.prefixes {
		for g, err := range logs.Groups.Scan(tx, logs.Prefix(store.K(account, region), prefix), nil) {
			if err != nil {
				return nil, fmt.Errorf("groups of a query: %w", err)
			}
			if want.takes(g) {
				out = append(out, g.Name)
			}
			if len(out) > maxSourceGroups {
				return nil, sourceFault(fmt.Sprintf("SOURCE chooses more than %d log groups", maxSourceGroups))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// namedGroups are the groups of the short form: names, or ARNs of the account and Region.
func namedGroups(account, region string, names []string) ([]string, error) {
	if len(names) > maxGroups {
		return nil, sourceFault(fmt.Sprintf("SOURCE names more than %d log groups", maxGroups))
	}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		if !strings.HasPrefix(name, "arn:") {
			continue
		}
		a, err := arn.Parse(name)
		if err != nil || a.Service != "logs" || a.Account != account || a.Region != region || !strings.HasPrefix(a.Resource, "log-group:") {
			return nil, sourceFault("Query cannot be compiled")
		}
		out[i] = strings.TrimSuffix(strings.TrimPrefix(a.Resource, "log-group:"), ":*")
	}
	return out, nil
}

// selector is what the parts of a SOURCE ask for together.
type selector struct {
	prefixes []string
	classes  []string
	tags     []tagSelector
	none     bool // only other accounts
}

func (s *selector) takes(g *logs.Group) bool {
	if len(s.classes) > 0 && !slices.Contains(s.classes, g.Class) {
		return false
	}
	return !slices.ContainsFunc(s.tags, func(t tagSelector) bool { return !t.takes(g) })
}

// Bounds of a SOURCE. [CloudWatch Logs: SOURCE]
const (
	maxPrefixes  = 5
	maxAccounts  = 20
	maxTagKeys   = 5
	maxTagValues = 5
)

func selectors(account string, parts []syntax.SourcePart) (*selector, error) {
	s := &selector{prefixes: []string{""}}
	for _, p := range parts {
		switch p.Name {
		case "logGroups":
			for _, a := range p.Args {
				switch a.Name {
				case "namePrefix":
					if len(a.Values) > maxPrefixes {
						return nil, sourceFault(fmt.Sprintf("SOURCE takes %d name prefixes at most", maxPrefixes)) // (inferred)
					}
					s.prefixes = a.Values
				case "class":
					s.classes = a.Values
				default: // accountIdentifier, accountIdentifiers
					if len(a.Values) > maxAccounts {
						return nil, sourceFault(fmt.Sprintf("SOURCE takes %d account identifiers at most", maxAccounts)) // (inferred)
					}
					s.none = !slices.Contains(a.Values, account) && !slices.Contains(a.Values, "all")
				}
			}
		case "logGroupTags":
			var err error
			if s.tags, err = readTags(p.Raw); err != nil {
				return nil, err
			}
		default:
			return nil, sourceFault("SOURCE " + p.Name + " is not supported by this server")
		}
	}
	return s, nil
}
