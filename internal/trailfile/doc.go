// Package trailfile reads CloudTrail log files wherever they lie: files and folders, buckets of S3, a stream.
//
//	patterns ─ Local ─┐
//	s3:// URL ─ S3 ───┼─▶ Files ─▶ Reader: one record after the other ─▶ Source, for queries; imports
//	stdin ── Stream ──┘
//
// A file is gzip or plain, and holds documents {"Records":[…]}, or one JSON object a line. Digest files of a trail are
// passed over.
//
// Promises: memory is bounded by MaxRecord, the decoder and the blocks at work, however large a file is; a damaged file
// yields what stands before the damage and one *FileError with its name; nothing a file holds makes the reader panic.
package trailfile
