// Package protection answers the operations on policies that say what of log
// events is masked or forwarded: data protection policies of groups, and policies
// of the account.
//
//	PutDataProtectionPolicy ─ mask.Parse ─▶ logs.Protections row, one to a group
//	PutAccountPolicy        ─ by type    ─▶ logs.AccountPolicies row
//
// What a policy does is done where events are handed out: internal/logs/mask.
// A policy of a type that nothing here acts on is refused.
package protection
