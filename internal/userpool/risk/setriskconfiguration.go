package risk

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// SetRiskConfiguration replaces the configuration of the pool or of a client. Without any, the pool goes back to its default and the
// client to what the pool has.
func (s *Service) SetRiskConfiguration(c *op.Call, in *cognitoidp.SetRiskConfigurationInput) (*cognitoidp.SetRiskConfigurationOutput, error) {
	p, row, err := s.target(c, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	if err := check(in); err != nil {
		return nil, err
	}
	set := &row.Settings
	set.CompromisedCredentialsRiskConfiguration = in.CompromisedCredentialsRiskConfiguration
	set.AccountTakeoverRiskConfiguration = in.AccountTakeoverRiskConfiguration
	set.RiskExceptionConfiguration = in.RiskExceptionConfiguration
	if set.CompromisedCredentialsRiskConfiguration == nil && set.AccountTakeoverRiskConfiguration == nil && set.RiskExceptionConfiguration == nil {
		if err := remove(c.Tx, p, row.Client); err != nil {
			return nil, err
		}
		return &cognitoidp.SetRiskConfigurationOutput{RiskConfiguration: set}, nil
	}
	set.LastModifiedDate = new(c.Now)
	if err := Configurations.Put(c.Tx, row); err != nil {
		return nil, fmt.Errorf("write risk configuration: %w", err)
	}
	return &cognitoidp.SetRiskConfigurationOutput{RiskConfiguration: set}, nil
}
