package logdelivery

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetLogDeliveryConfiguration returns what a pool delivers, an empty list if nothing.
func (s *Service) GetLogDeliveryConfiguration(c *op.Call, in *cognitoidp.GetLogDeliveryConfigurationInput) (*cognitoidp.GetLogDeliveryConfigurationOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	list, err := Of(c.Tx, p)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetLogDeliveryConfigurationOutput{LogDeliveryConfiguration: &cognitoidp.LogDeliveryConfigurationType{UserPoolId: in.UserPoolId, LogConfigurations: list}}, nil
}
