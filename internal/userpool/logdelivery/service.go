package logdelivery

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Delivery is the configuration of one pool.
type Delivery struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	Logs    []cognitoidp.LogConfigurationType
}

// Deliveries holds configurations by pool; a pool that delivers nothing has none.
var Deliveries = store.Table[Delivery]{
	Name: "userpool.logdeliveries",
	Key:  func(d *Delivery) store.Key { return store.K(d.Account, d.Region, string(d.Pool)) },
}

// Service is the area logdelivery.
type Service struct {
	Realm *userpool.Realm
	// Buckets is nil where there are none.
	Buckets Buckets
	// Streams is nil where there are none.
	Streams Streams
}

var _ cognitoidp.LogdeliveryAPI = (*Service)(nil)

// Of returns what a pool delivers, empty if nothing.
func Of(tx store.Tx, p *userpool.Pool) ([]cognitoidp.LogConfigurationType, error) {
	row, err := Deliveries.Get(tx, p.Key())
	if errors.Is(err, store.ErrNotFound) {
		return []cognitoidp.LogConfigurationType{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read log delivery configuration: %w", err)
	}
	return row.Logs, nil
}
