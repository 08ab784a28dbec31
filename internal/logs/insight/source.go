package insight

import (
	"encoding/json"
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
		name := src.Group
		if strings.HasPrefix(name, "arn:") {
			a, err := arn.Parse(name)
			if err != nil || a.Service != "logs" || a.Account != account || a.Region != region || !strings.HasPrefix(a.Resource, "log-group:") {
				return nil, sourceFault("Query cannot be compiled")
			}
			name = strings.TrimSuffix(strings.TrimPrefix(a.Resource, "log-group:"), ":*")
		}
		return []string{name}, nil
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

// selector is what the parts of a SOURCE ask for together.
type selector struct {
	prefixes []string
	classes  []string
	tags     map[string][]string
	none     bool // only other accounts
}

func (s *selector) takes(g *logs.Group) bool {
	if len(s.classes) > 0 && !slices.Contains(s.classes, g.Class) {
		return false
	}
	for k, values := range s.tags {
		v, ok := g.Tags[k]
		if !ok || len(values) > 0 && !slices.Contains(values, v) {
			return false
		}
	}
	return true
}

func selectors(account string, parts []syntax.SourcePart) (*selector, error) {
	s := &selector{prefixes: []string{""}}
	for _, p := range parts {
		switch p.Name {
		case "logGroups":
			for _, a := range p.Args {
				switch a.Name {
				case "namePrefix":
					s.prefixes = a.Values
				case "class":
					s.classes = a.Values
				default: // accountIdentifier, accountIdentifiers
					s.none = !slices.Contains(a.Values, account) && !slices.Contains(a.Values, "all")
				}
			}
		case "logGroupTags":
			if err := s.readTags(p.Raw); err != nil {
				return nil, err
			}
		default:
			return nil, sourceFault("SOURCE " + p.Name + " is not supported by this server")
		}
	}
	return s, nil
}

// readTags reads {"key":"value"} or {"key":["value",…]}. (inferred)
func (s *selector) readTags(raw string) error {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(raw), &members) != nil {
		return sourceFault("Query cannot be compiled")
	}
	s.tags = make(map[string][]string, len(members))
	for k, m := range members {
		var one string
		var many []string
		switch {
		case json.Unmarshal(m, &one) == nil:
			many = []string{one}
		case json.Unmarshal(m, &many) != nil:
			return sourceFault("Query cannot be compiled")
		}
		s.tags[k] = many
	}
	return nil
}
