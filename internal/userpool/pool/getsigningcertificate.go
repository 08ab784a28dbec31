package pool

import (
	"encoding/base64"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetSigningCertificate returns the X.509 certificate that SAML identity providers check the pool's requests with: base64 of its
// DER without header lines (inferred). It stays the same as long as the pool.
func (s *Service) GetSigningCertificate(c *op.Call, in *cognitoidp.GetSigningCertificateInput) (*cognitoidp.GetSigningCertificateOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	der, err := s.Realm.SigningCertificate(c, c.Tx, p, s.Keys)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.GetSigningCertificateOutput{Certificate: new(base64.StdEncoding.EncodeToString(der))}, nil
}
