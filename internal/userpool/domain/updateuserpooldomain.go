package domain

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateUserPoolDomain changes the branding version, and the certificate of a custom domain. What a call leaves out stays.
// (inferred)
func (s *Service) UpdateUserPoolDomain(c *op.Call, in *cognitoidp.UpdateUserPoolDomainInput) (*cognitoidp.UpdateUserPoolDomainOutput, error) {
	p, d, err := s.owned(c, in.UserPoolId, in.Domain)
	if err != nil {
		return nil, err
	}
	if in.ManagedLoginVersion != nil {
		if err := checkVersion(p, *in.ManagedLoginVersion); err != nil {
			return nil, err
		}
		d.Settings.ManagedLoginVersion = in.ManagedLoginVersion
	}
	if config := in.CustomDomainConfig; config != nil {
		if !d.Custom {
			return nil, notCustom()
		}
		if err := checkCertificate(p, config); err != nil {
			return nil, err
		}
		d.Settings.CustomDomainConfig = config
	}
	d.Settings.Version = new(c.Now.UTC().Format("20060102150405"))
	if err := Domains.Put(c.Tx, d); err != nil {
		return nil, fmt.Errorf("write domain: %w", err)
	}
	return &cognitoidp.UpdateUserPoolDomainOutput{ManagedLoginVersion: d.Settings.ManagedLoginVersion, CloudFrontDomain: d.Settings.CloudFrontDistribution}, nil
}
