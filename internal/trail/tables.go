package trail

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Row is one trail.
type Row struct {
	ID      string // never reused, unlike the name
	Account string
	Region  string // home Region
	Name    string
	Created time.Time

	Bucket        string
	Prefix        string `json:",omitempty"`
	Topic         string `json:",omitempty"` // ARN
	Global        bool
	MultiRegion   bool
	Validate      bool
	LogGroup      string                             `json:",omitempty"` // ARN as given
	LogRole       string                             `json:",omitempty"`
	Basic         []cloudtrail.EventSelector         `json:",omitempty"`
	Advanced      []cloudtrail.AdvancedEventSelector `json:",omitempty"`
	Custom        bool                               // selectors were put
	Tags          []cloudtrail.Tag                   `json:",omitempty"`
	Logging       bool
	Started       time.Time // of logging; zero if never
	Stopped       time.Time
	ValidateSince time.Time // validation is on since then
	// Ending is set by StopLogging and DeleteTrail until the last files and the
	// final digest are delivered. EndRequest is the request that asked for it:
	// its record is the last one that belongs to the trail.
	Ending     bool   `json:",omitempty"`
	EndRequest string `json:",omitempty"`
	// Drained is set once the record of EndRequest is pending.
	Drained bool `json:",omitempty"`
	Deleted bool `json:",omitempty"`
}

// ARN of the trail.
func (r *Row) ARN() string { return arn.Trail(r.Region, r.Account, r.Name) }

// Status is what delivery reports of one trail and Region.
type Status struct {
	Trail, Region             string
	Delivery, DeliveryAttempt time.Time
	DeliveryError             string `json:",omitempty"`
	Digest                    time.Time
	DigestError               string `json:",omitempty"`
	LogsDelivery              time.Time
	LogsError                 string `json:",omitempty"`
	// Notification is of the last message that the topic took.
	Notification, NotificationAttempt time.Time
	NotificationError                 string `json:",omitempty"`
}

// generation changes whenever a trail of the account does, so that delivery
// knows when to read them again.
type generation struct {
	Account string
	N       int64
}

// The tables of trails. Delivery reads them too.
var (
	Trails = store.Table[Row]{
		Name: "trail.trails",
		Key:  func(r *Row) store.Key { return store.K(r.Account, r.ID) },
		Indexes: []store.Index[Row]{{Name: "name", Unique: true, Of: func(r *Row) []store.Key {
			if r.Deleted {
				return nil
			}
			return []store.Key{store.K(r.Account, r.Region, r.Name)}
		}}},
	}
	Statuses    = store.Table[Status]{Name: "trail.status", Key: func(s *Status) store.Key { return store.K(s.Trail, s.Region) }}
	generations = store.Table[generation]{Name: "trail.generation", Key: func(g *generation) store.Key { return store.K(g.Account) }}
)

// Generation returns the number that changes with the account's trails.
func Generation(tx store.Tx, account string) (int64, error) {
	g, err := generations.Get(tx, store.K(account))
	if err != nil {
		return 0, ignoreMissing(err)
	}
	return g.N, nil
}

// Logs tells whether any trail of an account logs.
func Logs(tx store.Tx, account string) (bool, error) {
	for r, err := range Trails.Scan(tx, store.K(account), nil) {
		if err != nil {
			return false, err
		}
		if r.Logging && !r.Deleted {
			return true, nil
		}
	}
	return false, nil
}

// Put writes a trail and moves the account's generation on.
func Put(tx store.Tx, r *Row) error {
	n, err := Generation(tx, r.Account)
	if err != nil {
		return err
	}
	if err := generations.Put(tx, &generation{r.Account, n + 1}); err != nil {
		return err
	}
	return Trails.Put(tx, r)
}

// Remove deletes a trail for good.
func Remove(tx store.Tx, r *Row) error {
	if err := Put(tx, r); err != nil {
		return err
	}
	return Trails.Delete(tx, Trails.Key(r))
}
