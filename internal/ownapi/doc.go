// Package ownapi serves what AWS has no word for, below /_cogtrail/: health,
// metrics, the embedded mailbox, and in dev mode reset and clock.
//
//	GET  /_cogtrail/health    200 with JSON once ready, 503 before and while stopping
//	GET  /_cogtrail/metrics   Prometheus text
//	GET  /_cogtrail/messages  mailbox as JSON, newest first; ?to=ADDRESS, ?max=N, ?account=ID
//	POST /_cogtrail/import    CloudTrail records of any age for a log group: ?logGroup=NAME, &account=, &region=, &stream=
//	GET  /_cogtrail/sender-key?keyId=ARN  key of custom senders that stands for a KMS key
//	POST /_cogtrail/reset     dev mode: empties everything
//	POST /_cogtrail/clock     dev mode: {"advance":"90m"} moves business time
//
// Messages hold codes, and imports write records nobody checks, so both want HTTP
// Basic with the root access key, except in dev mode; so does a sender's key.
//
// # Records
//
// Whoever reads or changes something here leaves a record, durable before the
// answer: a secret whose record cannot be written is not shown, and the answer is
// 500. The event is a management event of the source cogtrail.internal, which no
// service of AWS has (ListMessages, GetSenderKey, ImportRecords, AdvanceClock,
// ResetServer), by the root user. It names the KMS key, the ids and pools of the
// messages shown, never an address, a text or a key. A record of a reset is the
// first of the new history. What belongs to another account is in its history too.
//
// Refused requests of the root user are recorded with their error, but for an import
// that does not say where its records go: it does nothing. Who proves no key
// leaves none, as with bad signatures (package gateway). Health, metrics and version
// leave none: they tell nothing about anyone, change nothing, and are asked every few
// seconds by machines, whose records would bury all others.
package ownapi
