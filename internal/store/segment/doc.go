// Package segment keeps log events: the Event history of accounts and the
// events of log groups. Sealed events lie in immutable Parquet files below
// DIR/segments, events not yet sealed in memory (the tail).
//
// # How data flows
//
//	drainer ── Append(rows) ──▶ tail ── visible to every reader at once
//	        ├─ Seal(rows) ────▶ file: temporary name, fsync, rename, fsync of the folder
//	        ├─ Commit(tx, m) ─▶ manifest row, in the transaction that settles the outbox
//	        └─ Publish(m, n) ─▶ tail rows and segment change places in one step
//	query   ── Source(...).Scan ─▶ blocks of columns      (Logs Insights)
//	        ├─ Lookup ───────────▶ newest first, one attribute (LookupEvents)
//	        ├─ Events ───────────▶ pages of a group or stream (GetLogEvents, FilterLogEvents)
//	        └─ Files ────────────▶ paths for an engine that reads Parquet itself
//	upkeep  ── Compact ──────────▶ merges small segments, drops hidden rows
//
// # Shape of a file
//
// Rows are sorted by account, Region, group, time and order of arrival. A
// manifest row in State names the file, its checksum and, for each group, the
// contiguous range of rows (a Span), so that a reader never opens a file without
// rows for it and never looks at rows of another account. Names of columns are in
// column.go. A promoted column holds exactly the text a query would read from the
// message; where that cannot be said of every row of a span the span lists the
// column as inexact and readers fall back to the message. The few texts that differ
// from record to record stand in their columns alone, the stored message has holes
// in their place (hole.go). Beside the promoted
// columns, one tells which words a message holds (words.go): a search for letters
// then need not unpack messages, which are nine tenths of what a file unpacks to.
//
// # Promises
//
//   - A file without manifest is garbage and is removed at the next Open.
//   - A reader sees each row once: either in the tail or in a segment.
//   - A file being read is not removed; it goes when its last reader is done.
//   - Rows of a deleted group or stream, and rows older than the retention, are
//     invisible from the commit of the mark on; the disk is given back later.
//   - Everything in memory is bounded: see Options.
package segment
