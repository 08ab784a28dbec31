package token

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ErrNoSAMLKey reports a set made before sets had a SAML key. WithSAML gives it one.
var ErrNoSAMLKey = errors.New("key set without saml key")

// WithSAML returns the set with the SAML key of another, which nobody else may use.
func (ks *KeySet) WithSAML(from *KeySet) *KeySet {
	return newKeySet(ks.id, ks.access, from.saml, ks.retired)
}

// Certificate makes a self-signed certificate of the SAML key in DER. Two calls give two certificates: keep the first.
func (ks *KeySet) Certificate(name string, from, until time.Time) ([]byte, error) {
	if ks.saml == nil {
		return nil, ErrNoSAMLKey
	}
	var serial [16]byte
	rand.Read(serial[:])
	serial[0] &= 0x7f // a positive number [RFC 5280 section 4.1.2.2]
	subject := pkix.Name{CommonName: name}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:]), Subject: subject, Issuer: subject, NotBefore: from, NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, SignatureAlgorithm: x509.SHA256WithRSA, BasicConstraintsValid: true,
	}, &x509.Certificate{Subject: subject}, &ks.saml.PublicKey, ks.saml)
	if err != nil {
		return nil, fmt.Errorf("make certificate of the saml key: %w", err)
	}
	return der, nil
}
