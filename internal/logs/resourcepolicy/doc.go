// Package resourcepolicy keeps the policies that let services write to log groups, and tells what they allow.
//
//	PutResourcePolicy ─ document read by authz/policy, limits, expected revision ─▶ logs.ResourcePolicies row
//	Describe…         ─▶ rows of one scope in key order, pages by sealed tokens
//	Allowed           ─▶ rows of the account and of the group ─ authz/eval ─▶ yes or no
//
// A policy belongs to the account (by name, ten to a Region) or to one log group
// (by its ARN, removed with the group). As at AWS it speaks of service principals
// only, and of logs:CreateLogStream and logs:PutLogEvents only: it neither grants
// nor denies anything to users, roles and other accounts, so the gateway does not
// ask it. Services of this server that write in their own name do; those that act
// by a role (CloudTrail, imports of users) need none. [CloudWatch Logs: PutResourcePolicy]
package resourcepolicy
