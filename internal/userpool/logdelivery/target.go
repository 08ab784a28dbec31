package logdelivery

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// target is where events of a pool go that wait for others: a bucket, or a stream of Firehose by its ARN.
type target struct{ Bucket, Stream string }

// nowhere is where events go whose pool delivers them no more.
var nowhere target

// streamInterval is how long events for a stream wait for others: Firehose gathers them by itself.
const streamInterval = time.Second

// Bounds of a request to a stream. [Firehose: PutRecordBatch]
const (
	maxRecords = 500
	maxRequest = 4 << 20
)

// targetOf is where events of a pool go now.
func targetOf(list []cognitoidp.LogConfigurationType) target {
	for i := range list {
		switch l := &list[i]; {
		case l.S3Configuration != nil && l.S3Configuration.BucketArn != nil:
			return target{Bucket: bucketName(*l.S3Configuration.BucketArn)}
		case l.FirehoseConfiguration != nil && l.FirehoseConfiguration.StreamArn != nil:
			return target{Stream: *l.FirehoseConfiguration.StreamArn}
		}
	}
	return nowhere
}

func (t target) jobKind() string {
	if t.Stream != "" {
		return StreamJobKind
	}
	return JobKind
}

// interval is how long events wait, files being what a bucket gets.
func (t target) interval(files time.Duration) time.Duration {
	if t.Stream != "" {
		return streamInterval
	}
	return files
}

// full tells that a file of n events has no room for one that would make it size bytes.
func (t target) full(n, size int) bool {
	if t.Stream != "" {
		return n >= maxRecords || size > maxRequest
	}
	return size > maxFile
}
