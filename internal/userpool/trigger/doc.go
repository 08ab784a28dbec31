// Package trigger speaks with the Lambda functions of user pools: the events they are sent, what they may answer, and what becomes
// of it when they do not.
//
//	question ─▶ event (JSON, one of the versions) ─▶ Invoker ─▶ answer (JSON) ─▶ typed response, or an error in AWS's words
//	                                                   │
//	                          5 s each, three tries ◀──┘ that do not answer
//
// It knows neither pools nor users nor transactions: package userpool asks it, through op.Outside, outside of any transaction.
//
// # Promises
//
//   - A function's answer is read by exact member names and types; what has another shape is InvalidLambdaResponseException and
//     changes nothing.
//   - What a function says when it fails reaches the caller in full, and the record cut and without the values of the event.
//   - At most as many functions as Limit says run at a time; more are answered as Lambda answers when it is full.
//   - Nothing of an event or an answer is logged.
package trigger
