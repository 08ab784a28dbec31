// Package sms takes the mailbox's text messages to the world: to a webhook of the operator's, or to an endpoint that speaks SNS.
//
//	job of mailbox.JobKind ─▶ mailbox opens the message ─ Webhook.Carry ─▶ POST of JSON
//	                                                    └ SNS.Carry     ─▶ Publish, signed
//
// # Promises
//
// Each attempt at one message carries the same identity (Idempotency-Key, or amz-sdk-invocation-id), by which the far side knows a
// repetition after a crash or a lost answer. What is wrong with the message itself is given up at once; what may be mended (refused
// credentials, a server in trouble) comes back with growing waits. Errors hold no number and no text of a message.
package sms
