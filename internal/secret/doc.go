// Package secret keeps what must not be readable in the database: it seals values, makes keyed hashes and hands out
// tamper-proof tokens, all under one master key that lives outside the data.
//
// # Flow
//
//	environment | command | file ──Load──▶ MasterKey ──NewVault──▶ Vault
//	                                                      │ HKDF-SHA256, one subkey per (use, purpose)
//	                       Seal/Open  ◀── "seal"  subkeys ┤
//	                       MAC/CheckMAC ◀── "mac" subkeys ┤
//	                       KeyID      ◀── "id"    value   ┘
//
// # Promises
//
//   - A sealed value opens only under the same purpose and the same associated data, so a value moved to another row,
//     owner or column is refused. Callers pass the owner's full key (account, Region, pool, user) as associated data.
//   - Sealing is AES-256-GCM with a fresh random nonce. Each value has its own key, derived from twelve further random bytes
//     (the XAES-256-GCM construction), so the number of values under one master key needs no counting.
//   - Every sealed value names its master key. A Vault may know retired keys: it opens what they sealed and seals with the
//     current one only.
//   - No error text contains a key, a plaintext or the output of a key command.
//   - A Vault is safe for concurrent use and its memory is bounded.
//
// The package stores nothing but the key file; what is sealed belongs to the caller.
package secret
