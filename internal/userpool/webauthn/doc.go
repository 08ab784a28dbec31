// Package webauthn answers the operations by which users register passkeys, list them and give them up. What a passkey proves is
// package passkey's to say; with which a sign-in begins is package signin's.
//
//	StartWebAuthnRegistration ── Realm.AskPasskey ──▶ options with a challenge, the user's only one
//	CompleteWebAuthnRegistration ── Realm.AskedPasskey ── passkey.Attestation.Verify ──▶ Passkeys
//
// A challenge is good for one answer, right or wrong, of the user and client it was given to.
package webauthn
