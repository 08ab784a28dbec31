// Package mem keeps State in memory, for tests of operations that should take
// microseconds. It keeps the whole contract except durability: [DB.Reopen]
// stands for closing and opening again.
//
// # How data flows
//
// The committed rows are ordered maps whose copies are snapshots. Update holds
// one lock while fn runs over a snapshot and puts the writes into the maps when
// fn returns nil; View takes a snapshot and holds no lock.
//
// # Promises
//
//   - Updates run one after another, so none is ever lost or run again.
//   - An Update or View within an Update's fn: View is allowed and does not see
//     the writes of the Update; a nested Update waits for ever, as it would be
//     an error with every engine.
package mem
