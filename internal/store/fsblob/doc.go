// Package fsblob keeps objects as files below one folder. It is the embedded
// engine of [store.Blob].
//
// # How data flows
//
//	Put ─▶ tmp/<random>: bytes, then facts, then footer ─▶ fsync ─▶ rename ─▶ fsync of the folder
//	Get ─▶ footer ─▶ facts ─▶ a section of the same file
//	List ─▶ folders in order of their names, which is the order of keys
//
// # The file
//
// One object is one file, so bytes and facts can never disagree:
//
//	bytes of the object | facts as JSON | length of facts (4) | CRC-32C of facts (4) | "COGBLOB1"
//
// # Names
//
// A bucket or key never becomes a path: its bytes are written in hexadecimal,
// which keeps their order, and cut into pieces, each a folder, so that any 1024
// bytes fit into a file system's limits. The first piece is short, to spread
// random keys over 256 folders or more.
//
// # Promises
//
//   - When Put returns nil the object is on disk and wholly visible; until then,
//     and after a failure or a crash, readers see what was there before.
//   - A reader keeps the object it opened, even if that is replaced or deleted.
//   - A file that was cut or altered behind our back is an error, never an object.
package fsblob
