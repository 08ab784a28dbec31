package signin

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area signin.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.SigninAPI = (*Service)(nil)
