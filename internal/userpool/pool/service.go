package pool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area pool.
type Service struct {
	Realm *userpool.Realm
	// Keys gives the signing keys of new pools.
	Keys userpool.KeySource
}

var _ cognitoidp.PoolAPI = (*Service)(nil)
