// Package principal owns the answer to "who acts": a Principal is what authentication proves, what authorisation decides about
// and what the record of the call shows as userIdentity.
//
//	authn (signature, token, cookie) → Principal → authz/eval
//	                                             → audit: AppendUserIdentity
//
// A Principal holds no policy and no secret, so it may be copied, logged and kept. Its ID is the unique id that never returns after
// deletion; its ARN may be given again to another entity of the same name.
//
// AppendUserIdentity writes members in the order real CloudTrail records have, and always writes valid JSON whatever bytes a
// name holds.
package principal
