package risk

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeRiskConfiguration returns the configuration set for the pool or for a client itself. Without one the answer names only
// whose it would be. (inferred)
func (s *Service) DescribeRiskConfiguration(c *op.Call, in *cognitoidp.DescribeRiskConfigurationInput) (*cognitoidp.DescribeRiskConfigurationOutput, error) {
	p, none, err := s.target(c, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	row, err := Configurations.Get(c.Tx, p.Key(none.Client))
	if errors.Is(err, store.ErrNotFound) {
		return &cognitoidp.DescribeRiskConfigurationOutput{RiskConfiguration: &none.Settings}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read risk configuration: %w", err)
	}
	return &cognitoidp.DescribeRiskConfigurationOutput{RiskConfiguration: &row.Settings}, nil
}
