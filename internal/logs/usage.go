package logs

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Usage counts the bytes of a group's events by their day, so that retention
// takes them away again. Only the drainer writes it.
type Usage struct {
	Account, Region string
	GroupID         string
	// Bytes by the first day of a slot, in days since 1970. Old slots are a month long.
	Bytes map[string]int64
}

var usages = store.Table[Usage]{
	Name: "logs.usage",
	Key:  func(u *Usage) store.Key { return store.K(u.Account, u.Region, u.GroupID) },
}

const (
	dayMS = 24 * 60 * 60 * 1000
	month = 30 // days of a slot of old bytes, and how long slots of a day are kept
)

func usage(tx store.Tx, g *Group) (*Usage, error) {
	u, err := usages.Get(tx, store.K(g.Account, g.Region, g.ID))
	if errors.Is(err, store.ErrNotFound) {
		return &Usage{Account: g.Account, Region: g.Region, GroupID: g.ID, Bytes: make(map[string]int64)}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("stored bytes of log group %s: %w", g.Name, err)
	}
	return u, nil
}

// AddBytes counts the bytes of events by the day of their time.
func AddBytes(tx store.Tx, g *Group, now int64, byDay map[int64]int64) error {
	u, err := usage(tx, g)
	if err != nil {
		return err
	}
	for day, n := range byDay {
		u.Bytes[strconv.FormatInt(day, 10)] += n
	}
	today := Day(now)
	for key, n := range u.Bytes {
		day, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return fmt.Errorf("stored bytes of log group %s: %w", g.Name, err)
		}
		slot := day - day%month
		switch {
		case g.RetentionDays > 0 && day+month < today-g.RetentionDays:
			delete(u.Bytes, key)
		case day < today-month && slot != day:
			delete(u.Bytes, key)
			u.Bytes[strconv.FormatInt(slot, 10)] += n
		}
	}
	return usages.Put(tx, u)
}

// StoredBytes returns the size of the messages a group still shows, roughly:
// events older than a month leave it month by month.
func StoredBytes(tx store.Tx, g *Group, now int64) (int64, error) {
	u, err := usage(tx, g)
	if err != nil {
		return 0, err
	}
	var sum int64
	for key, n := range u.Bytes {
		day, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("stored bytes of log group %s: %w", g.Name, err)
		}
		if g.RetentionDays == 0 || day >= Day(now)-g.RetentionDays {
			sum += n
		}
	}
	return sum, nil
}

// DropUsage forgets the bytes of a deleted group.
func DropUsage(tx store.Tx, g *Group) error {
	err := usages.Delete(tx, store.K(g.Account, g.Region, g.ID))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("stored bytes of log group %s: %w", g.Name, err)
	}
	return nil
}

// Day is the day of a time in milliseconds, in days since 1970 UTC.
func Day(ms int64) int64 { return ms / dayMS }
