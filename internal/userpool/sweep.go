package userpool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
)

// expires is the index of tables whose rows end by themselves, by ms since 1970.
const expires = "expires"

// sweepStep is how many rows one transaction of a sweep deletes, with their index entries far below what a transaction may write.
const sweepStep = 1000

// Sweep removes the rows that are over: sessions, codes, counters, families, authentication events, a few at a time, and tells how many. Nothing depends
// on when it runs, since every reader looks at the time itself.
func Sweep(ctx context.Context, state store.State, now time.Time) (swept int, err error) {
	for _, f := range []func(store.Tx, time.Time, int) (int, error){
		sweeper(&Sessions), sweeper(&codes), sweeper(&attemptsTable), sweeper(&uses), sweeper(&Families),
		sweeper(&AuthEvents), sweeper(&habits),
	} {
		for n := sweepStep; n == sweepStep; {
			err := state.Update(ctx, func(tx store.Tx) (err error) {
				n, err = f(tx, now, sweepStep)
				return err
			})
			if err != nil {
				return swept, err
			}
			swept += n
		}
	}
	return swept, nil
}

func sweeper[R any](t *store.Table[R]) func(store.Tx, time.Time, int) (int, error) {
	return func(tx store.Tx, now time.Time, max int) (int, error) {
		var keys []store.Key
		end := store.K(now.UnixMilli())
		for at, err := range t.ScanIndex(tx, expires, nil, nil, false) {
			if err != nil {
				return 0, fmt.Errorf("look for what is over: %w", err)
			}
			if len(keys) >= max || string(at.Position) >= string(end) {
				break
			}
			keys = append(keys, t.Key(at.Row))
		}
		return len(keys), deleteAll(tx, t, keys)
	}
}

func deleteAll[R any](tx store.Tx, t *store.Table[R], keys []store.Key) error {
	for _, k := range keys {
		if err := t.Delete(tx, k); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("delete row of %s: %w", t.Name, err)
		}
	}
	return nil
}

// PurgeJob is the kind of the jobs that clear away what a deleted pool left.
const PurgeJob = "userpool.purge"

// Purge is its payload.
type Purge struct {
	Account string
	Region  string
	Pool    PoolID
}

// purgeStep is how many rows one transaction of a purge deletes, so that it holds up nobody.
const purgeStep = 500

// Purger deletes at most max rows whose keys begin with a deleted pool's, and tells how many.
type Purger func(tx store.Tx, prefix store.Key, max int) (int, error)

// Purging is the Purger of an area's table.
func Purging[R any](t *store.Table[R]) Purger { return purger(t) }

// PurgeHandler clears away clients, users, keys and the rest of a deleted pool, a few rows at a time; more are the areas' own
// tables. Nothing of it can be reached any more: whoever looks for it looks for the pool first.
func PurgeHandler(state store.State, more ...Purger) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		var what Purge
		if err := json.Unmarshal(j.Payload, &what); err != nil {
			return fmt.Errorf("decode purge of a pool: %w", err)
		}
		for {
			n := 0
			err := state.Update(ctx, func(tx store.Tx) (err error) {
				n, err = what.step(tx, more)
				return err
			})
			if err != nil || n == 0 {
				return err
			}
		}
	}
}

func (w Purge) step(tx store.Tx, more []Purger) (int, error) {
	if _, err := Pools.Get(tx, store.K(string(w.Pool))); err == nil {
		return 0, fmt.Errorf("BUG: purge of user pool %s, which exists", w.Pool)
	}
	prefix := store.K(w.Account, w.Region, string(w.Pool))
	var clients []store.Key
	for at, err := range Clients.ScanIndex(tx, "pool", prefix, nil, false) {
		if err != nil {
			return 0, fmt.Errorf("look for clients of a deleted pool: %w", err)
		}
		if clients = append(clients, Clients.Key(at.Row)); len(clients) == purgeStep {
			break
		}
	}
	n := len(clients)
	if err := deleteAll(tx, &Clients, clients); err != nil {
		return n, err
	}
	for _, f := range append([]Purger{
		purger(&Users), purger(&keysTable), purger(&codes), purger(&attemptsTable), purger(&uses), purger(&Families),
		purger(&Memberships), purger(&Groups), purger(&Devices), purger(&Passkeys), purger(&ImportJobs), purger(&AuthEvents), purger(&habits),
	}, more...) {
		k, err := f(tx, prefix, purgeStep-n)
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
}

// GroupPurgeJob is the kind of the jobs that clear away the memberships of a deleted group.
const GroupPurgeJob = "userpool.group.purge"

// GroupPurge is its payload.
type GroupPurge struct {
	Account string
	Region  string
	Pool    PoolID
	Group   string // its ID
}

// GroupPurgeHandler clears away memberships, a few at a time. Nobody reads them any more: the group they name is gone.
func GroupPurgeHandler(state store.State) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		var what GroupPurge
		if err := json.Unmarshal(j.Payload, &what); err != nil {
			return fmt.Errorf("decode purge of a group: %w", err)
		}
		for {
			n := 0
			err := state.Update(ctx, func(tx store.Tx) (err error) {
				n, err = purger(&Memberships)(tx, store.K(what.Account, what.Region, string(what.Pool), what.Group), purgeStep)
				return err
			})
			if err != nil || n < purgeStep {
				return err
			}
		}
	}
}

func purger[R any](t *store.Table[R]) Purger {
	return func(tx store.Tx, prefix store.Key, max int) (int, error) {
		var keys []store.Key
		for row, err := range t.Scan(tx, prefix, nil) {
			if err != nil {
				return 0, fmt.Errorf("look for rows of a deleted pool: %w", err)
			}
			if len(keys) >= max {
				break
			}
			keys = append(keys, t.Key(row))
		}
		return len(keys), deleteAll(tx, t, keys)
	}
}
