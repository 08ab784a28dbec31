// Package usersession answers the operations on users' token sessions: those a user calls with his access token, the administrators'
// forms, and whether a pool tracks them at all. A token session is a family of tokens that shows itself (userpool.TokenSession).
//
//	SetUserPoolSessionConfiguration ──▶ userpool.Tracking of the pool
//	sign-in, refresh                ──▶ userpool.TokenSession: id, last use, address, user agent; the one too many is ended
//	List…                           ──▶ Realm.ActiveSessions
//	Revoke…                         ──▶ Realm.Revoke, as for RevokeToken
//
// Sessions of browsers (SSO) and places of addresses do not exist here.
package usersession
