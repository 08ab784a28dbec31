// Package iam keeps the accounts' users, roles, inline policies and access keys,
// and answers the IAM operations over them.
//
//	CreateAccessKey ─▶ keys (secret sealed by the vault)
//	gateway ─ Identify(access key id) ─▶ principal + secret + parsed policies
//	sts ─ Mint(session) ─▶ temporary keys, found by the same Identify
//
// What an identity may do is decided by the gateway with package authz/eval;
// this package only says which policies it has. Groups, managed policies and
// permission boundaries are not served yet, and the operations that would
// attach them answer so.
package iam
