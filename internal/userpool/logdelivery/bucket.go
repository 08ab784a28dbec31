package logdelivery

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// What Buckets may answer besides faults of an engine.
var (
	ErrNoBucket = errors.New("bucket does not exist")
	ErrDenied   = errors.New("bucket policy does not allow log delivery")
)

// Object is a log file.
type Object struct {
	Account, Region string // of the pool
	Bucket, Key     string
	Data            []byte // gzip
}

// Buckets is S3 as log delivery needs it.
type Buckets interface {
	// Check asks whether log delivery may put an object.
	Check(tx store.Tx, o Object) error
	// Put stores an object; the errors are or wrap those above.
	Put(ctx context.Context, o Object) error
}

// bucketName is the bucket of an ARN, empty if it is no bucket's.
func bucketName(text string) string {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "s3" || strings.Contains(a.Resource, "/") {
		return ""
	}
	return a.Resource
}

// fileKey names a log file as other services whose logs are delivered to buckets do. (inferred)
func fileKey(l *lane, now time.Time) string {
	at := now.UTC()
	return "AWSLogs/" + l.Account + "/cognito-idp/" + l.Region + at.Format("/2006/01/02/") +
		l.Account + "_" + Events + "_" + string(l.Pool) + at.Format("_20060102T1504Z_") + rand.Text()[:16] + ".log.gz"
}

// checkBucket checks that a bucket exists and takes log files of the pool.
func (s *Service) checkBucket(tx store.Tx, p *userpool.Pool, c *cognitoidp.S3ConfigurationType, now time.Time) error {
	if s.Buckets == nil {
		return userpool.Unsupported("S3Configuration")
	}
	text := ""
	if c.BucketArn != nil {
		text = *c.BucketArn
	}
	name := bucketName(text)
	if name == "" {
		return badDestination(text)
	}
	err := s.Buckets.Check(tx, Object{Account: p.Account, Region: p.Region, Bucket: name, Key: fileKey(&lane{Account: p.Account, Region: p.Region, Pool: p.ID}, now)})
	if errors.Is(err, ErrNoBucket) || errors.Is(err, ErrDenied) {
		return closedBucket(name) // another's bucket and none look alike
	}
	return err
}
