package domain

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteUserPoolDomain takes a domain from its pool. Anybody may have it next.
func (s *Service) DeleteUserPoolDomain(c *op.Call, in *cognitoidp.DeleteUserPoolDomainInput) (*cognitoidp.DeleteUserPoolDomainOutput, error) {
	_, d, err := s.owned(c, in.UserPoolId, in.Domain)
	if err != nil {
		return nil, err
	}
	if err := Domains.Delete(c.Tx, Domains.Key(d)); err != nil {
		return nil, fmt.Errorf("delete domain: %w", err)
	}
	return &cognitoidp.DeleteUserPoolDomainOutput{}, nil
}
