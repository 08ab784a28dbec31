// Package eventbus is EventBridge's default bus: rules, their targets, and the way of an event to them. Package eventbus/pattern owns the
// event patterns.
//
//	Emit (alarms), PutEvents ─▶ the account's enabled rules ─ pattern.Match ─▶ one sealed job with the event and the rules that match
//	Trail.Settle (records) ───▶ the same, a job per batch of at most maxJob events
//	Runner.Run (job) ─▶ rule and targets as they are now ─ transform ─┬▶ Topics.Publish, LogGroups.Write: one transaction
//	                                                                  └▶ sealed input + job ─ Runner.Call ─▶ Functions.Invoke
//
// # Promises
//
// An event is given to every rule that was enabled and matched when it happened, in the transaction of what happened; the targets are those
// of the moment it is delivered. Delivery is at least once. Events are queued sealed. A rule has at most maxTargets targets, an account and
// Region maxRules rules, and maxWaiting events wait for a target outside: more are dropped. What is dropped, refused for good (no topic, no
// permission), or not taken within the target's retry policy is logged and counted (FailedInvocations of AWS/Events).
package eventbus
