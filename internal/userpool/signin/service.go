package signin

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/threat"
)

// Service is the area signin.
type Service struct {
	Realm *userpool.Realm
	// Guard is threat protection, nil for none.
	Guard *threat.Guard
}

var _ cognitoidp.SigninAPI = (*Service)(nil)
