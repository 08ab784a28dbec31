package pool

import (
	"crypto/rand"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateUserPool makes a pool with its signing keys.
func (s *Service) CreateUserPool(c *op.Call, in *cognitoidp.CreateUserPoolInput) (*cognitoidp.CreateUserPoolOutput, error) {
	set, err := settings(in)
	if err != nil {
		return nil, err
	}
	has, err := factors(userpool.PoolFactors{}, set)
	if err != nil {
		return nil, err
	}
	if err := firstFactors(set, has); err != nil {
		return nil, err
	}
	id := newID(c.Region)
	set.Id, set.Arn = &id, new(arn.UserPool(c.Region, c.Account, id))
	set.CreationDate, set.LastModifiedDate = new(c.Now), new(c.Now)
	p := &userpool.Pool{ID: userpool.PoolID(id), Account: c.Account, Region: c.Region, Settings: *set, Factors: has}
	if err := userpool.Pools.Insert(c.Tx, p); err != nil {
		return nil, fmt.Errorf("write user pool: %w", err)
	}
	ks, err := s.Keys.Take(c)
	if err != nil {
		return nil, fmt.Errorf("take signing keys: %w", err)
	}
	if err := s.Realm.KeepSenderKey(c.Tx, c.Account, set.LambdaConfig); err != nil {
		return nil, err
	}
	if err := s.Realm.PutKeys(c.Tx, p, ks); err != nil {
		return nil, err
	}
	return &cognitoidp.CreateUserPoolOutput{UserPool: described(p, 0)}, nil
}

// idLetters are the characters of the second part of a pool's id.
const idLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID draws a pool's id: 9 of 62 characters, so that a deleted pool's id does not come again.
func newID(region string) string {
	var out [9]byte
	for i := range out {
		out[i] = idLetters[below(len(idLetters))]
	}
	return region + "_" + string(out[:])
}

// below draws an even number in [0, n), n up to 256.
func below(n int) int {
	var b [1]byte
	for {
		rand.Read(b[:])
		if int(b[0]) < 256-256%n {
			return int(b[0]) % n
		}
	}
}

// described is a pool as answers show it.
func described(p *userpool.Pool, users int64) *cognitoidp.UserPoolType {
	out := p.Settings
	out.EstimatedNumberOfUsers = &users
	return &out
}
