// Package passkey verifies WebAuthn ceremonies: what an authenticator answered goes in, the credential or the verdict comes out.
//
//	registration  ── ParseAttestation ──▶ Attestation.Challenge ── Verify ──▶ Credential
//	sign-in       ── ParseAssertion   ──▶ Assertion.Challenge   ── Verify ──▶ Use
//
// The package keeps nothing. That a challenge was given, to whom, until when and for one answer only, belongs to the caller, who
// looks for the challenge an answer names before Verify. The caller keeps the credential, and writes back its counter.
//
// The JSON around the answer is read here, letter for letter; CBOR, certificates and signatures are the library's, which no other
// package imports.
package passkey
