// Package provider answers the operations on a pool's identity providers and tells clients which there are. It keeps and checks what
// federation needs; it speaks to no provider.
//
//	details ── check by type ──▶ public ones in the row, all others sealed, derived ones added
//	answer  ◀── opened, without private keys
//	record  ── values of public keys only (overlay.json, shownKeys)
//
// A detail nobody knows is taken for a secret.
package provider
