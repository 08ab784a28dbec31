// Package livetail answers StartLiveTail: log events as they arrive, in an answer
// that goes on after its call is recorded.
//
//	StartLiveTail ─ groups exist, pattern, sessions left ─▶ session, not yet open; the call commits
//	gateway ─ Next ─▶ sessionStart: the session opens in the Hub
//	drainer ─ Hub.Publish(events) ─ groups, streams, mask, pattern ─▶ buffer of each session
//	gateway ─ Next, once a second ─▶ sessionUpdate: what the buffer holds, sampled beyond 500
//
// # Promises
//
//   - Publish never waits: a session that is not read keeps its newest
//     maxBuffered events and says that it is sampled.
//   - Protected data is masked always, and patterns see it masked.
//   - Sessions are bounded (15 to an account and Region, maxSessions in all), end
//     after three hours, with their client, and with the server.
//   - A call whose transaction does not commit opens no session.
package livetail
