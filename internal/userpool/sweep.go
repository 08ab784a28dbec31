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

// Sweep removes rows that are over: sessions, codes, counters, families. It removes at most max and tells how many; call it
// again while it removes as many. Nothing depends on when it runs, since every reader looks at the time itself.
func Sweep(tx store.Tx, now time.Time, max int) (int, error) {
	n := 0
	for _, f := range []func(store.Tx, time.Time, int) (int, error){
		sweeper(&Sessions), sweeper(&codes), sweeper(&attemptsTable), sweeper(&uses), sweeper(&Families),
	} {
		k, err := f(tx, now, max-n)
		if err != nil {
			return n, err
		}
		n += k
	}
	return n, nil
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

// PurgeHandler clears away clients, users, keys and the rest of a deleted pool, a few rows at a time. Nothing of it can be
// reached any more: whoever looks for it looks for the pool first.
func PurgeHandler(state store.State) job.Handler {
	return func(ctx context.Context, j job.Job) error {
		var what Purge
		if err := json.Unmarshal(j.Payload, &what); err != nil {
			return fmt.Errorf("decode purge of a pool: %w", err)
		}
		for {
			n := 0
			err := state.Update(ctx, func(tx store.Tx) (err error) {
				n, err = what.step(tx)
				return err
			})
			if err != nil || n == 0 {
				return err
			}
		}
	}
}

func (w Purge) step(tx store.Tx) (int, error) {
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
	for _, f := range []func(store.Tx, store.Key, int) (int, error){
		purger(&Users), purger(&keysTable), purger(&codes), purger(&attemptsTable), purger(&uses), purger(&Families),
		purger(&Memberships), purger(&Groups), purger(&ImportJobs),
	} {
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

func purger[R any](t *store.Table[R]) func(store.Tx, store.Key, int) (int, error) {
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
