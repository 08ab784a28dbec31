package logs

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Group is a log group. Times are milliseconds since 1970 UTC.
type Group struct {
	Account, Region, Name string
	// ID is never used again, unlike the name.
	ID      string
	Created int64
	// Imported is the time of the oldest record that an import brought, 0 without one: queries reach back to it.
	Imported int64 `json:",omitempty"`
	// RetentionDays is 0 when events never expire.
	RetentionDays int64             `json:",omitempty"`
	KMSKey        string            `json:",omitempty"`
	Class         string            // STANDARD, INFREQUENT_ACCESS or DELIVERY
	Protected     bool              `json:",omitempty"`
	Tags          map[string]string `json:",omitempty"`
}

// ARN is the group's name without the ":*" that some answers carry.
func (g *Group) ARN() string { return arn.LogGroup(g.Region, g.Account, g.Name) }

// Stream is a log stream of a group.
type Stream struct {
	Account, Region string
	GroupID         string
	Name            string
	Created         int64
}

// Activity is what the drainer knows of a stream. Its times are 0 until events came.
type Activity struct {
	Account, Region string
	GroupID         string
	Stream          string
	First, Last     int64 // event times
	Ingested        int64
}

// Gone remembers a deleted stream until no row of it can be on its way any more.
type Gone struct {
	Account, Region string
	GroupID         string
	Stream          string
	// At hides rows ingested up to then, milliseconds.
	At int64
}

// Orphan names the id of a deleted group whose streams are still to be removed.
type Orphan struct {
	Account, Region string
	GroupID         string
}

// Filter is a metric filter.
type Filter struct {
	Account, Region, Group string
	Name                   string
	Pattern                string
	Created                int64

	MetricName, Namespace, Value string
	Default                      *float64          `json:",omitempty"`
	Dimensions                   map[string]string `json:",omitempty"`
	Unit                         string            `json:",omitempty"`

	Transformed bool     `json:",omitempty"`
	Selection   string   `json:",omitempty"`
	System      []string `json:",omitempty"`
}

// IndexPolicy says which fields of a group filterIndex may be asked about.
type IndexPolicy struct {
	Account, Region string
	GroupID         string
	Document        string
	Updated         int64
	Fields          map[string]IndexedField
}

// IndexedField is indexed since a time, milliseconds since 1970 UTC.
type IndexedField struct {
	Type  string // FIELD_INDEX or FACET
	Since int64
}

// The tables of the service.
var (
	Groups = store.Table[Group]{
		Name: "logs.groups",
		Key:  func(g *Group) store.Key { return store.K(g.Account, g.Region, g.Name) },
	}
	Streams = store.Table[Stream]{
		Name: "logs.streams",
		Key:  func(s *Stream) store.Key { return store.K(s.Account, s.Region, s.GroupID, s.Name) },
	}
	Activities = store.Table[Activity]{
		Name: "logs.activity",
		Key:  func(a *Activity) store.Key { return store.K(a.Account, a.Region, a.GroupID, a.Stream) },
		Indexes: []store.Index[Activity]{{Name: "last", Of: func(a *Activity) []store.Key {
			return []store.Key{store.K(a.Account, a.Region, a.GroupID, a.Last)}
		}}},
	}
	GoneStreams = store.Table[Gone]{
		Name: "logs.gone",
		Key:  func(g *Gone) store.Key { return store.K(g.Account, g.Region, g.GroupID, g.Stream) },
	}
	Orphans = store.Table[Orphan]{
		Name: "logs.orphans",
		Key:  func(o *Orphan) store.Key { return store.K(o.Account, o.Region, o.GroupID) },
	}
	IndexPolicies = store.Table[IndexPolicy]{
		Name: "logs.indexpolicies",
		Key:  func(p *IndexPolicy) store.Key { return store.K(p.Account, p.Region, p.GroupID) },
	}
	Filters = store.Table[Filter]{
		Name: "logs.filters",
		Key:  func(f *Filter) store.Key { return store.K(f.Account, f.Region, f.Group, f.Name) },
		Indexes: []store.Index[Filter]{{Name: "metric", Of: func(f *Filter) []store.Key {
			return []store.Key{store.K(f.Account, f.Region, f.Namespace, f.MetricName)}
		}}},
	}
)

// FindGroup returns a group, or the service's refusal.
func FindGroup(tx store.Tx, account, region, name string) (*Group, error) {
	g, err := Groups.Get(tx, store.K(account, region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, NoGroup()
	}
	if err != nil {
		return nil, fmt.Errorf("read log group %s: %w", name, err)
	}
	return g, nil
}

// GroupExists tells whether a name is a log group of the account.
func GroupExists(tx store.Tx, account, region, name string) (bool, error) {
	has, err := Groups.Has(tx, store.K(account, region, name))
	if err != nil {
		return false, fmt.Errorf("look for log group %s: %w", name, err)
	}
	return has, nil
}

// AddStream writes a new stream of a group with its statistics.
func AddStream(tx store.Tx, g *Group, name string, created int64) (*Activity, error) {
	s := &Stream{Account: g.Account, Region: g.Region, GroupID: g.ID, Name: name, Created: created}
	if err := Streams.Insert(tx, s); err != nil {
		return nil, err
	}
	a := &Activity{Account: g.Account, Region: g.Region, GroupID: g.ID, Stream: name}
	if err := Activities.Put(tx, a); err != nil {
		return nil, fmt.Errorf("statistics of log stream %s: %w", name, err)
	}
	return a, nil
}
