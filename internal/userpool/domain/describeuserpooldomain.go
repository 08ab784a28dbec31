package domain

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DescribeUserPoolDomain returns a domain of the account in the Region. For any other the description is empty.
func (s *Service) DescribeUserPoolDomain(c *op.Call, in *cognitoidp.DescribeUserPoolDomainInput) (*cognitoidp.DescribeUserPoolDomainOutput, error) {
	d, err := Find(c.Tx, c.Region, in.Domain)
	if errors.Is(err, store.ErrNotFound) || err == nil && (d.Account != c.Account || d.Region != c.Region) {
		return &cognitoidp.DescribeUserPoolDomainOutput{DomainDescription: &cognitoidp.DomainDescriptionType{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read domain: %w", err)
	}
	return &cognitoidp.DescribeUserPoolDomainOutput{DomainDescription: &d.Settings}, nil
}
