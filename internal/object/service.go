package object

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Clock tells business time.
type Clock interface{ Now() time.Time }

// Named is implemented by engines whose objects other tools read: Names reports
// that blobs must be stored under their true keys.
type Named interface{ Names() bool }

// Service answers S3's operations. Fields are set before use and not changed after.
type Service struct {
	State store.State
	Blob  store.Blob
	// Encoder writes the records of calls that services make by themselves and of the keys of DeleteObjects.
	Encoder *audit.Encoder
	// API is the loaded model of S3.
	API   *schema.Service
	Clock Clock
	// Authorise decides a further action of a call, beyond the one that the gateway asked about: reading the source
	// of a copy, deleting each key of DeleteObjects. It asks all policies of the caller and the given policy of the
	// bucket (empty for none), which account owns.
	Authorise func(c *op.Call, action, resource, account, bucketPolicy string) (bool, error)

	busy busy
}

var (
	_ s3.BucketAPI    = (*Service)(nil)
	_ s3.ObjectAPI    = (*Service)(nil)
	_ s3.MultipartAPI = (*Service)(nil)
	_ s3.SettingAPI   = (*Service)(nil)
)

// Operations returns all operations with their stages, for the gateway.
func (s *Service) Operations() []*op.Operation {
	var ops []*op.Operation
	ops = append(ops, s3.BucketOps(s.API, s)...)
	ops = append(ops, s3.ObjectOps(s.API, s)...)
	ops = append(ops, s3.MultipartOps(s.API, s)...)
	ops = append(ops, s3.SettingOps(s.API, s)...)
	stages := map[string]func(*op.Call, any) any{
		"PutObject":               s.stagePutObject,
		"CopyObject":              s.stageCopyObject,
		"UploadPart":              s.stageUploadPart,
		"UploadPartCopy":          s.stageUploadPartCopy,
		"CompleteMultipartUpload": s.stageComplete,
		"GetObject":               s.stageGetObject,
	}
	for _, o := range ops {
		o.ResourcePolicies, o.ResourceOwner, o.Owner = s.ResourcePolicies, s.resourceOwner, s.owner
		if stage := stages[o.Name]; stage != nil {
			// A stage keeps its fault for Run, which knows what to write into the record.
			o.Stage = func(c *op.Call, in any) (any, error) { return stage(c, in), nil }
			o.Discard = func(staged any) { staged.(discarder).discard() }
		}
	}
	return ops
}

// discarder is what a stage made; discard takes it back.
type discarder interface{ discard() }

// names tells whether blobs keep their keys.
func (s *Service) names() bool {
	n, ok := s.Blob.(Named)
	return ok && n.Names()
}

// canonicalID spells an account as S3 spells owners: 64 hexadecimal digits that
// tell nothing.
func canonicalID(account string) string {
	sum := sha256.Sum256([]byte("s3 owner " + account))
	return hex.EncodeToString(sum[:])
}
