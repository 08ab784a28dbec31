// Package userpool owns user pools: their settings, app clients, users, signing keys, challenge sessions, refresh token
// families, codes and counters. The areas below it (pool, client, signup, signin, mfa, device, profile, recovery, user) hold one
// file per operation and share what is here; package service assembles them. What hangs on a pool or a client has its table in the
// area itself (resourceserver, provider, domain, uicustomization, branding, terms, risk, logdelivery): it goes with the pool by
// service.PurgeHandler and with the client by client.Service.Forget.
//
//	unsigned call ── Owners ──▶ account and Region of the pool behind client id or access token
//	operation     ── Realm.Client / Realm.Pool / Realm.User ──▶ rows, through store.Tx
//	password      ── Realm.SetPassword / Realm.CheckPassword ──▶ sealed SRP verifier, or argon2id hash
//	guess         ── Realm.Locked, CountFailure ──▶ one counter per user over all flows
//	challenge     ── Realm.OpenSession / Realm.Session ──▶ row found by a keyed hash of what the client holds
//	tokens        ── Realm.Issue ──▶ ID and access token, a family row found by the refresh token's keyed hash
//	refresh       ── Realm.Rotate ──▶ the next refresh token of the family, which finds itself by what all of them share
//	second factor ── Pool.Demand ──▶ what is asked for; Realm.SendSignInCode, CheckTOTP ──▶ codes
//	first factor  ── Pool.Offers ──▶ what a sign-in may begin with; Realm.SendFirstCode, PasskeysOf ──▶ codes, passkeys
//	token session ── Realm.ActiveSessions ──▶ what families show of themselves, in a pool that tracks them
//	access token  ── Realm.Access ──▶ the one check behind every operation that takes one
//	attributes    ── Realm.UpdateAttributes ──▶ values, those that wait for a code, codes to new addresses
//	function      ── Realm.PreSignUp, PostConfirmation, Migrate, CustomTokens ──▶ trigger.Functions, outside of the transaction
//	message       ── Sender ──▶ the mailbox, in the same transaction
//
// # Promises
//
//   - A text means at most one user of a pool: user names, subs and the aliases in force share one unique index.
//   - Passwords, private keys and client secrets are sealed, bound to the full key of their owner; codes, sessions and refresh
//     tokens are stored as keyed hashes.
//   - A session answers one challenge once, for the client and user it was made for, until it expires.
//   - A code works once, for its purpose, and proves the address it was sent to and no other. Nobody but an administrator and the
//     code makes an address verified; one that has to be verified first is not in force before.
//   - A family of tokens ends with its refresh token's revocation, with the user's sign-out (his generation moves on), with a
//     password set or reset by an administrator, with his being disabled, and with the user, client or pool.
//   - A code of a second factor opens the session it was asked for in, once. Wrong ones are counted per user.
//   - Decoded rows that are kept in memory are kept with the bytes they came from and used only while these are current.
//   - Deleted ids are never given again.
package userpool
