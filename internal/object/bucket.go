package object

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

const homeRegion = "us-east-1" // the Region without a location constraint

// CreateBucket makes a bucket. Making one's own bucket again is refused except
// in us-east-1, where it changes nothing.
func (s *Service) CreateBucket(c *op.Call, in *s3.CreateBucketInput) (*s3.CreateBucketOutput, error) {
	names(c, c.Account, target{bucket: in.Bucket})
	if err := checkBucketName(in.Bucket); err != nil {
		return nil, err
	}
	region, err := location(c.Region, in.CreateBucketConfiguration)
	if err != nil {
		return nil, err
	}
	if in.ObjectLockEnabledForBucket != nil && *in.ObjectLockEnabledForBucket {
		return nil, notImplemented("x-amz-bucket-object-lock-enabled")
	}
	if err := checkACL(in.ACL, in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP); err != nil {
		return nil, err
	}
	out := &s3.CreateBucketOutput{Location: new("/" + in.Bucket), BucketArn: new(arn.Bucket(in.Bucket))}
	switch old, err := buckets.Get(c.Tx, store.K(in.Bucket)); {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, fmt.Errorf("bucket: %w", err)
	case old.Account != c.Account:
		return nil, refuse(409, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.", "BucketName", in.Bucket)
	case old.Region == homeRegion && c.Region == homeRegion:
		return out, nil
	default:
		return nil, refuse(409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", "BucketName", in.Bucket)
	}
	n := 0
	for _, err := range buckets.ScanIndex(c.Tx, "account", store.K(c.Account), nil, false) {
		if err != nil {
			return nil, fmt.Errorf("count buckets: %w", err)
		}
		n++
	}
	if n >= maxBuckets {
		return nil, refuse(400, "TooManyBuckets", "You have attempted to create more buckets than allowed")
	}
	b := &Bucket{Name: in.Bucket, Account: c.Account, Region: region, Created: c.Now.UnixMilli()}
	if err := buckets.Insert(c.Tx, b); err != nil {
		return nil, fmt.Errorf("insert bucket: %w", err)
	}
	return out, nil
}

// location is the Region of a new bucket.
func location(endpoint string, conf *s3.CreateBucketConfiguration) (string, error) {
	asked := ""
	if conf != nil && conf.LocationConstraint != nil {
		asked = *conf.LocationConstraint
	}
	if asked == "EU" {
		asked = "eu-west-1" // the old name
	}
	switch {
	case asked == "" && endpoint == homeRegion, asked == endpoint && endpoint != homeRegion:
		return endpoint, nil
	case asked == "":
		return "", refuse(400, "IllegalLocationConstraintException", "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.")
	case endpoint == homeRegion && asked == homeRegion:
		return "", refuse(400, "InvalidLocationConstraint", "The specified location-constraint is not valid", "LocationConstraint", asked)
	case endpoint == homeRegion:
		return asked, nil // the global endpoint makes buckets everywhere
	}
	return "", refuse(400, "IllegalLocationConstraintException", "The "+asked+" location constraint is incompatible for the region specific endpoint this request was sent to.")
}

// checkACL takes the lists that mean "the owner, nobody else", which is all that
// today's buckets allow.
func checkACL(acl *string, grants ...*string) error {
	refused := false
	for _, g := range grants {
		refused = refused || g != nil
	}
	if acl != nil {
		switch *acl {
		case "private", "bucket-owner-full-control":
		default:
			refused = true
		}
	}
	if refused {
		return refuse(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	return nil
}

// HeadBucket tells whether a bucket exists and may be used.
func (s *Service) HeadBucket(c *op.Call, in *s3.HeadBucketInput) (*s3.HeadBucketOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	return &s3.HeadBucketOutput{BucketArn: new(arn.Bucket(b.Name)), BucketRegion: new(b.Region), AccessPointAlias: new(false)}, nil
}

// GetBucketLocation tells a bucket's Region: nothing for us-east-1.
func (s *Service) GetBucketLocation(c *op.Call, in *s3.GetBucketLocationInput) (*s3.GetBucketLocationOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	out := &s3.GetBucketLocationOutput{}
	if b.Region != homeRegion {
		out.LocationConstraint = &b.Region
	}
	return out, nil
}

// GetBucketVersioning answers for a bucket that never had versions.
func (s *Service) GetBucketVersioning(c *op.Call, in *s3.GetBucketVersioningInput) (*s3.GetBucketVersioningOutput, error) {
	if _, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner}); err != nil {
		return nil, err
	}
	return &s3.GetBucketVersioningOutput{}, nil
}

// DeleteBucket removes an empty bucket. Unfinished uploads do not count; they go with it.
func (s *Service) DeleteBucket(c *op.Call, in *s3.DeleteBucketInput) error {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return err
	}
	for _, err := range objects.Scan(c.Tx, store.K(b.Name), nil) {
		if err != nil {
			return fmt.Errorf("objects of bucket: %w", err)
		}
		return refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", "BucketName", b.Name)
	}
	var open []*Upload
	for u, err := range uploads.Scan(c.Tx, store.K(b.Name), nil) {
		if err != nil {
			return fmt.Errorf("uploads of bucket: %w", err)
		}
		if open = append(open, u); len(open) > maxOpen {
			return tooMuchOpen(b)
		}
	}
	gone := 0
	for _, u := range open {
		n, err := s.dropUpload(c.Tx, c.Now, b, u, nil)
		if err != nil {
			return err
		}
		if gone += n; gone > maxOpenParts {
			return tooMuchOpen(b)
		}
	}
	if err := buckets.Delete(c.Tx, store.K(b.Name)); err != nil {
		return fmt.Errorf("delete bucket: %w", err)
	}
	return nil
}

// Unfinished uploads and parts that one DeleteBucket takes with it: a transaction
// is bounded. Who has more aborts some first.
const (
	maxOpen      = 1000
	maxOpenParts = 20_000
)

func tooMuchOpen(b *Bucket) error {
	return refuse(409, "BucketNotEmpty", "The bucket you tried to delete is not empty", "BucketName", b.Name)
}

// ListBuckets lists the account's own buckets by name.
func (s *Service) ListBuckets(c *op.Call, in *s3.ListBucketsInput) (*s3.ListBucketsOutput, error) {
	limit := 10_000
	if in.MaxBuckets != nil {
		limit = int(*in.MaxBuckets)
	}
	var after store.Key
	if in.ContinuationToken != nil && *in.ContinuationToken != "" {
		name, err := base64.RawURLEncoding.DecodeString(*in.ContinuationToken)
		if err != nil || !validBucketName(string(name)) {
			return nil, invalidArgument("continuation-token", *in.ContinuationToken, "The continuation token provided is incorrect")
		}
		k := store.K(c.Account, string(name))
		after = append(k, store.K(string(name))...) // an entry ends with the row's key
	}
	prefix := ""
	if in.Prefix != nil {
		prefix = *in.Prefix
	}
	out := &s3.ListBucketsOutput{
		Owner: &s3.Owner{ID: new(canonicalID(c.Account))}, Buckets: []s3.Bucket{}, Prefix: in.Prefix,
	}
	for at, err := range buckets.ScanIndex(c.Tx, "account", store.K(c.Account), after, false) {
		if err != nil {
			return nil, fmt.Errorf("list buckets: %w", err)
		}
		b := at.Row
		if !strings.HasPrefix(b.Name, prefix) || in.BucketRegion != nil && *in.BucketRegion != b.Region {
			continue
		}
		if len(out.Buckets) == limit {
			last := *out.Buckets[limit-1].Name
			out.ContinuationToken = new(base64.RawURLEncoding.EncodeToString([]byte(last)))
			break
		}
		out.Buckets = append(out.Buckets, s3.Bucket{
			Name: &b.Name, CreationDate: new(seconds(b.Created)), BucketRegion: &b.Region, BucketArn: new(arn.Bucket(b.Name)),
		})
	}
	return out, nil
}
