package token

import (
	"crypto/sha256"
	"testing"
	"time"
)

// BenchmarkEncode is minting without the signature: what this package adds to crypto/rsa.
func BenchmarkEncode(b *testing.B) {
	now := time.Unix(1767000000, 0)
	c := IDClaims{Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
		ClientID: "1example23456789abcdefghij", Username: "jo", JTI: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Groups: []string{"admins"},
		AuthTime: now, Issued: now, Expires: now, Attributes: []Claim{{"email", String("jo@example.com")}, {"email_verified", Bool(true)}, {"custom:tenant", String("7")}}}
	b.ReportAllocs()
	for b.Loop() {
		payload := c.encode()
		_ = sha256.Sum256(unsigned("header.", payload))
	}
}
