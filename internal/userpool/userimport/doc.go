// Package userimport imports users from a CSV file: GetCSVHeader, CreateUserImportJob, DescribeUserImportJob,
// ListUserImportJobs, StartUserImportJob and StopUserImportJob, and the work behind them.
//
//	CreateUserImportJob ─▶ row Created, an upload URL that carries its own proof and is good for 15 minutes
//	Upload              ─▶ bytes into the blob store, then the row names them
//	StartUserImportJob  ─▶ row Pending, a job of the queue
//	Run                 ─▶ header checked; then a few rows of the file at a time: users, counters, lines of the log
//	                       and the place in the file, all in one transaction; the next job of the queue when time is up
//	StopUserImportJob   ─▶ row Stopping, which Run finds before its next rows
//	Sweep               ─▶ what was never started expires; files nobody needs any more go
//
// # Promises
//
//   - The place in the file moves with the users it made, so that a crash, a late worker or two workers make no user twice and
//     leave none out.
//   - A file makes new users only: it changes nobody, and takes an address from nobody.
//   - The log names lines and attributes, never values. No record shows the upload URL.
//   - An account has one import that runs.
package userimport
