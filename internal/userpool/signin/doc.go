// Package signin answers the operations that turn proofs into tokens.
//
//	InitiateAuth ── USER_PASSWORD_AUTH ─▶ password ─┐
//	             ── USER_SRP_AUTH ─▶ PASSWORD_VERIFIER challenge
//	             ── REFRESH_TOKEN_AUTH ─▶ tokens    │
//	RespondToAuthChallenge ── PASSWORD_VERIFIER ─▶ password proved ─┤
//	                                                                ├─▶ admit ─▶ tokens
//	                       ── NEW_PASSWORD_REQUIRED ◀── challenge ──┘
//
// Every flow of passwords goes through guess (lock-out, disabled users, counting) and admit (status, next challenge, tokens), so
// that no check can be left out of one of them. An unknown user of a client that hides users takes the same way with a verifier
// nobody knows the password of, and is counted like a known one.
package signin
