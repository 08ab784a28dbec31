package client

import (
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// secretID is the id of a secret: the client's, two hyphens, and the second it was made in.
func secretID(id userpool.ClientID, made time.Time) string {
	return string(id) + "--" + strconv.FormatInt(made.Unix(), 10)
}

// descriptors describe a client's secrets without their values, the older first.
func descriptors(c *userpool.Client) []cognitoidp.ClientSecretDescriptorType {
	out := []cognitoidp.ClientSecretDescriptorType{}
	if !c.HasSecret() {
		return out
	}
	made := []time.Time{c.FirstMade()}
	if c.Second != nil {
		made = append(made, c.Second.Made)
	}
	for _, t := range made {
		out = append(out, cognitoidp.ClientSecretDescriptorType{ClientSecretId: new(secretID(c.ID, t)), ClientSecretCreateDate: new(t)})
	}
	return out
}

// clientOf finds the client an operation on secrets names.
func (s *Service) clientOf(c *op.Call, pool, id string) (*userpool.Client, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, err
	}
	return s.Realm.ClientOf(c.Tx, p, id)
}
