// Package op is the contract between the gateway and the services: what one
// call carries, and how an operation is found and run.
//
// A service's area implements the interface generated for it in api/<service>;
// the generated function <Area>Ops turns it into Operations, which cmd/cogtrail
// hands to the gateway. Nothing is registered by hand.
//
// An operation runs inside a transaction and may run more than once. What may
// happen only once goes through Outside: the run ends, the call is made without
// a transaction, and a new run finds its answer in the Journal. What has to find the change
// done comes After. (docs/design/replay.md)
package op
