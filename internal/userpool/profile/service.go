package profile

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area profile.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.ProfileAPI = (*Service)(nil)
