// Package block declares how log events travel from a storage engine into a query.
//
// It owns the shape of a batch of events (Block, Column), what a query asks of an engine (ScanRequest) and the one
// method an engine has to offer (Source). It leaves meaning to others: package run evaluates, an engine only delivers.
//
//	run ── ScanRequest ──▶ Source.Scan ── yield(*Block) ──▶ run's workers ── Release ──▶ engine
//
// Column names are the names a query uses. System columns are @timestamp and @ingestionTime (Times), @message,
// @logStream, @log ("account:group") and @ptr (opaque text accepted by GetLogRecord). Any other name is the dotted path
// of a JSON leaf of the message, such as eventName or userIdentity.sessionContext.sessionIssuer.userName. A path that the
// engine does not hold as a column is read from @message by package run, so promoted columns are an optimisation that
// must not be visible in results: a promoted column holds exactly what discovery would find (see Column).
//
// Promises of an engine: each event of the range is yielded exactly once; @timestamp and @message are obtainable for
// every block; nothing outside the range, account and groups of the Source is yielded. Promises of run: each block is
// released exactly once; every predicate is evaluated again, so that a Source may ignore all hints.
package block
