package logs

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Subscription is a subscription filter: what is chosen of a group's events goes to
// its destination.
type Subscription struct {
	Account, Region, Group string
	Name                   string
	Pattern                string
	Destination            string // ARN
	Role                   string `json:",omitempty"`
	Distribution           string // ByLogStream or Random
	Transformed            bool   `json:",omitempty"`
	Created                int64  // milliseconds since 1970 UTC; older events are not sent
}

// Lane is the queue of one subscription filter.
type Lane struct {
	Account, Region, Group, Filter string
	Next                           int64 // number of the next parcel
	Parcels, Bytes                 int64 // that wait
	// Active says that a job is on its way; without one nothing waits.
	Active bool
}

// Parcel is one message that waits for its destination.
type Parcel struct {
	Account, Region, Group, Filter string
	Number                         int64
	ID                             string // the same each time it is sent
	Data                           []byte // gzip of the message
	Events                         int64
	Stream                         string `json:",omitempty"`
	Made                           int64  // milliseconds since 1970 UTC
}

// Tables of subscription filters. Lanes and parcels go with their filter.
var (
	Subscriptions = store.Table[Subscription]{
		Name: "logs.subscriptions",
		Key:  func(s *Subscription) store.Key { return store.K(s.Account, s.Region, s.Group, s.Name) },
	}
	Lanes = store.Table[Lane]{
		Name: "logs.lanes",
		Key:  func(l *Lane) store.Key { return store.K(l.Account, l.Region, l.Group, l.Filter) },
	}
	Parcels = store.Table[Parcel]{
		Name: "logs.parcels",
		Key:  func(p *Parcel) store.Key { return store.K(p.Account, p.Region, p.Group, p.Filter, p.Number) },
	}
)

// Destination is what filters of other accounts send to: a name for a target.
type Destination struct {
	Account, Region, Name string
	Target                string // ARN
	Role                  string
	Policy                string `json:",omitempty"`
	Created               int64  // milliseconds since 1970 UTC
}

// ARN names the destination.
func (d *Destination) ARN() string {
	return arn.Regional("logs", d.Region, d.Account, "destination:"+d.Name)
}

// Destinations are keyed by name.
var Destinations = store.Table[Destination]{
	Name: "logs.destinations",
	Key:  func(d *Destination) store.Key { return store.K(d.Account, d.Region, d.Name) },
}

// DropLane removes what waits for a filter's destination, or for those of all
// filters of a group if under ends with the group.
func DropLane(tx store.Tx, under store.Key) error {
	if err := drop(tx, &Lanes, under); err != nil {
		return fmt.Errorf("queue of subscription filter: %w", err)
	}
	if err := drop(tx, &Parcels, under); err != nil {
		return fmt.Errorf("messages of subscription filter: %w", err)
	}
	return nil
}

// EventID is an event's number, of 56 digits in the order of time.
func EventID(e *Event) string { return fmt.Sprintf("3%015d%020d%020d", e.Time, e.Ingested, e.Ord) }
