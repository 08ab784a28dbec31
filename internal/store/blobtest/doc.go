// Package blobtest proves that an engine keeps the contract of [store.Blob].
//
//	func TestStore(t *testing.T) { blobtest.Run(t, func(t *testing.T) store.Blob { … }) }
//
// Every engine runs the same cases; the function given makes an empty store each time.
package blobtest
