package index

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Bounds of a policy. [CloudWatch Logs: field indexes]
const (
	maxFields    = 20
	maxFieldName = 100
)

// always are the fields that every group has indexed. [CloudWatch Logs: field indexes]
var always = []string{
	"@logStream", "@aws.region", "@aws.account", "@source.log", "@data_source_name", "@data_source_type", "@data_format", "traceId",
	"severityText", "attributes.session.id",
}

// Since tells from when on a group has all the fields indexed, milliseconds since 1970 UTC; ok is false if one is not.
func Since(tx store.Tx, g *logs.Group, fields []string) (since int64, ok bool, err error) {
	p, err := read(tx, g)
	if err != nil {
		return 0, false, err
	}
	for _, f := range fields {
		if slices.Contains(always, f) {
			continue
		}
		at, has := p.Fields[f]
		if !has {
			return 0, false, nil
		}
		since = max(since, at.Since)
	}
	return since, true, nil
}

// Service answers the operations.
type Service struct{ Tokens logs.Tokens }

var _ api.IndexAPI = (*Service)(nil)

// read returns a group's policy, an empty one if it has none.
func read(tx store.Tx, g *logs.Group) (*logs.IndexPolicy, error) {
	p, err := logs.IndexPolicies.Get(tx, store.K(g.Account, g.Region, g.ID))
	if errors.Is(err, store.ErrNotFound) {
		return &logs.IndexPolicy{Account: g.Account, Region: g.Region, GroupID: g.ID}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index policy: %w", err)
	}
	return p, nil
}

// group is the one an identifier names.
func group(c *op.Call, identifier string) (*logs.Group, error) {
	name, err := logs.Identified(c, identifier)
	if err != nil {
		return nil, err
	}
	return logs.FindGroup(c.Tx, c.Account, c.Region, name)
}

// each gives the groups that identifiers name, in their order, with their policies.
func each(c *op.Call, identifiers []string, take func(*logs.Group, *logs.IndexPolicy)) error {
	for _, id := range identifiers {
		g, err := group(c, id)
		if err != nil {
			return err
		}
		logs.Subject(c, g)
		p, err := read(c.Tx, g)
		if err != nil {
			return err
		}
		take(g, p)
	}
	return nil
}

// fieldsOf reads {"Fields":["a"],"FieldsV2":{"b":{"type":"FACET"}}} into types by name.
func fieldsOf(document string) (map[string]string, error) {
	var d struct {
		Fields   []string
		FieldsV2 map[string]struct {
			Type string `json:"type"`
		}
	}
	bad := func(why string) error { return logs.Invalid("The policy document is not valid: " + why) } // (inferred)
	if err := json.Unmarshal([]byte(document), &d); err != nil {
		return nil, bad("it is no JSON of the form {\"Fields\":[\"…\"]}")
	}
	out := map[string]string{}
	for _, f := range d.Fields {
		out[f] = fieldIndex
	}
	for f, t := range d.FieldsV2 {
		if t.Type != fieldIndex && t.Type != "FACET" {
			return nil, bad("type " + t.Type + " of field " + f)
		}
		out[f] = t.Type
	}
	if len(out) == 0 || len(out) > maxFields {
		return nil, bad(fmt.Sprintf("1 to %d fields are needed", maxFields))
	}
	for f := range out {
		if f == "" || len(f) > maxFieldName {
			return nil, bad(fmt.Sprintf("names of fields have 1 to %d characters", maxFieldName))
		}
	}
	return out, nil
}

const fieldIndex = "FIELD_INDEX"

func shown(g *logs.Group, p *logs.IndexPolicy) *api.IndexPolicy {
	return &api.IndexPolicy{LogGroupIdentifier: new(g.ARN()), LastUpdateTime: &p.Updated, PolicyDocument: &p.Document, Source: new("LOG_GROUP")}
}
