// Package sqlite keeps State in one SQLite file of a data folder. It owns
// DIR/state.db with its -wal and -shm files, and the lock file DIR/lock.
//
// # How data flows
//
//	Update: fn runs in the caller's goroutine
//	   Get  ─▶ own writes ─▶ row cache ─▶ pooled reader connection
//	   Put  ─▶ own writes
//	   what was read ─▶ read set, valid as of commit number `seen`
//	   end  ─▶ queue ─▶ committer: takes all that wait, validates each read set
//	           against newer commits, applies the winners in ONE SQLite
//	           transaction, fsyncs, updates cache and commit log, answers
//	   lost ─▶ fn runs again; after 16 losses alone, so that it gets through
//	View:   one connection with a read snapshot of SQLite; not validated
//	Take:   outbox rows by id; ids grow in commit order
//
// # Tables
//
// Each space is a table (k BLOB PRIMARY KEY, v BLOB) named row/SPACE, made when
// the space is first written. It keeps its rowid: rows of about 1 kB in a tree
// without rowid overflow their pages, which made random inserts five times
// slower and the file three times larger in measurements with 100,000 rows. The
// short rows of indexes (isIndex) are in a tree without rowid, one page to write
// instead of two. Tables that were made otherwise stay as they are.
//
// # Promises
//
//   - Serializable: every transaction that commits read what the commits before
//     it left, and nothing it read was changed by a commit before its own.
//   - fn always sees one consistent state, even in a run that will lose: when a
//     read would mix two states the run ends and fn is run again. So an error of
//     fn is never the fruit of a mixed state.
//   - Update returns nil only after the fsync of the write-ahead log
//     (synchronous=FULL). When a commit fails, the write-ahead log is repaired
//     before anything else is written; if it cannot be, the engine refuses all
//     further writes and the failed callers get store.ErrUnknown.
//   - Memory is bounded: cache by bytes, commit log by keys, queue by length.
//   - One process: the lock file is held by flock for as long as the DB is open.
package sqlite
