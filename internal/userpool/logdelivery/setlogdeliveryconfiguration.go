package logdelivery

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// SetLogDeliveryConfiguration replaces what a pool delivers; an empty list ends it.
func (s *Service) SetLogDeliveryConfiguration(c *op.Call, in *cognitoidp.SetLogDeliveryConfigurationInput) (*cognitoidp.SetLogDeliveryConfigurationOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := s.check(c, p, in.LogConfigurations); err != nil {
		return nil, err
	}
	row := &Delivery{Account: p.Account, Region: p.Region, Pool: p.ID, Logs: in.LogConfigurations}
	if len(row.Logs) > 0 {
		err = Deliveries.Put(c.Tx, row)
	} else if err = Deliveries.Delete(c.Tx, p.Key()); errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("write log delivery configuration: %w", err)
	}
	list, err := Of(c.Tx, p)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.SetLogDeliveryConfigurationOutput{LogDeliveryConfiguration: &cognitoidp.LogDeliveryConfigurationType{UserPoolId: in.UserPoolId, LogConfigurations: list}}, nil
}
