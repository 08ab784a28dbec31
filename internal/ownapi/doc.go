// Package ownapi serves what AWS has no word for, below /_cogtrail/: health,
// metrics, the embedded mailbox, and in dev mode reset and clock.
//
//	GET  /_cogtrail/health    200 with JSON once ready, 503 before and while stopping
//	GET  /_cogtrail/metrics   Prometheus text
//	GET  /_cogtrail/messages  mailbox as JSON, newest first; ?to=ADDRESS, ?max=N
//	POST /_cogtrail/import    CloudTrail records of any age for a log group: ?logGroup=NAME, &account=, &region=, &stream=
//	GET  /_cogtrail/sender-key?keyId=ARN  key of custom senders that stands for a KMS key
//	POST /_cogtrail/reset     dev mode: empties everything
//	POST /_cogtrail/clock     dev mode: {"advance":"90m"} moves business time
//
// Messages hold codes, and imports write records nobody checks, so both want HTTP
// Basic with the root access key, except in dev mode. The other two reading endpoints tell nothing about anyone.
package ownapi
