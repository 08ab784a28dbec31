// Package op is the contract between the gateway and the services: what one
// call carries, and how an operation is found and run.
//
// A service's area implements the interface generated for it in api/<service>;
// the generated function <Area>Ops turns it into Operations, which cmd/cogtrail
// hands to the gateway. Nothing is registered by hand.
package op
