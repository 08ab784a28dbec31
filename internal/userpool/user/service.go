package user

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area user.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.UserAPI = (*Service)(nil)
