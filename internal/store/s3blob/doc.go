// Package s3blob keeps objects in a bucket of any S3-compatible store. It is the
// engine of [store.Blob] for several machines.
//
//	Put  ─ one PutObject up to 8 MiB, a multipart upload beyond; completed only after the
//	       reader's end, aborted at its first error, so that nothing half is ever visible
//	Get  ─ ranged GetObject, streamed
//	List ─ ListObjectsV2, page by page
//
// # Names
//
// Objects keep their names (Names reports it): PREFIX/BUCKET/KEY, readable by
// every other tool. Keys that a proxy, a path cleaner or XML could change on the
// way ("..", empty segments, control characters) and keys that the store's limit
// of 1024 bytes has no room for stand below PREFIX/_cogtrail/BUCKET/ in
// hexadecimal instead, very long ones by their first bytes and a digest. Both
// places are listed together, in key order.
//
// Credentials come from the SDK's chain: environment, shared files, web identity,
// instance roles.
package s3blob
