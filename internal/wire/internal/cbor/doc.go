// Package cbor reads and writes CBOR (RFC 8949) by shape, as Smithy's RPC v2
// uses it: text keys, tag 1 for times, definite and indefinite lengths.
//
// The decoder trusts no length: it grows with the bytes it finds. It is limited
// to 64 levels and refuses trailing bytes and text that is not UTF-8. Unknown
// members, null and undefined are skipped.
package cbor
