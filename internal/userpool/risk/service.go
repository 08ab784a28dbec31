package risk

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Configuration is the configuration of one client, or of the pool if Client is empty.
type Configuration struct {
	Account string
	Region  string
	Pool    userpool.PoolID
	Client  string
	// Settings is the configuration as it is described.
	Settings cognitoidp.RiskConfigurationType
}

// Configurations holds configurations by pool and client.
var Configurations = store.Table[Configuration]{
	Name: "userpool.risks",
	Key:  func(x *Configuration) store.Key { return store.K(x.Account, x.Region, string(x.Pool), x.Client) },
}

// Service is the area risk.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.RiskAPI = (*Service)(nil)

// Forget removes the configuration of a deleted client.
func Forget(tx store.Tx, p *userpool.Pool, id userpool.ClientID) error {
	return remove(tx, p, string(id))
}

func remove(tx store.Tx, p *userpool.Pool, client string) error {
	if err := Configurations.Delete(tx, p.Key(client)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("delete risk configuration: %w", err)
	}
	return nil
}

// target checks that pool and client exist and that the pool has threat protection, and returns an empty answer.
func (s *Service) target(c *op.Call, pool string, client *string) (*userpool.Pool, *Configuration, error) {
	p, err := s.Realm.Pool(c, pool)
	if err != nil {
		return nil, nil, err
	}
	if a := p.Settings.UserPoolAddOns; a == nil || a.AdvancedSecurityMode == "OFF" {
		return nil, nil, notEnabled()
	}
	row := &Configuration{Account: p.Account, Region: p.Region, Pool: p.ID, Settings: cognitoidp.RiskConfigurationType{UserPoolId: &pool, ClientId: client}}
	if client == nil {
		return p, row, nil
	}
	if _, err := s.Realm.ClientOf(c.Tx, p, *client); err != nil {
		return nil, nil, err
	}
	row.Client = *client
	return p, row, nil
}
