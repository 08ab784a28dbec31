// Package token makes and checks the tokens of user pools: signed ID and access tokens, and opaque refresh tokens.
//
// # Flow
//
//	KeySet (two RSA keys per pool) ──▶ JWKS             published
//	      │  MintID, MintAccess    ◀── claims           after a sign-in or refresh
//	      └▶ Verify                ◀── token, Expect    every operation that takes a token
//	UnverifiedPool ◀── token       which pool's keys to load; nothing else may rest on its answer
//	NewRefresh, RefreshHash        a random text for the client, its keyed hash for storage
//
// # Promises
//
//   - Only RS256 is accepted, only under a key of the given pool that is chosen by kid. The header's jku, jwk, x5u and x5c are
//     never looked at; alg none, HS256, crit, zip and encrypted tokens are refused.
//   - Size is checked before any decoding; base64url is strict, so a token has one spelling.
//   - Names of claims are compared letter for letter and a claim that decides may occur once.
//   - Claims are written in the order AWS's tokens have, with AWS's escaping (a slash is written \/).
//   - A KeySet does not change after it is made: rotation makes a new one. All of the package is safe for concurrent use.
//
// Revocation, refresh families and client settings are the caller's; nothing here stores or reads a clock.
package token
