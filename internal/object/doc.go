// Package object is the S3 endpoint: buckets, objects, multipart uploads and
// bucket policies, as far as trail buckets and their readers need them.
//
// # How data flows
//
//	PutObject ─ Stage: body ─▶ hashes, checks at its end ─▶ Blob under a fresh id nobody refers to
//	          └ Run:   row {key → blob id, size, ETag, headers}, job for the replaced blob,
//	                   record: one transaction
//	GetObject ─ Stage: row and open blob; Run: row again, record; the gateway sends the reader
//	collect   ─ job "object.collect": deletes blobs that a committed change let go
//	Sweep     ─ deletes blobs that a crash between Stage and commit left behind
//
// Other services write and read by [Writer], which asks the bucket's policy as
// S3 would ask it for that service.
//
// # Promises
//
//   - A row exists if and only if its record does, and it names bytes that are on
//     disk. A failed, refused or unfinished upload leaves no visible object and
//     the old one untouched.
//   - Bytes are visible only after the signature, the length and every digest of
//     the request held for all of them.
//   - Keys are texts: no key becomes a path, and keys are listed in the order of
//     their UTF-8 bytes.
//   - A caller of another account needs the bucket policy's leave, whatever his
//     own policies say.
//
// Where the engine keeps names ([Named]), bytes stand under their true keys so
// that other tools can read the bucket. There the bytes of a replaced object are
// gone before the transaction commits: a crash in between leaves a key whose row
// tells of the old object.
package object
