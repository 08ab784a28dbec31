// Package sts gives out temporary credentials: AssumeRole, GetSessionToken, and
// GetCallerIdentity. Keys are minted and kept by package iam, so that a
// temporary key is found the same way as a long-term one.
//
// AssumeRole is authorised by the gateway with the caller's policies and the
// role's trust policy (TrustPolicies is the operation's ResourcePolicies).
package sts
