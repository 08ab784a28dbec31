package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// Service is the area profile.
type Service struct {
	Realm *userpool.Realm
	// Guard is threat protection, nil for none.
	Guard *threat.Guard
}

var _ cognitoidp.ProfileAPI = (*Service)(nil)
