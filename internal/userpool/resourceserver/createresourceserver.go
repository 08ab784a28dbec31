package resourceserver

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateResourceServer makes a resource server with its scopes. The identifier stays as it is.
func (s *Service) CreateResourceServer(c *op.Call, in *cognitoidp.CreateResourceServerInput) (*cognitoidp.CreateResourceServerOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	set, err := described(p, in.Identifier, in.Name, in.Scopes)
	if err != nil {
		return nil, err
	}
	full, err := userpool.Full(c.Tx, p, &Servers, maxServers)
	if err != nil {
		return nil, err
	}
	row := &Server{Account: p.Account, Region: p.Region, Pool: p.ID, Settings: set}
	err = Servers.Insert(c.Tx, row)
	switch {
	case errors.Is(err, store.ErrExists):
		return nil, exists(in.Identifier, p.ID)
	case err != nil:
		return nil, fmt.Errorf("write resource server: %w", err)
	case full:
		return nil, tooMany()
	}
	return &cognitoidp.CreateResourceServerOutput{ResourceServer: &row.Settings}, nil
}
