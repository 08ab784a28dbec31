// Package group answers the operations on log groups and streams: creating,
// deleting, describing, retention and tags. It keeps rows only; what a deleted
// group or a retention hides is hidden by marks in the log store, written in the
// same transaction.
//
//	CreateLogGroup ─▶ Groups row with a new id
//	DeleteLogGroup ─▶ row, filters and usage removed, Marks.Forget, id handed to the sweeper
//	Describe…      ─▶ rows in key order, pages by sealed tokens
//
// # Promises
//
//   - From the commit of DeleteLogGroup or DeleteLogStream on no event of it is
//     returned, and a new one under the same name starts empty.
//   - A page token opens only for the account, Region and question it was made for.
//   - The work of one call is bounded: a search by pattern may answer short or
//     empty pages that have a token.
package group
