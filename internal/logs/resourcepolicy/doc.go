// Package resourcepolicy answers the operations on the policies that let services
// and other accounts write to log groups.
//
//	PutResourcePolicy ─ document read by authz/policy, limits, expected revision ─▶ logs.ResourcePolicies row
//	Describe…         ─▶ rows of one scope in key order, pages by sealed tokens
//
// A policy belongs to the account (by name, ten to a Region) or to one log group
// (by its ARN, removed with the group). Services of this server that write to a
// group do so by a role, so a policy grants them nothing more; it is read and kept
// as it was given.
package resourcepolicy
