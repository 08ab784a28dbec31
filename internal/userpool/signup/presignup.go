package signup

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// welcome asks the pool's PreSignUp function and does what it says: the user may be confirmed, and his addresses verified, at once. An
// address that is verified so and serves as alias is taken from whoever had it. [Cognito: pre sign-up Lambda trigger]
func (s *Service) welcome(c *op.Call, p *userpool.Pool, u *userpool.User, via userpool.Via, validation []cognitoidp.AttributeType) error {
	says, err := s.Realm.PreSignUp(c, p, u, trigger.SignUp, via, validation)
	if err != nil {
		return err
	}
	if says.Confirm {
		u.Status = userpool.Confirmed
	}
	for _, a := range []struct {
		name   string
		verify bool
	}{{userpool.Email, says.VerifyEmail}, {userpool.Phone, says.VerifyPhone}} {
		if !a.verify {
			continue
		}
		if _, ok := u.Get(a.name); !ok {
			return userpool.Unproven(a.name) // (inferred)
		}
		u.Set(a.name+"_verified", "true")
		if p.SignsInWith(a.name) {
			if err := s.Realm.TakeAlias(c.Tx, p, u, a.name, c.Now); err != nil {
				return err
			}
		}
	}
	return nil
}
